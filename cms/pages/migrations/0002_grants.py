"""The coordination keeps the glossary and the steps of the RSA path; trainers write in the glossary."""

from django.db import migrations

from cms.accounts.enums import COORDINATION, TRAINERS
from cms.accounts.grants import EVERYTHING, grant


def give(apps, schema_editor):
    for model in ("pages.glossaryterm", "pages.pathwaystep"):
        grant(apps, COORDINATION, model, *EVERYTHING)
    grant(apps, TRAINERS, "pages.glossaryterm", "add", "change", "view")


class Migration(migrations.Migration):
    dependencies = [("pages", "0001_initial"), ("accounts", "0002_groups")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
