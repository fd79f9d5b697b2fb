from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import Error, Tags, register


@register(Tags.security)
def journal_keys_are_keys(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A key that is none would be known the day someone writes."""
    hint = "Une clé est ce que donne « manage.py journal key » ; plusieurs se séparent par des virgules."
    wrong = [number for number, key in enumerate(settings.SOCLE_JOURNAL_KEYS, start=1) if not _is_key(key)]
    return [
        Error(f"JOURNAL_KEYS : la clé n° {number} n'en est pas une.", hint=hint, id="journal.E001") for number in wrong
    ]


def _is_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
