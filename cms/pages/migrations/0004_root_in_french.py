"""The root of the tree, which Wagtail's own migration names in English, is read by every editor."""

from django.db import migrations


def name_it(apps, schema_editor):
    pages = apps.get_model("wagtailcore", "Page").objects.filter(depth=1, title="Root")
    pages.update(title="Racine", draft_title="Racine")


class Migration(migrations.Migration):
    dependencies = [("pages", "0003_content_help_texts"), ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes")]
    operations = [migrations.RunPython(name_it, migrations.RunPython.noop)]
