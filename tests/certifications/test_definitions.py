"""What the coordination may publish as an attestation, and the reasons it is given when it may not."""

from datetime import date
from html import unescape
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from certifications.enums import Kind
from certifications.models import Credential, CredentialDefinition, DefinitionVersion, Provider
from certifications.queries.definitions import content_of
from certifications.services import issue_for
from certifications.wording import filled, missing_mentions
from courses.models import CoursePage
from tests.factories.certifications import STATEMENT, complete, credential, definition, provider
from tests.factories.courses import CourseTree, course_tree

pytestmark = pytest.mark.django_db

ADD = "/admin/snippets/certifications/credentialdefinition/add/"


@pytest.fixture
def editor(sign_in, coordinator):
    return sign_in(coordinator)


@pytest.fixture
def tree() -> CourseTree:
    return course_tree()


def typed(*courses: CoursePage, renewal: tuple[CoursePage, ...] = (), **changes: Any) -> dict[str, Any]:
    """A definition as the form would send it, complete unless changed."""
    links = [{"course": course.pk, "purpose": "award"} for course in courses]
    links += [{"course": course.pk, "purpose": "renewal"} for course in renewal]
    said = {
        "title": "Attestation de suivi",
        "kind": Kind.FOLLOWED,
        "path": "any",
        "applies_from": "2026-01-01",
        "statement": STATEMENT,
        "paragraphs": "",
        "mentions": "",
        "nature": "Action de formation",
        "signatory_name": "Anne Lemoine",
        "signatory_quality": "Directrice",
        "signature": "",
        "logo": "",
        "validity_months": "24",
        "window_days": "90",
        "renewal_path": "same",
        "course_links": inline_formset(links),
    }
    return nested_form_data(said | changes)


def publish(editor: Any, data: dict[str, Any], address: str = ADD) -> HttpResponse:
    return editor.post(address, data | {"action-publish": "action-publish"}, follow=True)


def words_of(response: HttpResponse) -> str:
    return " ".join(unescape(BeautifulSoup(response.content, "html.parser").get_text(" ")).split())


def test_publishing_makes_the_words_credentials_are_made_with(editor, tree, professional):
    provider()
    publish(editor, typed(tree.course))
    [version] = DefinitionVersion.objects.all()
    assert version.definition.live
    assert version.content["signatory"] == {"name": "Anne Lemoine", "quality": "Directrice", "signature": None}
    [awarded] = issue_for(enrolment_id=complete(professional, tree).pk)
    assert awarded.version == version


def test_publishing_again_makes_a_version_only_when_the_words_change(editor, tree):
    provider()
    publish(editor, typed(tree.course))
    one = CredentialDefinition.objects.get()
    edit = ADD.replace("add/", f"edit/{one.pk}/")
    link = one.course_links.get()
    links = inline_formset([{"id": link.pk, "course": tree.course.pk, "purpose": "award"}], initial=1)
    publish(editor, typed(course_links=links), edit)
    publish(editor, typed(course_links=links, paragraphs="Une ligne de plus."), edit)
    assert [version.content["paragraphs"] for version in one.versions.order_by("number")] == [
        [],
        ["Une ligne de plus."],
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"signatory_name": ""}, "il manque le nom du signataire"),
        ({"signatory_quality": ""}, "il manque la qualité du signataire"),
        ({"nature": ""}, "il manque la nature de l'action"),
        ({"statement": "Il a suivi {formation}."}, "il manque « {personne} »"),
        ({"statement": "{personne} a suivi."}, "il manque « {formation} »"),
        ({"statement": "{personne}, {formation}, {age}."}, "ne sont pas connus : {age}"),
        ({"kind": Kind.DONE, "statement": "{personne} {formation}"}, "« {employeur} »"),
        ({"kind": Kind.END, "statement": "{personne} {formation}"}, "« {duree} »"),
        ({"title": "Diplôme du SPIE"}, "réservés à ce que l'État enregistre (L6113-1) : diplôme"),
        ({"path": "all"}, "un parcours compte au moins deux formations"),
        ({"title": "Attestation de {personne}"}, "le titre est imprimé tel quel"),
        ({"validity_months": "1", "window_days": "60"}, "à renouveler dès sa délivrance"),
        ({"renewal_path": "courses"}, "choisissez la formation plus courte"),
        ({"renewal_path": "steps"}, "choisissez les étapes à refaire"),
    ],
)
def test_what_lacks_a_mention_is_not_published(editor, tree, changes, reason):
    provider()
    answer = publish(editor, typed(tree.course, **changes))
    assert reason in words_of(answer)
    assert not CredentialDefinition.objects.filter(live=True).exists()


@pytest.mark.parametrize(("field", "reason"), [("name", "dénomination"), ("address", "adresse"), ("siret", "SIRET")])
def test_nothing_is_published_for_a_provider_half_known(editor, tree, field, reason):
    provider(**{field: ""})
    assert reason in words_of(publish(editor, typed(tree.course)))
    assert not DefinitionVersion.objects.exists()


