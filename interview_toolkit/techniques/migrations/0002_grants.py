"""Trainers and the coordination keep the phrase book."""

from django.db import migrations

from cms.accounts.enums import COORDINATION, TRAINERS
from cms.accounts.grants import EVERYTHING, grant


def give(apps, schema_editor):
    for group in (TRAINERS, COORDINATION):
        for model in ("techniques.phrase", "techniques.situation"):
            grant(apps, group, model, *EVERYTHING)


class Migration(migrations.Migration):
    dependencies = [("techniques", "0001_initial"), ("accounts", "0002_groups")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
