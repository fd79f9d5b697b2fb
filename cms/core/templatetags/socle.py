"""Template tags and filters of the house, at hand in every template."""

from datetime import date, datetime
from functools import cache

from django import template
from django.core.paginator import Page
from django.forms import BaseForm
from django.template.defaultfilters import stringfilter
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cms.core.fragments import kept

register = template.Library()
register.tag(kept)


@register.simple_tag
@cache  # a page shows a dozen of them; their names come from the templates and from short lists of choices
def icon(name: str) -> SafeString:
    """A pictogram of `icons.svg`, for the eye only: the words beside it say the same."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><use href="{}#i-{}"></use></svg>',
        static("icons.svg"),
        name,
    )


@register.filter
def minutes(value: int | None) -> str:
    """25 → "25 min", 80 → "1 h 20"."""
    total = int(value or 0)
    hours, rest = divmod(total, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


@register.filter
def day(value: date | datetime | None) -> str:
    """The first of June → "1er juin 2026"; any other day as it is."""
    if value is None:
        return ""
    text = date_format(timezone.localtime(value) if isinstance(value, datetime) else value, "j F Y")
    return f"1er{text[1:]}" if text.startswith("1 ") else text


@register.simple_tag
def today() -> str:
    """ "Lundi 1er juin 2026"."""
    now = timezone.localtime()
    return f"{date_format(now, 'l').capitalize()} {day(now)}"


@register.filter
def page_numbers(page: Page) -> list[int | None]:
    """The numbers to show around a page, `None` for what is left out: 1, 2, None, 7, 8, 9, None, 44."""
    shown = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [number if isinstance(number, int) else None for number in shown]


@register.filter
def error_count(form: BaseForm) -> int:
    """How many messages a form shows: a field may have several."""
    return sum(len(messages) for messages in form.errors.values())


@register.filter(is_safe=True)
@stringfilter
def bound(value: str) -> str:
    """Guillemets kept on the line of the words they hold: their spaces do not break."""
    return value.replace("« ", "«\N{NO-BREAK SPACE}").replace(" »", "\N{NO-BREAK SPACE}»")


@register.filter
def words(value: str) -> list[str]:
    """ "a b c" → ["a", "b", "c"]."""
    return value.split()


BROWSERS = {"Edg/": "Edge", "Firefox/": "Firefox", "OPR/": "Opera", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS": "Mac",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}


@register.filter
def device(user_agent: str) -> str:
    """What a person calls the thing they use: "Firefox sur Windows"."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "Navigateur")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "appareil inconnu")
    return f"{browser} sur {system}"


@register.filter
def plural(value: float) -> str:
    """The "s" of a French plural: none up to two, zero included."""
    return "s" if value >= 2 else ""
