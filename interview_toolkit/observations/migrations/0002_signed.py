"""What is signed changes no more: the database itself refuses, but for the answer of the one observed."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION observation_is_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(OLD) - 'reply' - 'replied_at') <> (to_jsonb(NEW) - 'reply' - 'replied_at') THEN
        RAISE EXCEPTION 'a signed observation does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.replied_at IS NOT NULL AND (OLD.reply, OLD.replied_at) IS DISTINCT FROM (NEW.reply, NEW.replied_at) THEN
        RAISE EXCEPTION 'an answer does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER observation_is_signed BEFORE UPDATE ON observations_observation
    FOR EACH ROW WHEN (OLD.signed_at IS NOT NULL) EXECUTE FUNCTION observation_is_signed();
"""
THAW = """
DROP TRIGGER observation_is_signed ON observations_observation;
DROP FUNCTION observation_is_signed();
"""


class Migration(migrations.Migration):
    dependencies = [("observations", "0001_initial")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
