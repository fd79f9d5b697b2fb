"""How the figures of /pilotage/ follow the facts (docs/stamps.md).

What seldom changes (who is where, themes, titles) moves the stamp `training`: the figures are then computed again.
What changes all day (where enrolments stand) is noted in `StandingChange`: the figures are then adjusted.
"""

import django.db.models.functions.datetime
from django.db import migrations, models

import coordination.models
from cms.core.stamps import watch

SELDOM = [
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

# An enrolment counts while it is open, and for ever once completed. The greatest rank is the best state.
RANK = """
CREATE FUNCTION standing_rank(status text, closed_at timestamptz) RETURNS smallint LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN status = 'completed' THEN 3
        WHEN closed_at IS NOT NULL OR status IS NULL THEN NULL
        WHEN status = 'in_progress' THEN 2
        WHEN status = 'not_started' THEN 1
        ELSE 0
    END::smallint
$$
"""

# The state of an enrolment and its closing are in two tables: locking the enrolment makes their writers take turns,
# so that what is noted as "before" is what was committed before.
STATE_CHANGED = """
CREATE FUNCTION note_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    enrolment courses_enrolment;
BEGIN
    SELECT * INTO enrolment FROM courses_enrolment WHERE id = coalesce(NEW.enrolment_id, OLD.enrolment_id)
    FOR NO KEY UPDATE;
    INSERT INTO coordination_standingchange (transaction, enrolment, person, was_rank)
    VALUES (pg_current_xact_id(), enrolment.id, enrolment.person_id, standing_rank(OLD.status, enrolment.closed_at));
    RETURN NULL;
END
$$
"""

ENROLMENT_CLOSED = """
CREATE FUNCTION note_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO coordination_standingchange (transaction, enrolment, person, was_rank)
    SELECT pg_current_xact_id(), OLD.id, OLD.person_id, standing_rank(status, OLD.closed_at)
    FROM courses_enrolmentstate WHERE enrolment_id = OLD.id;
    RETURN NULL;
END
$$
"""

TRIGGERS = """
CREATE TRIGGER note_state_rows AFTER INSERT OR DELETE ON courses_enrolmentstate
    FOR EACH ROW EXECUTE FUNCTION note_state();
CREATE TRIGGER note_state_change AFTER UPDATE ON courses_enrolmentstate
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION note_state();
CREATE TRIGGER note_closing AFTER UPDATE ON courses_enrolment
    FOR EACH ROW WHEN (OLD.closed_at IS DISTINCT FROM NEW.closed_at) EXECUTE FUNCTION note_closing();
CREATE CONSTRAINT TRIGGER stamp_training_change AFTER UPDATE ON courses_enrolment DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.person_id IS DISTINCT FROM NEW.person_id OR OLD.course_id IS DISTINCT FROM NEW.course_id)
    EXECUTE FUNCTION move_stamp('training');
CREATE CONSTRAINT TRIGGER stamp_training_rows AFTER DELETE ON courses_enrolment DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION move_stamp('training');
"""
NO_TRIGGERS = """
DROP TRIGGER stamp_training_rows ON courses_enrolment;
DROP TRIGGER stamp_training_change ON courses_enrolment;
DROP TRIGGER note_closing ON courses_enrolment;
DROP TRIGGER note_state_change ON courses_enrolmentstate;
DROP TRIGGER note_state_rows ON courses_enrolmentstate;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("core", "0004_move_stamp"),
        ("accounts", "0001_initial"),
        ("roadmap", "0001_initial"),
        ("courses", "0001_initial"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]
    operations = [
        migrations.CreateModel(
            name="StandingChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("transaction", coordination.models.TransactionField(db_index=True)),
                ("enrolment", models.BigIntegerField()),
                ("person", models.BigIntegerField()),
                ("was_rank", models.SmallIntegerField(null=True)),
                (
                    "recorded_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True),
                ),
            ],
            options={"verbose_name": "changement d'état"},
        ),
        *[migrations.RunSQL(*watch("training", table, **facts)) for table, facts in SELDOM],
        migrations.RunSQL(RANK, "DROP FUNCTION standing_rank(text, timestamptz)"),
        migrations.RunSQL(STATE_CHANGED, "DROP FUNCTION note_state()"),
        migrations.RunSQL(ENROLMENT_CLOSED, "DROP FUNCTION note_closing()"),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
