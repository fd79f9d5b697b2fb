"""What Django, Wagtail and allauth say in our words: compiled, still asked for, and read on the screens."""

import gettext
import re
from html import unescape
from pathlib import Path
from typing import Any

import allauth
import django
import pytest
import wagtail
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup
from django import forms
from django.conf import settings

from cms.accounts.models import User
from cms.core.models import Document
from tests.factories.courses import course_tree

OURS = Path(settings.LOCALE_PATHS[0]) / "fr" / "LC_MESSAGES"
GUESSED = re.compile(r"\w\((e|s|ne|le|la|tte|elle)\)")
UNLIKED = re.compile(r"\be-?mails?\b|\bslug\b|\bRoot\b|redacteur|\bcourriels?\b|\bStatus\b", re.I)


def told(catalog: Any) -> dict[Any, Any]:
    """Context and source, singular first → what is said."""
    return {(message.context, *always(message.id)): always(message.string) for message in catalog if message.id}


def always(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_what_is_compiled_is_what_is_written() -> None:
    with (OURS / "django.po").open("rb") as written, (OURS / "django.mo").open("rb") as compiled:
        wanted, found = told(read_po(written, locale="fr")), told(read_mo(compiled))
    assert len(wanted) > 150
    assert found == wanted, "make messages"


def test_every_sentence_we_replace_is_still_said_by_somebody() -> None:
    said: set[str] = set()
    for package in (django, wagtail, allauth):
        for path in Path(package.__file__).parent.rglob("locale/fr/LC_MESSAGES/django.mo"):
            with path.open("rb") as file:
                keys = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
            said |= {(key[0] if isinstance(key, tuple) else key).rpartition("\x04")[2] for key in keys}
    with (OURS / "django.po").open("rb") as written:
        ours = {key[1] for key in told(read_po(written, locale="fr"))}
    assert ours - said == set()


def test_a_form_refuses_in_a_sentence() -> None:
    class Form(forms.Form):
        colour = forms.ChoiceField(choices=[("bleu", "Bleu")])
        address = forms.EmailField()

    errors = Form({"colour": "zz", "address": "zoe"}).errors
    assert {name: told[0].replace("\N{NO-BREAK SPACE}", " ") for name, told in errors.items()} == {
        "colour": "« zz » n'est pas dans la liste. Choisissez l'une des réponses proposées.",
        "address": "Cette adresse électronique n'est pas complète. Par exemple : prenom.nom@exemple.fr.",
    }


SCREENS = [
    "/admin/", "/admin/account/", "/admin/pages/", "/admin/pages/{course}/edit/", "/admin/pages/{lesson}/history/",
    "/admin/pages/{lesson}/delete/", "/admin/pages/{lesson}/unpublish/", "/admin/pages/{lesson}/copy/",
    "/admin/pages/search/", "/admin/images/", "/admin/images/add/", "/admin/documents/",
    "/admin/documents/edit/{document}/",
    "/admin/reports/site-history/", "/admin/reports/aging-pages/", "/admin/snippets/pages/glossaryterm/",
    "/admin/snippets/pages/glossaryterm/add/", "/admin/users/", "/admin/users/new/", "/admin/groups/",
    "/admin/organisations/", "/admin/organisations/new/", "/admin/memberships/", "/admin/memberships/new/",
    "/admin/invitations/", "/admin/invitations/new/", "/admin/roadmaps/", "/admin/redirects/",
    "/admin/choose-email-link/",
]  # fmt: skip


def shown(response: Any) -> list[str]:
    """What is read on a screen, seen or read aloud."""
    body = response.json()["html"] if "json" in response["Content-Type"] else response.content.decode()
    soup = BeautifulSoup(body, "html.parser")
    for hidden in soup(["script", "style"]):
        hidden.decompose()
    spoken = [tag[name] for name in ("title", "aria-label", "placeholder") for tag in soup.find_all(attrs={name: True})]
    return [unescape(" ".join(text.split())) for text in [*soup.stripped_strings, *spoken]]


@pytest.fixture
def places(db: None) -> dict[str, int]:
    tree = course_tree()
    document = Document.objects.create(title="Guide", file="documents/absent.pdf", file_size=1)
    return {"course": tree.course.pk, "lesson": tree.lessons[0].pk, "document": document.pk}


def test_the_publishing_tools_speak_plain_french(sign_in: Any, administrator: User, places: dict[str, int]) -> None:
    User.objects.filter(pk=administrator.pk).update(email="admin@test.example")
    client = sign_in(administrator)
    clumsy = {}
    for path in SCREENS:
        response = client.get(path.format(**places))
        assert response.status_code == 200, path
        found = [text for text in shown(response) if GUESSED.search(text) or UNLIKED.search(text)]
        if found:
            clumsy[path] = found
    assert clumsy == {}