def test_skills_are_attested_only_where_they_are_assessed(editor):
    provider()
    unassessed = course_tree(quizzes=0)
    answer = publish(editor, typed(unassessed.course, kind=Kind.SKILLS))
    assert "une évaluation notée dans « Socle commun »" in words_of(answer)


def test_a_draft_may_lack_everything(editor):
    editor.post(ADD, typed(signatory_name="", nature=""))
    draft = CredentialDefinition.objects.get()
    assert (draft.live, draft.versions.count()) == (False, 0)


def test_a_draft_without_a_title_still_has_a_name(editor):
    assert "Modèle sans titre" in words_of(editor.post(ADD, typed(title=""), follow=True))


def test_the_steps_to_do_again_are_those_of_the_course(editor, tree):
    provider()
    one = definition(tree.course, validity_months=12)
    page = words_of(editor.get(ADD.replace("add/", f"edit/{one.pk}/")))
    assert "Module 1 · Leçon 1.1" in page
    link = one.course_links.get()
    links = inline_formset([{"id": link.pk, "course": tree.course.pk, "purpose": "award"}], initial=1)
    data = typed(course_links=links, renewal_path="steps") | {"renewal_steps": [str(tree.quizzes[0].step_key)]}
    publish(editor, data, ADD.replace("add/", f"edit/{one.pk}/"))
    one.refresh_from_db()
    assert one.renewal_steps == [tree.quizzes[0].step_key]
    forged = data | {"renewal_steps": ["11111111-1111-4111-8111-111111111111"]}
    publish(editor, forged, ADD.replace("add/", f"edit/{one.pk}/"))
    one.refresh_from_db()
    assert one.renewal_steps == [tree.quizzes[0].step_key]


def test_what_awarded_something_is_not_deleted_but_withdrawn(editor, professional):
    awarded = credential(professional)
    one = awarded.definition
    answer = editor.post(ADD.replace("add/", f"delete/{one.pk}/"), follow=True)
    assert "Vous pouvez la dépublier" in words_of(answer)
    editor.post(ADD.replace("add/", f"unpublish/{one.pk}/"), follow=True)
    one.refresh_from_db()
    assert (one.live, one.withdrawn_at is not None, Credential.objects.count()) == (False, True, 1)


def test_its_preview_is_a_specimen_of_nobody(editor, tree):
    provider()
    one = definition(tree.course)
    address = reverse("wagtailsnippets_certifications_credentialdefinition:preview_on_edit", args=[one.pk])
    editor.post(address, typed(tree.course))
    page = editor.get(address + "?in_preview_panel=true")
    assert page.status_code == 200
    assert "Camille Exemple" in words_of(page)
    assert page.content.count(b'src="data:image/png;base64,') == 2
    assert "img-src 'self' data:" in page["Content-Security-Policy"]
    assert Credential.objects.count() == 0


def test_a_provider_who_moves_makes_new_versions_and_changes_nothing_issued(professional):
    awarded = credential(professional)
    provider(address="9 rue Neuve\n50000 Saint-Lô")
    assert Credential.objects.get(pk=awarded.pk).snapshot["provider"]["address"].startswith("1 rue")
    latest = awarded.definition.versions.order_by("-number")[0]
    assert latest.content["provider"]["address"].startswith("9 rue")


def test_the_provider_is_set_by_the_coordination(editor, sign_in, trainer):
    address = reverse("wagtailsettings:edit", args=["certifications", "provider", Provider.load().pk])
    assert editor.get(address).status_code == 200
    assert sign_in(trainer).get(address).status_code == 302
    wrong = editor.post(address, {"name": "X", "legal_form": "", "address": "Y", "siret": "123", "activity_number": ""})
    assert "Ce numéro SIRET n'est pas valable" in words_of(wrong)


def test_slots_are_replaced_once_and_the_comma_of_no_employer_goes():
    values = {"personne": "{formation} $1 \\1", "formation": "F", "employeur": ""}
    assert filled("{personne}, {employeur}, a suivi {formation}.", values) == "{formation} $1 \\1, a suivi F."


def test_nothing_is_missing_when_all_is_said():
    one = CredentialDefinition(title="T", statement=STATEMENT, signatory_name="A", signatory_quality="B")
    content = content_of(one, Provider(name="N", address="A", siret="1"))
    sheet = {"title": "F", "objectives": ["Savoir"], "is_assessed": True}
    for kind in Kind.values:
        assert missing_mentions(content | {"kind": kind}, courses=[sheet]) == []


def test_dates_of_the_form_are_kept(editor, tree):
    provider()
    publish(editor, typed(tree.course, applies_from="2024-05-06"))
    assert CredentialDefinition.objects.get().applies_from == date(2024, 5, 6)
