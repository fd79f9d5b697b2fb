"""Playing a content, and receiving what it says. Rooms above own the addresses, and say who may come in.

A content is code written by strangers. It plays in a document without origin (`sandbox`, in the frame and in the
policy of the document itself): it reads neither cookies nor the page around, knows a pseudonym only, and what it
says leaves by `postMessage`.
"""

import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import render
from django.utils import timezone

from courses.h5p.engine.archive import Unreadable
from courses.h5p.engine.documents import parse
from courses.h5p.engine.limits import Limits
from courses.h5p.errors import ContentChanged, H5PError, NotKept, TooMuch, TooOften
from courses.h5p.identity import address, pseudonym
from courses.h5p.l10n import CORE
from courses.h5p.models import ContentVersion, Registration
from courses.h5p.playable import Playable, escaped, playable
from courses.h5p.services.registrations import Opening, open_again, open_version
from courses.h5p.services.results import is_count, record_statements
from courses.h5p.services.states import save_state

MOST_BYTES = 512 * 1024
PERSON = "X-Socle-Person"
POST = Limits(json_values=50_000, json_depth=32)
STATUSES: dict[type[H5PError], int] = {NotKept: 400, TooMuch: 413, ContentChanged: 409, TooOften: 429}


def play(request: HttpRequest, subject: Registration | ContentVersion) -> HttpResponse:
    """Return the document in which a content plays: for a registration, or a version alone, of which nothing is kept.

    No query for a registration just opened whose version this process knows.
    """
    if isinstance(subject, Registration):
        opening: Opening = subject.opening or open_again(subject)
        version, is_kept = subject.version_id, True
    else:
        opening = open_version(subject)
        version, is_kept = subject.pk, False
    shown = playable(version, opening.patches, opening.title) if opening.is_playable else None
    return _document(request, shown, opening, is_kept=is_kept)


def play_unsaved(request: HttpRequest, shown: Playable | None) -> HttpResponse:
    """Return the document in which something not stored yet plays; None: one of its libraries is in quarantine."""
    return _document(request, shown, Opening("", (), (), shown is not None), is_kept=False)


def _document(request: HttpRequest, shown: Playable | None, opening: Opening, *, is_kept: bool) -> HttpResponse:
    nonce = secrets.token_urlsafe(16)
    if shown is not None:
        own = _own(request, opening, number=shown.number, key=shown.key, is_kept=is_kept)
        response = render(request, "h5p/player.html", {"shown": shown, "own": escaped(own), "nonce": nonce})
    else:
        response = render(request, "h5p/stopped.html", {"nonce": nonce})
    response["Content-Security-Policy"] = policy(request, nonce)
    response.xframe_options_exempt = True  # type: ignore[attr-defined]  # `frame-ancestors` says who may
    return response


