"""What someone is to try is under way once: of the same sent twice, the first stays. The constraints come next, for
PostgreSQL makes no index on a table with rows deleted in the same transaction.
"""

from django.db import migrations


def keep_the_first(apps, schema_editor):
    seen = set()
    commitments = apps.get_model("commitments", "Commitment").objects
    for one in commitments.filter(answered_at=None).order_by("made_at", "pk"):
        about = (one.person_id, one.technique_id, one.practice_id)
        if about in seen:
            one.delete()
        seen.add(about)


class Migration(migrations.Migration):
    dependencies = [("commitments", "0002_pair")]
    operations = [migrations.RunPython(keep_the_first, migrations.RunPython.noop)]
