"""`move_stamp('name')`: the trigger function behind `cms.core.stamps`.

It runs at the end of the transaction (its triggers are deferred), once, and writes one of sixty-four rows chosen by the
server process: two transactions seldom wait for each other there, and never for longer than a commit.
"""

from django.db import migrations

MOVE_STAMP = """
CREATE FUNCTION move_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved_by text := 'socle.' || TG_ARGV[0];
    me text := pg_current_xact_id()::text;
BEGIN
    IF current_setting(moved_by, true) IS DISTINCT FROM me THEN
        PERFORM set_config(moved_by, me, true);
        INSERT INTO core_stamp (name, number) VALUES (TG_ARGV[0] || ':' || pg_backend_pid() % 64, 1)
        ON CONFLICT (name) DO UPDATE SET number = core_stamp.number + 1;
    END IF;
    RETURN NULL;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0003_page_url_path")]
    operations = [migrations.RunSQL(MOVE_STAMP, "DROP FUNCTION move_stamp()")]
