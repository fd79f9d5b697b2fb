"""The facts behind the figures of /pilotage/: whenever one of them changes, the stamp `training` moves."""

from django.db import migrations

from cms.core.stamps import watch

FACTS = [
    ("courses_enrolmentstate", {"columns": ("status",)}),
    ("courses_enrolment", {"columns": ("person_id", "course_id", "closed_at")}),
    ("accounts_membership", {"columns": ("person_id", "organisation_id", "starts_on", "ends_on")}),
    ("accounts_user", {"columns": ("is_active",)}),
    ("accounts_organisation", {"columns": ("code", "name", "is_active")}),
    ("roadmap_roadmap", {"columns": ("is_current",)}),
    ("roadmap_objective", {"columns": ('"order"',), "rows": False}),
    ("roadmap_theme", {"columns": ("code", "title", "roadmap_id", "objective_id", '"order"', "is_example")}),
    ("roadmap_themelink", {"columns": ("page_id", "theme_id")}),
    ("courses_coursepage", {"columns": ("code",)}),
    ("wagtailcore_page", {"columns": ("title", "live"), "rows": False}),
]


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_move_stamp"),
        ("accounts", "0001_initial"),
        ("roadmap", "0001_initial"),
        ("courses", "0001_initial"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]
    operations = [migrations.RunSQL(*watch("training", table, **facts)) for table, facts in FACTS]
