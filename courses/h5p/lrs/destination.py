"""Where results are sent, if anywhere: what the environment says, and what is wrong with it."""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.crypto import salted_hmac

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Destination:
    """A store, and the account it knows us by."""

    url: str
    username: str
    password: str

    @property
    def parts(self) -> SplitResult:
        """The address that takes statements."""
        return urlsplit(f"{self.url.rstrip('/')}/statements")

    @property
    def fingerprint(self) -> str:
        """Changes with the store or the account: what one of them refused, another may accept."""
        value = "\n".join((self.url, self.username, self.password))
        return salted_hmac("courses.h5p.lrs", value, algorithm="sha256").hexdigest()


def destination() -> Destination | None:
    """Return where results go; None when the environment does not say, or says it wrongly."""
    if not settings.SOCLE_LRS_URL or problems():
        return None
    return Destination(settings.SOCLE_LRS_URL, settings.SOCLE_LRS_USERNAME, settings.SOCLE_LRS_PASSWORD)


def problems() -> list[str]:
    """Return what forbids sending, in words; nothing when nothing is asked for."""
    given = {
        "LRS_URL": settings.SOCLE_LRS_URL,
        "LRS_USERNAME": settings.SOCLE_LRS_USERNAME,
        "LRS_PASSWORD": settings.SOCLE_LRS_PASSWORD,
    }
    if not any(given.values()):
        return []
    found = []
    if missing := [name for name, value in given.items() if not value]:
        found.append(f"Il manque {' et '.join(missing)} : les trois variables vont ensemble.")
    if given["LRS_URL"]:
        found += _problems_of(given["LRS_URL"])
    if ":" in given["LRS_USERNAME"]:
        found.append("LRS_USERNAME contient « : », que l'authentification Basic ne permet pas.")
    return found


def _problems_of(url: str) -> list[str]:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return ["LRS_URL n'est pas une adresse lisible."]
    if parts.scheme not in ("https", "http") or not host or not url.isascii() or not url.isprintable() or " " in url:
        return ["LRS_URL n'est pas une adresse https:// lisible."]
    found = []
    if parts.scheme == "http" and not settings.DEBUG and host not in LOOPBACK:
        found.append("LRS_URL doit commencer par https:// : le mot de passe et les résultats passeraient en clair.")
    if "@" in parts.netloc or parts.query or parts.fragment:
        found.append("LRS_URL ne doit contenir ni compte, ni « ? », ni « # ».")
    return found
