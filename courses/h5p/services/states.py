"""Where someone left a content: resumed from there on any device."""

import re
from typing import Any

from django.db import connection
from django.utils import timezone

from courses.h5p.errors import ContentChanged, NotKept, TooMuch
from courses.h5p.models import Registration, SavedState

LONGEST = 256 * 1024  # characters of one state
MOST = 100  # states of one registration
DATA_TYPE = re.compile(r"[\w.:-]{1,100}", re.ASCII)
PART = re.compile(r"0|[0-9a-zA-Z-]{1,64}", re.ASCII)

# Kept only while the person has the version of the content that wrote it, and while there is room; never over what
# was said later, for a device without network sends late.
SAVE = """
INSERT INTO h5p_savedstate (registration_id, data_type, sub_content_id, body, sequence, updated_at)
SELECT registration.id, %(data_type)s, %(part)s, %(body)s, %(sequence)s, %(now)s
FROM h5p_registration registration JOIN h5p_contentversion version ON version.id = registration.version_id
WHERE registration.id = %(registration)s AND version.number = coalesce(%(version)s, version.number)
  AND (SELECT count(*) FROM h5p_savedstate WHERE registration_id = registration.id
       AND NOT (data_type = %(data_type)s AND sub_content_id = %(part)s)) < %(most)s
ON CONFLICT (registration_id, data_type, sub_content_id)
DO UPDATE SET body = excluded.body, sequence = excluded.sequence, updated_at = excluded.updated_at
WHERE h5p_savedstate.sequence <= excluded.sequence
"""


def save_state(
    *,
    registration: Registration,
    data_type: Any,
    body: Any,
    sub_content_id: Any = "0",
    version: int | None = None,
    sequence: int | None = None,
) -> None:
    """Keep where someone is, in place of what was kept; None forgets it, and leaves an empty text. One query.

    `version` is the number of the version that wrote it, `sequence` when it did (milliseconds since 1970, never later
    than now): what was said earlier than what is kept changes nothing. Raises NotKept, TooMuch, ContentChanged.
    """
    part = "0" if sub_content_id in (None, 0) else sub_content_id
    if not isinstance(data_type, str) or not DATA_TYPE.fullmatch(data_type):
        raise NotKept("Cet état ne dit pas de quoi il parle.")
    if not isinstance(part, str) or not PART.fullmatch(part):
        raise NotKept("Cet état ne dit pas de quelle partie il parle.")
    if body is not None and not isinstance(body, str):
        raise NotKept("Cet état n'est pas un texte.")
    if len(body or "") > LONGEST:
        raise TooMuch("Cet état est trop long : il n'est pas enregistré.")
    now = timezone.now()
    latest = int(now.timestamp() * 1_000)
    place = {"registration": registration, "data_type": data_type, "sub_content_id": part}
    values: dict[str, Any] = {
        "registration": registration.pk,
        "data_type": data_type,
        "part": part,
        "body": body or "",
        "sequence": latest if sequence is None else min(sequence, latest),
        "now": now,
        "version": version,
        "most": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(SAVE, values)
        if cursor.rowcount == 1:
            return
    current = Registration.objects.filter(pk=registration.pk).values_list("version__number", flat=True).first()
    if version is not None and current != version:
        raise ContentChanged
    is_late = SavedState.objects.filter(**place, sequence__gt=values["sequence"]).exists()
    if is_late or body is None:
        return
    raise TooMuch("Cette activité enregistre trop de choses : celle-ci ne l'est pas.")
