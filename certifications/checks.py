from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register

from certifications.badges.keys import SigningKey


@register(Tags.security)
def badge_keys_are_keys(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A key that is none would be known the day someone wants a badge."""
    hint = "Une clé est ce que donne « manage.py badges key » ; plusieurs se séparent par des virgules."
    wrong = [number for number, key in enumerate(settings.SOCLE_BADGE_KEYS, start=1) if not _is_key(key)]
    return [
        Error(f"BADGE_KEYS : la clé n° {number} n'en est pas une.", hint=hint, id="certifications.E001")
        for number in wrong
    ]


def _is_key(key: str) -> bool:
    try:
        SigningKey.from_seed(key)
    except ValueError:
        return False
    return True
