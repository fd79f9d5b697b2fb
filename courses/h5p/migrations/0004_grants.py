"""Trainers upload contents; to install libraries is to install code, which is left to administrators."""

from django.db import migrations

from cms.accounts.enums import TRAINERS
from cms.accounts.grants import grant


def give(apps, schema_editor):
    grant(apps, TRAINERS, "h5p.content", "view", "upload")


class Migration(migrations.Migration):
    dependencies = [("h5p", "0003_uploads"), ("accounts", "0002_groups")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
