"""What was awarded cannot be changed: the database refuses it, whoever asks. Then who may define attestations."""

from django.db import migrations

from cms.accounts.enums import COORDINATION
from cms.accounts.grants import EVERYTHING, grant

# The one change allowed takes away what a credential says of its holder, and nothing else (RGPD, article 17).
FREEZE = """
CREATE FUNCTION credential_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.snapshot IS NULL
        AND (to_jsonb(NEW) - 'snapshot') = (to_jsonb(OLD) - 'snapshot') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A credential is never changed nor deleted (%)', OLD.public_id
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE FUNCTION row_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER credential_frozen BEFORE UPDATE OR DELETE ON certifications_credential
    FOR EACH ROW EXECUTE FUNCTION credential_is_frozen();
"""
APPEND_ONLY = ("credentialevent", "credentialsource", "credentialasset", "credentialfile", "definitionversion")
FREEZE_ROWS = "".join(
    f"CREATE TRIGGER {name}_frozen BEFORE UPDATE OR DELETE ON certifications_{name} "
    "FOR EACH ROW EXECUTE FUNCTION row_is_frozen();"
    for name in APPEND_ONLY
)
THAW = (
    "".join(f"DROP TRIGGER {name}_frozen ON certifications_{name};" for name in APPEND_ONLY)
    + "DROP TRIGGER credential_frozen ON certifications_credential;"
    "DROP FUNCTION credential_is_frozen(); DROP FUNCTION row_is_frozen();"
)


def give(apps, schema_editor):
    grant(apps, COORDINATION, "certifications.credentialdefinition", *EVERYTHING, "publish")
    grant(apps, COORDINATION, "certifications.provider", "change")


class Migration(migrations.Migration):
    dependencies = [("certifications", "0001_initial"), ("accounts", "0005_names_over_time")]

    operations = [
        migrations.RunSQL(FREEZE + FREEZE_ROWS, THAW),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
