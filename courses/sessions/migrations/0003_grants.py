"""Trainers and the coordination plan sessions."""

from django.db import migrations

from cms.accounts.enums import COORDINATION, TRAINERS
from cms.accounts.grants import EVERYTHING, grant


def give(apps, schema_editor):
    for group in (TRAINERS, COORDINATION):
        grant(apps, group, "training_sessions.trainingsession", *EVERYTHING)


class Migration(migrations.Migration):
    dependencies = [("training_sessions", "0002_append_only"), ("accounts", "0002_groups")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
