"""A signature changes no more, but to be countersigned once; nor does what it is a signature of, nor a correction."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION session_attendance_is_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a signature is not deleted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (to_jsonb(OLD) - 'countersigned_at' - 'countersigned_by_id')
        <> (to_jsonb(NEW) - 'countersigned_at' - 'countersigned_by_id') THEN
        RAISE EXCEPTION 'a signature does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.countersigned_at IS NOT NULL AND (OLD.countersigned_at, OLD.countersigned_by_id)
        IS DISTINCT FROM (NEW.countersigned_at, NEW.countersigned_by_id) THEN
        RAISE EXCEPTION 'a countersignature does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER session_attendance_is_signed BEFORE UPDATE OR DELETE ON training_sessions_attendance
    FOR EACH ROW WHEN (OLD.signed_at IS NOT NULL) EXECUTE FUNCTION session_attendance_is_signed();

CREATE FUNCTION session_correction_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a correction does not change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER session_correction_is_kept BEFORE UPDATE OR DELETE ON training_sessions_correction
    FOR EACH ROW EXECUTE FUNCTION session_correction_is_kept();

CREATE FUNCTION session_half_day_is_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM training_sessions_attendance WHERE half_day_id = OLD.id AND signed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a half-day somebody signed does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER session_half_day_is_signed BEFORE UPDATE ON training_sessions_halfday
    FOR EACH ROW WHEN (
        (OLD.session_id, OLD."on", OLD.part, OLD.starts_at, OLD.ends_at)
        IS DISTINCT FROM (NEW.session_id, NEW."on", NEW.part, NEW.starts_at, NEW.ends_at)
    ) EXECUTE FUNCTION session_half_day_is_signed();
"""
THAW = """
DROP TRIGGER session_half_day_is_signed ON training_sessions_halfday;
DROP FUNCTION session_half_day_is_signed();
DROP TRIGGER session_correction_is_kept ON training_sessions_correction;
DROP FUNCTION session_correction_is_kept();
DROP TRIGGER session_attendance_is_signed ON training_sessions_attendance;
DROP FUNCTION session_attendance_is_signed();
"""


class Migration(migrations.Migration):
    dependencies = [("training_sessions", "0001_initial")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