def policy(request: HttpRequest, nonce: str) -> str:
    site = request.build_absolute_uri("/")
    files, static = urljoin(site, settings.SOCLE_H5P_URL), urljoin(site, settings.STATIC_URL)
    directives = {
        "default-src": "'none'",
        "sandbox": "allow-scripts",
        "script-src": f"{urljoin(files, 'libraries/')} 'nonce-{nonce}'",
        "style-src": f"{files} {static} 'unsafe-inline'",
        "img-src": f"{files} {static} data: blob:",
        "media-src": f"{files} data: blob:",
        "font-src": f"{files} {static} data:",
        "connect-src": files,
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _own(request: HttpRequest, opening: Opening, *, number: int, key: int, is_kept: bool) -> dict[str, Any]:
    """The part of `H5PIntegration` that is this person's; `socle` is for our own scripts in the frame."""
    site = request.build_absolute_uri("/").rstrip("/")
    name, mail = ("Aperçu", "apercu@pseudonyme.invalid")
    if is_kept:
        name, mail = pseudonym(request.user), address(request.user)
    states: dict[str, dict[str, str]] = {}
    for data_type, part, body in opening.states:
        states.setdefault(part, {})[data_type] = body
    return {
        "baseUrl": site,
        "siteUrl": site,
        "url": urljoin(site, settings.SOCLE_H5P_URL).rstrip("/"),
        "user": {"name": name, "mail": mail},
        "ajax": {"contentUserData": "socle-state/:dataType/:subContentId", "setFinished": ""},
        "l10n": {"H5P": CORE},
        "postUserStatistics": False,
        "reportingIsEnabled": True,
        "hubIsEnabled": False,
        "saveFreq": 10 if is_kept else False,
        "crossorigin": "anonymous",
        "core": {"scripts": [], "styles": []},
        "libraryConfig": {},
        "socle": {
            "origin": site,
            "content": key,
            "version": number,
            "start": time.time_ns() // 1_000_000,
            "states": states,
        },
    }


def receive_statements(request: HttpRequest, registration: Registration | None) -> JsonResponse:
    """Keep what a player said: `{"statements": [{"id", "sequence", "version", "statement"}]}` as JSON.

    `registration` is that of whoever asks, with its content (`Registration.objects.of(person)`); None when there is
    none. Refusals are JSON too, `{"error": …}` in French, with a status of the 400s.
    """

    def keep(mine: Registration, payload: dict[str, Any]) -> dict[str, Any]:
        return {"attempts": len(record_statements(registration=mine, payload=payload).new)}

    return _receive(request, registration, keep)


def receive_state(request: HttpRequest, registration: Registration | None) -> JsonResponse:
    """Keep where someone is: `{"dataType", "subContentId", "version", "sequence", "data"}`.

    `data` is a text, or null to forget it; `sequence` says when, as that of a statement.
    """

    def keep(mine: Registration, payload: dict[str, Any]) -> dict[str, Any]:
        version, sequence = payload.get("version"), payload.get("sequence")
        if not all(one is None or is_count(one) for one in (version, sequence)):
            raise NotKept("Cet état n'est pas lisible.")
        save_state(
            registration=mine,
            data_type=payload.get("dataType"),
            sub_content_id=payload.get("subContentId"),
            body=payload.get("data"),
            version=version,
            sequence=sequence,
        )
        return {}

    return _receive(request, registration, keep)


def _receive(
    request: HttpRequest,
    registration: Registration | None,
    keep: Callable[[Registration, dict[str, Any]], dict[str, Any]],
) -> JsonResponse:
    if turned_away := not_theirs(request):
        return turned_away
    if registration is None or registration.person_id != request.user.pk:
        return refusal(404, "Cette activité n'est pas ou plus à votre programme.")
    registration.person = request.user
    try:
        kept = keep(registration, read(request))
    except H5PError as error:
        response = refusal(STATUSES[type(error)], str(error))
        if isinstance(error, TooOften):
            response["Retry-After"] = str(error.seconds)
        return response
    return JsonResponse(kept | {"saved": f"Enregistré à {timezone.localtime():%H:%M}"})


def read(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object of a post. Raises NotKept, TooMuch."""
    if request.content_type != "application/json":
        raise NotKept("Cet envoi n'est pas lisible.")
    try:
        length = int(request.headers.get("Content-Length") or 0)
        body = b"" if length > MOST_BYTES else request.body
    except (ValueError, RequestDataTooBig, UnreadablePostError):
        raise NotKept("Cet envoi n'est pas lisible.") from None
    if max(length, len(body)) > MOST_BYTES:
        raise TooMuch("Cet envoi est trop long : il n'est pas enregistré.")
    try:
        payload = parse(body, limits=POST)
    except Unreadable:
        raise NotKept("Cet envoi n'est pas lisible.") from None
    if not isinstance(payload, dict):
        raise NotKept("Cet envoi n'est pas lisible.")
    return payload


def not_theirs(request: HttpRequest) -> JsonResponse | None:
    """The answer to a post that nobody makes, or that someone else than the person signed in has made; else None.

    A page says in a header for whom it was opened: another person may have come meanwhile, in another tab. What is
    answered 401 is kept by the page for the return of whom it belongs to.
    """
    if request.method != "POST":
        return not_a_page()
    if not request.user.is_authenticated:
        return refusal(401, "Votre session a pris fin.")
    if request.headers.get(PERSON, pseudonym(request.user)) != pseudonym(request.user):
        return refusal(401, "Une autre personne est connectée dans ce navigateur.")
    return None


def not_a_page() -> JsonResponse:
    """The answer to whoever reads where one can only write."""
    response = refusal(405, "Cette adresse reçoit des résultats, elle n'en montre pas.")
    response["Allow"] = "POST"
    return response


def refusal(status: int, words: str) -> JsonResponse:
    return JsonResponse({"error": words}, status=status)
