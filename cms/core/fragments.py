"""`{% kept %}`: a part of a template drawn once per process for the same values.

    {% kept "nav" nav %}…{% endkept %}

What stands inside may depend on the values named, and on the two that change at each request: `csrf_token` and `here`
(the address of the page), put in place afterwards. Without values, it is drawn once for all. Nothing is kept while
DEBUG is on.
"""

from typing import Any

from django import template
from django.conf import settings
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

MOST = 4000
# Private characters of Unicode hold the place of what changes at each request.
PLACES = {name: f"\ue000{name}\ue000" for name in ("csrf_token", "here")}

_drawn: dict[tuple[str, ...], SafeString] = {}


class Kept(template.Node):
    def __init__(self, nodelist: NodeList, name: str, values: list[FilterExpression]) -> None:
        self.nodelist = nodelist
        self.name = name
        self.values = values

    def render(self, context: Context) -> SafeString:
        if settings.DEBUG:
            return self.nodelist.render(context)
        key = (self.name, *(str(value.resolve(context)) for value in self.values))
        html = _drawn.get(key)
        if html is None:
            with context.push(**PLACES):
                html = self.nodelist.render(context)
            if len(_drawn) >= MOST:
                _drawn.pop(next(iter(_drawn)), None)  # the oldest
            _drawn[key] = html
        for name, place in PLACES.items():
            if place in html:
                html = mark_safe(html.replace(place, conditional_escape(context.get(name) or "")))  # noqa: S308
        return html


def kept(parser: Parser, token: Token) -> Kept:
    _tag, name, *values = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    origin: Any = parser.origin
    return Kept(nodelist, f"{origin}:{name}", [parser.compile_filter(value) for value in values])
