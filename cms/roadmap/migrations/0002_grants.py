"""The coordination keeps the roadmap."""

from django.db import migrations

from cms.accounts.enums import COORDINATION
from cms.accounts.grants import EVERYTHING, grant


def give(apps, schema_editor):
    for model in ("roadmap.roadmap", "roadmap.objective", "roadmap.theme"):
        grant(apps, COORDINATION, model, *EVERYTHING)


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0001_initial"), ("accounts", "0002_groups")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
