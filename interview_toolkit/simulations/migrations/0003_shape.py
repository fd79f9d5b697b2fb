"""Versions that differ in words only are told by their shape."""

from django.db import migrations, models

from interview_toolkit.simulations.graph import read, shape_of


def fill(apps, schema_editor):
    for version in apps.get_model("simulations", "ScenarioVersion").objects.iterator():
        version.shape = shape_of(read(version.graph))
        version.save(update_fields=["shape"])


class Migration(migrations.Migration):
    dependencies = [("simulations", "0002_step_name")]
    operations = [
        migrations.AddField(
            "scenarioversion", "shape", models.CharField(default="", editable=False, max_length=64)
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
