"""What every template knows: where one is, as whom, and how one wants the screen."""

from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest

from cms.core.mail import signature

DISPLAY_COOKIE = "affichage"
DISPLAYS = {"clair": "light", "sombre": "dark"}  # cookie → data-theme; anything else follows the device


class NavItem(NamedTuple):
    label: str
    url: str
    is_current: bool


def navigation(request: HttpRequest) -> list[NavItem]:
    """The entries of the main menu open to this person, the current one marked."""
    user: Any = getattr(request, "user", None)
    places = [("Feuille de route", "/feuille-de-route/")]
    if user is not None and user.is_authenticated:
        learning = [("Formations", "/formations/"), ("Entretien", "/entretien/"), ("Mon parcours", "/mon-parcours/")]
        places = [("Le socle", "/socle/"), *places, *learning]
        if user.has_pilotage:
            places.append(("Pilotage", "/pilotage/"))
    return [NavItem(label, url, request.path.startswith(url)) for label, url in places]


def header_look(request: HttpRequest) -> str:
    """Changes with anything the header shows: the menu, and the person."""
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return repr(navigation(request))
    return repr((navigation(request), user.pk, str(user), user.get_short_name(), user.email, user.has_admin))


def site(request: HttpRequest) -> dict[str, Any]:
    """Context of every template. `nav` and `header_look` are computed only where a template asks for them."""
    return {
        "is_demo": settings.SOCLE_DEMO,
        "demo_accounts": settings.DEMO_ACCOUNTS if settings.SOCLE_DEMO else [],
        "demo_password": settings.DEMO_PASSWORD if settings.SOCLE_DEMO else "",
        **signature(),
        "accessibility_state": settings.SOCLE_ACCESSIBILITY_STATE,
        "display": request.COOKIES.get(DISPLAY_COOKIE, ""),
        "display_theme": DISPLAYS.get(request.COOKIES.get(DISPLAY_COOKIE, ""), ""),
        "nav": partial(navigation, request),
        "header_look": partial(header_look, request),
        "here": request.get_full_path(),
    }
