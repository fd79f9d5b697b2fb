"""A page is found by its whole address: give that column an index."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0002_initial"), ("wagtailcore", "0001_squashed_0016_change_page_url_path_to_text_field")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX core_page_url_path ON wagtailcore_page USING hash (url_path)", "DROP INDEX core_page_url_path"
        )
    ]
