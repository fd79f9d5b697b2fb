"""The document a content plays in, and what it may send: anything at all, never with an error of ours."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.accounts.models import User
from courses.h5p import playable
from courses.h5p.identity import address, pseudonym
from courses.h5p.l10n import CORE
from courses.h5p.models import Attempt, Content, ContentVersion, Library, Registration, SavedState, Statement
from courses.h5p.player import MOST_BYTES, play, receive_state, receive_statements
from courses.h5p.services.registry import quarantine, release
from courses.h5p.services.states import save_state
from tests.courses.h5p.helpers import imported, item, opened, post
from tests.courses.h5p.packages import PNG, library_json, members, needs
from tests.courses.h5p.test_results import points
from tests.courses.h5p.test_validator import JSON
from tests.factories.accounts import UserFactory

ROOT = Path(__file__).resolve().parents[3]
DATA = re.compile(r'<script type="application/json" id="socle-(\w+)">(.*?)</script>', re.DOTALL)
Send = Callable[..., HttpResponse]


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def person(db: None) -> User:
    return UserFactory(first_name="Ada", last_name="Martin", email="ada@example.org")


@pytest.fixture
def registration(person: User) -> Registration:
    return opened(person, imported())


def get(person: Any) -> HttpRequest:
    request = RequestFactory().get("/ici/")
    request.user = person
    return request


def shown(person: Any, subject: Registration | ContentVersion) -> tuple[HttpResponse, dict[str, Any]]:
    """The document, and the `H5PIntegration` it makes."""
    response = play(get(person), subject)
    found = {name: json.loads(text) for name, text in DATA.findall(response.content.decode())}
    return response, found["shared"] | found["own"]


# The document


def test_it_has_no_origin_and_loads_libraries_and_our_scripts_only(registration: Registration) -> None:
    response, _integration = shown(registration.person, registration)
    policy = dict(part.split(" ", 1) for part in response["Content-Security-Policy"].split("; "))
    nonce = re.search(r"'nonce-([^']+)'", policy["script-src"])
    assert nonce
    assert policy == {
        "default-src": "'none'",
        "sandbox": "allow-scripts",
        "script-src": f"http://testserver/h5p-fichiers/libraries/ 'nonce-{nonce[1]}'",
        "style-src": "http://testserver/h5p-fichiers/ http://testserver/static/ 'unsafe-inline'",
        "img-src": "http://testserver/h5p-fichiers/ http://testserver/static/ data: blob:",
        "media-src": "http://testserver/h5p-fichiers/ data: blob:",
        "font-src": "http://testserver/h5p-fichiers/ http://testserver/static/ data:",
        "connect-src": "http://testserver/h5p-fichiers/",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }
    html = response.content.decode()
    scripts = re.findall(r"<script([^>]*)src=\"([^\"]+)\"", html)
    assert [address for _attributes, address in scripts] == [
        "/static/js/h5p/before-core.js",
        "/static/npm/h5p/frame.bundle.js",
        "/static/js/h5p/bridge.js",
        "/h5p-fichiers/libraries/H5P.Text-1.1.0/play.js",
        "/h5p-fichiers/libraries/H5P.Sort-1.2.3/play.js",
    ]
    assert [f'nonce="{nonce[1]}"' in attributes for attributes, _address in scripts] == [True] * 3 + [False] * 2
    assert shown(registration.person, registration)[0]["Content-Security-Policy"] != response["Content-Security-Policy"]


def test_what_h5p_is_told(registration: Registration) -> None:
    _response, told = shown(registration.person, registration)
    key = registration.version_id
    content = told["contents"][f"cid-{key}"]
    assert json.loads(content.pop("jsonContent")) == {"title": "Trier", "items": [{"text": "Il crie.", "right": True}]}
    files = ["H5P.Text-1.1.0/play", "H5P.Sort-1.2.3/play"]
    assert content == {
        "library": "H5P.Sort 1.2",
        "fullScreen": "0",
        "exportUrl": "",
        "embedCode": "",
        "resizeCode": "",
        "url": registration.content.iri,
        "contentUrl": f"/h5p-fichiers/contents/{registration.content.public_id}/1",
        "title": "Fait ou interprétation",
        "metadata": {"title": "Fait ou interprétation", "license": "U"},
        "displayOptions": dict.fromkeys(("frame", "export", "embed", "copyright", "icon"), False),
        "scripts": [f"/h5p-fichiers/libraries/{file}.js" for file in files],
        "styles": [f"/h5p-fichiers/libraries/{file}.css" for file in files],
    }
    assert told["libraryDirectories"] == {"H5P.Text-1.1": "H5P.Text-1.1.0", "H5P.Sort-1.2": "H5P.Sort-1.2.3"}
    assert (told["reportingIsEnabled"], told["postUserStatistics"], told["saveFreq"]) == (True, False, 10)
    assert told["user"] == {"name": pseudonym(registration.person), "mail": address(registration.person)}


def test_the_content_knows_a_pseudonym_only(registration: Registration) -> None:
    person = registration.person
    html = shown(person, registration)[0].content.decode()
    for secret in (person.first_name, person.last_name, person.email, str(person.public_id)):
        assert secret not in html
    assert pseudonym(person) == pseudonym(User.objects.get(pk=person.pk)) != pseudonym(UserFactory())


def test_where_one_was_is_given_back(registration: Registration) -> None:
    part = str(uuid4())
    save_state(registration=registration, data_type="state", body='{"at": 3}')
    save_state(registration=registration, data_type="state", body="[1]", sub_content_id=part)
    again = opened(registration.person, registration.content)
    _response, told = shown(registration.person, again)
    assert told["socle"]["states"] == {"0": {"state": '{"at": 3}'}, part: {"state": "[1]"}}


def test_starting_a_known_content_takes_one_query(person: User, django_assert_num_queries: Any) -> None:
    content = imported()
    shown(person, opened(person, content, "ailleurs"))
    for _time in range(2):
        with django_assert_num_queries(1):
            shown(person, opened(person, content))


def test_a_preview_keeps_nothing_and_names_nobody(person: User, django_assert_num_queries: Any) -> None:
    version = imported().current
    shown(person, version)
    with django_assert_num_queries(1):
        _response, told = shown(person, version)
    assert told["user"]["name"] == "Aperçu"
    assert told["saveFreq"] is False
    assert not Registration.objects.exists()


def test_a_quarantine_is_said_in_words_and_ends(registration: Registration) -> None:
    quarantine(library=Library.objects.get(machine_name="H5P.Text"), reason="À vérifier")
    response = play(get(registration.person), opened(registration.person, registration.content))
    assert "indisponible pour le moment" in response.content.decode()
    assert "H5P.Sort" not in response.content.decode()
    assert "sandbox allow-scripts" in response["Content-Security-Policy"]
    release(library=Library.objects.get(machine_name="H5P.Text"))
    shown(registration.person, opened(registration.person, registration.content))


def test_a_patch_is_played_at_once(registration: Registration) -> None:
    shown(registration.person, registration)
    patched = library_json(patch=4, preloadedDependencies=[needs("H5P.Text", 1, 1)])
    imported(members() | {"H5P.Sort-1.2/library.json": patched})
    _response, told = shown(registration.person, opened(registration.person, registration.content))
    assert told["libraryDirectories"]["H5P.Sort-1.2"] == "H5P.Sort-1.2.4"


def test_a_new_title_is_shown_at_once(registration: Registration) -> None:
    key = f"cid-{registration.version_id}"
    shown(registration.person, registration)
    Content.objects.update(title="Trier les pratiques")
    again = opened(registration.person, registration.content)
    for subject in (again, registration.version):
        _response, told = shown(registration.person, subject)
        assert told["contents"][key]["title"] == "Trier les pratiques"


def test_no_text_of_a_content_ends_the_script_it_stands_in(person: User) -> None:
    title = "</script><b>&"
    content = imported(members() | {"content/content.json": {"title": title[:20]}}, title=title)
    _response, told = shown(person, opened(person, content))
    assert told["contents"][f"cid-{content.current_id}"]["title"] == title


def test_the_core_of_h5p_says_nothing_that_is_not_in_french() -> None:
    core = (ROOT / "node_modules/h5p-standalone/dist/frame.bundle.js").read_text()
    assert set(re.findall(r'\be\.t\("(\w+)"', core) + re.findall(r'H5P\.t\("(\w+)"', core)) <= CORE.keys()


# What is received


@pytest.fixture
def send(person: User) -> Send:
    """Post something to one of the two doors."""

    def _send(registration: Registration | None, body: Any, door: Any = receive_statements, **options: Any) -> Any:
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        request = RequestFactory().post("/ici/", text, **({"content_type": "application/json"} | options))
        request.user = options.get("user", person)
        known = registration and Registration.objects.select_related("content").get(pk=registration.pk)
        return door(request, known)

    return _send


def said(response: HttpResponse) -> tuple[int, dict[str, Any]]:
    return response.status_code, json.loads(response.content)


def test_a_result_is_kept_and_said(registration: Registration, send: Send) -> None:
    status, words = said(send(registration, post(item(registration, 1, score=points(5)))))
    assert (status, words["attempts"]) == (200, 1)
    assert re.fullmatch(r"Enregistré à \d\d:\d\d", words["saved"])


def test_a_state_is_kept_and_forgotten(registration: Registration, send: Send) -> None:
    payload = {"dataType": "state", "subContentId": "0", "version": 1, "data": '{"at": 1}'}
    assert send(registration, payload, receive_state).status_code == 200
    assert SavedState.objects.get().body == '{"at": 1}'
    assert send(registration, payload | {"data": None}, receive_state).status_code == 200
    assert SavedState.objects.get().body == ""
    assert send(registration, payload | {"sequence": 1}, receive_state).status_code == 200  # said before, sent late
    assert SavedState.objects.get().body == ""


def test_the_state_of_a_former_version_does_not_come_back(registration: Registration, send: Send) -> None:
    payload = {"dataType": "state", "version": 2, "data": "{}"}
    status, words = said(send(registration, payload, receive_state))
    assert (status, "a changé" in words["error"]) == (409, True)
    assert not SavedState.objects.exists()


DEEP = "[" * 100_000 + "]" * 100_000
TEMPLATE = '{"statements": [{"id": "%s", "sequence": 1, "statement": %s}]}'
HOSTILE = {
    "nothing": b"",
    "not JSON": b"completed",
    "not text": b"\xff\xfe\x00",
    "NUL": b'{"statements": "\\u0000"}',
    "NaN": b'{"statements": [NaN]}',
    "Infinity": b'{"statements": [Infinity]}',
    "a lone surrogate": b'{"statements": ["\\ud800"]}',
    "100 000 deep": DEEP.encode(),
    "a number of 5 000 digits": b'{"statements": [' + b"9" * 5_000 + b"]}",
    "3 MB": b'{"statements": ["' + b"x" * 3_000_000 + b'"]}',
    "a list": b"[]",
    "many values": b"[" + b"0," * 60_000 + b"0]",
}


@pytest.mark.parametrize("door", [receive_statements, receive_state])
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_not_readable_is_refused_in_words(
    registration: Registration, send: Send, body: bytes, door: Any
) -> None:
    status, words = said(send(registration, body, door))
    assert status in (400, 413)
    assert words["error"].endswith(".")
    assert not Statement.objects.exists()
    assert not SavedState.objects.exists()


@pytest.mark.parametrize("score", ['{"raw": 1e400, "max": 1e400}', '{"raw": -1, "max": 1}', '{"raw": 2, "max": 1}'])
def test_an_impossible_score_is_refused(registration: Registration, send: Send, score: str) -> None:
    one = item(registration, 1)["statement"] | {"result": {"score": "?"}}
    body = TEMPLATE % (uuid4(), json.dumps(one).replace('"?"', score))
    status, words = said(send(registration, body))
    assert (status, "impossible" in words["error"]) == (400, True)
    assert not Attempt.objects.exists()


def test_a_length_that_lies_is_refused(registration: Registration, send: Send) -> None:
    for length in (str(MOST_BYTES + 1), "-1", "beaucoup"):
        assert send(registration, "{}", CONTENT_LENGTH=length).status_code in (400, 413)


@given(value=JSON, key=st.sampled_from(["id", "sequence", "version", "statement"]), is_state=st.booleans())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_anywhere_is_kept_or_refused(
    registration: Registration, send: Send, value: Any, key: str, is_state: bool
) -> None:
    if is_state:
        payload: Any = {"dataType": "state", "subContentId": "0", "data": "1", key: value, "version": value}
        assert send(registration, payload, receive_state).status_code in (200, 400, 409, 413)
    else:
        payload = post(item(registration, 1) | {key: value})
        assert send(registration, payload).status_code in (200, 400, 413)


def test_only_a_post_of_json_is_read(registration: Registration, send: Send) -> None:
    assert receive_statements(get(registration.person), registration).status_code == 405
    assert send(registration, "a=1", content_type="application/x-www-form-urlencoded").status_code == 400


def test_who_is_nobody_or_somebody_else_is_refused_in_words(registration: Registration, send: Send) -> None:
    payload = post(item(registration, 1))
    assert said(send(registration, payload, user=AnonymousUser()))[0] == 401
    assert said(send(registration, payload, user=UserFactory()))[0] == 404
    assert said(send(None, payload))[0] == 404
    for door in (receive_statements, receive_state):
        for known in (registration, None):  # before one looks whether it is on the programme of whoever came since
            status, words = said(send(known, payload, door, headers={"X-Socle-Person": "un autre"}))
            assert (status, words["error"]) == (401, "Une autre personne est connectée dans ce navigateur.")
    assert not Statement.objects.exists()


def test_what_its_own_content_says_of_itself_is_taken(registration: Registration, send: Send) -> None:
    mine = item(registration, 1)
    mine["statement"]["actor"] = {
        "name": pseudonym(registration.person),
        "mbox": f"mailto:{address(registration.person)}",
    }
    assert send(registration, post(mine)).status_code == 200


# Files


@pytest.fixture
def content(db: None) -> Content:
    return imported(
        members() | {"content/content.json": {"image": {"path": "images/a.png"}}, "content/images/a.png": PNG}
    )


def test_files_are_given_for_ever_and_never_as_pages(
    client: Any, content: Content, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        script = client.get("/h5p-fichiers/libraries/H5P.Sort-1.2.3/play.js")
        picture = client.get(f"/h5p-fichiers/contents/{content.public_id}/1/images/a.png")
    assert b"".join(picture.streaming_content) == PNG
    assert (script["Content-Type"], picture["Content-Type"]) == ('text/javascript; charset="utf-8"', "image/png")
    for response in (script, picture):
        assert "immutable" in response["Cache-Control"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert response["Content-Security-Policy"].endswith("sandbox")
        response.close()


def test_a_part_of_a_file_is_given(client: Any, content: Content) -> None:
    response = client.get(f"/h5p-fichiers/contents/{content.public_id}/1/images/a.png", headers={"range": "bytes=1-3"})
    assert (response.status_code, b"".join(response.streaming_content)) == (206, b"PNG")


@pytest.mark.parametrize(
    "path",
    [
        "", "libraries", "libraries/", "libraries/H5P.Sort-1.2.3", "libraries/H5P.Sort-1.2.3/nothing.js",
        "libraries/../waiting/secret.json", "libraries/%2e%2e/waiting/secret.json", "waiting/secret.json",
        "libraries/..%2fwaiting/secret.json", "libraries//H5P.Sort-1.2.3/play.js", "contents/\x00.js",
        "contents/..\\..\\secret.json", "contents/" + "a" * 5_000 + ".js", "libraries/H5P.Sort-1.2.3/page.html",
        "../secret.json", "contents/link.json",
    ],
)  # fmt: skip
def test_nothing_else_is_reached(client: Any, content: Content, tmp_path: Path, path: str) -> None:
    (tmp_path / "h5p/waiting").mkdir()
    for secret in ("h5p/waiting/secret.json", "secret.json", "h5p/libraries/H5P.Sort-1.2.3/page.html"):
        (tmp_path / secret).write_text("secret")
    response = client.get(f"/h5p-fichiers/{path}")
    assert (response.status_code, response["Content-Type"]) == (404, "text/plain; charset=utf-8")


def test_only_reading_is_possible(client: Any, content: Content) -> None:
    assert client.post("/h5p-fichiers/libraries/H5P.Sort-1.2.3/play.js").status_code == 405
    assert client.head("/h5p-fichiers/libraries/H5P.Sort-1.2.3/play.js").status_code == 200


def test_what_is_kept_by_a_process_is_forgotten_when_asked(registration: Registration) -> None:
    shown(registration.person, registration)
    playable.forget()
    shown(registration.person, registration)
