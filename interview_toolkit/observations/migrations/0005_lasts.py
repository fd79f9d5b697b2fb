"""What was observed before the rule was written counts three years too."""

from datetime import timedelta

from django.db import migrations
from django.db.models import DateField, F
from django.db.models.functions import Cast


def date_them(apps, schema_editor):
    evidence = apps.get_model("roadmap", "Evidence").objects.filter(kind="observed", valid_until=None)
    seen = evidence.filter(source__startswith="observation:")
    seen.update(valid_until=Cast(F("recorded_at") + timedelta(days=3 * 365), DateField()))


class Migration(migrations.Migration):
    dependencies = [("observations", "0004_calibration"), ("roadmap", "0001_initial")]
    operations = [migrations.RunPython(date_them, migrations.RunPython.noop)]
