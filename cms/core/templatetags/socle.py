"""Template filters of the house."""

from django import template

register = template.Library()


@register.filter
def minutes(value: int | None) -> str:
    """25 → "25 min", 80 → "1 h 20"."""
    total = int(value or 0)
    hours, rest = divmod(total, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"
