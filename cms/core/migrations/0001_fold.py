"""`fold(text)`: French text without case, accents or ligatures, the same on every PostgreSQL.

Made of core functions only (no unaccent, no ICU). The marks go before the case does, so that the result
does not depend on the collation of the database.
"""

from django.db import migrations

FOLD = r"""
CREATE FUNCTION fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(
    replace(replace(replace(
        translate(regexp_replace(normalize(value, NFD), '[\u0300-\u036f]', '', 'g'), 'ŒÆ', 'œæ'),
    'œ', 'oe'), 'æ', 'ae'), '’', '''')
)
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(FOLD, "DROP FUNCTION fold(text)")]
