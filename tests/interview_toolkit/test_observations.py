"""Observations: asked for by the one observed, filled, signed once, answered, evidence; seen by the two of them."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from cms.accounts.models import TRAINERS, User
from cms.roadmap.models import Evidence, ThemeLink
from courses.enums import EnrolmentSource, StepStatus
from courses.services import enrol, publish_version
from interview_toolkit.observations.errors import AlreadySigned, NotAnObserver
from interview_toolkit.observations.models import GridVersion, Observation, ObservationStepPage
from interview_toolkit.observations.services import ask_for, save_draft, sign
from tests.factories.accounts import UserFactory
from tests.factories.courses import course_tree, theme
from tests.factories.toolkit import grid, technique
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
Sign = Callable[[User], StrictClient]
FILLED = {"c0": "2", "c1": "so", "c2": "0", "q0": "Elle a parlé la première."}


def text(response: Any) -> str:
    shown = " ".join(html.unescape(response.content.decode()).split()).replace("\xa0", " ")
    return shown[shown.index("<main") : shown.index("</main")]


def filled(**changes: Any) -> dict[str, Any]:
    return FILLED | {"held_on": timezone.localdate().isoformat()} | changes


@pytest.fixture
def asked(professional: User, trainer: User) -> Observation:
    return ask_for(person=professional, observer=trainer, grid=grid(), setting="reel")


def signed(observation: Observation, levels: dict[str, int | None] | None = None) -> Observation:
    said = {"C1": 2, "C2": None, "C3": 0} if levels is None else levels
    about = {"observer": observation.observer, "public_id": observation.public_id}
    save_draft(**about, levels=said, remarks=["Un fait."], held_on=timezone.localdate())
    return sign(**about)


def test_one_asks_is_seen_and_answers(sign_in: Sign, professional: User, trainer: User) -> None:
    page, client, observer = grid(), sign_in(professional), sign_in(trainer)
    sent = {"grid": page.pk, "observer": trainer.pk, "setting": "situation"}
    client.post(f"/entretien/observations/demander/?grille={page.pk}", sent)
    again = client.post("/entretien/observations/demander/", sent | {"setting": "reel"})
    assert (again.status_code, "Vous l'avez déjà demandé à" in text(again)) == (422, True)
    one = Observation.objects.get()
    assert [message.to for message in mail.outbox] == [[trainer.email]]
    assert f"{trainer}" in text(client.get("/entretien/observations/"))
    assert "On me demande d'observer" in text(observer.get("/entretien/observations/"))
    observer.post(one.get_absolute_url(), {"c0": "1", "q0": ""})
    assert "Enregistré le" in text(observer.get(one.get_absolute_url()))
    assert "Vous lirez ce qui a été vu quand" in text(client.get(one.get_absolute_url()))
    incomplete = text(observer.post(one.get_absolute_url(), {"c0": "1", "sign": "1"}))
    assert "Un résumé. : Dites ce que vous avez vu" in incomplete
    assert "La première question est ouverte. : Dites" not in incomplete
    observer.post(one.get_absolute_url(), filled(sign="1"))
    assert mail.outbox[-1].to == [professional.email]
    sheet = text(client.get(one.get_absolute_url()))
    for words in (
        "Installé",
        "Sans objet",
        "Non observé",
        "Elle a parlé la première.",
        "ne sert jamais à l'évaluation",
    ):
        assert words in sheet
    client.post(f"{one.get_absolute_url()}repondre/", {"text": "J'ai appris à attendre."})
    client.post(f"{one.get_absolute_url()}repondre/", {"text": "Encore."})
    assert "J'ai appris à attendre." in text(observer.get(one.get_absolute_url()))
    one.refresh_from_db()
    assert one.reply == "J'ai appris à attendre."
    assert (mail.outbox[-1].to, len(mail.outbox)) == ([trainer.email], 3)  # told once that it was answered


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"held_on": ""}, "Donnez le jour de l'entretien."),
        ({"held_on": "1900-01-01"}, "plus de trois mois avant la demande"),
        ({"c0": "so", "c2": "so"}, "Tout ne peut pas être sans objet"),
        ({"held_on": "3026-01-01"}, "n'a pas encore eu lieu"),
        ({"held_on": "demain"}, "Cette date ne se lit pas."),
        ({"c0": ""}, "La première question est ouverte. : Dites ce que vous avez vu"),
        ({"c0": "4"}, "Choisissez dans la liste."),
        ({"q0": "x" * 2_001}, "2 000 caractères au plus."),
        ({"q0": "Avec Mme Lefèvre"}, "À relire : rien n'est encore gardé"),
    ],
)
def test_what_cannot_be_signed_is_said(
    sign_in: Sign, trainer: User, asked: Observation, change: dict[str, Any], words: str
) -> None:
    answer = sign_in(trainer).post(asked.get_absolute_url(), filled(sign="1", **change))
    assert answer.status_code == 422
    assert words in text(answer)
    assert not Observation.objects.signed().exists()


def test_what_was_reread_is_signed_as_it_is(sign_in: Sign, trainer: User, asked: Observation) -> None:
    """Nobody knows a name from a word: an office, a number of the switchboard are not somebody's."""
    said = filled(sign="1", q0="Le standard est au 02 33 05 55 50.")
    assert sign_in(trainer).post(asked.get_absolute_url(), said).status_code == 422
    assert sign_in(trainer).post(asked.get_absolute_url(), said | {"is_reread": "on"}).status_code == 302
    assert Observation.objects.signed().exists()


def test_only_a_trainer_other_than_oneself_observes(sign_in: Sign, professional: User, trainer: User) -> None:
    page = grid()
    for other in (professional, UserFactory()):
        with pytest.raises(NotAnObserver):
            ask_for(person=professional, observer=other, grid=page, setting="reel")
    sent = {"grid": page.pk, "observer": UserFactory().pk, "setting": "reel"}
    answer = sign_in(professional).post("/entretien/observations/demander/", sent)
    assert (answer.status_code, "Choisissez dans la liste." in text(answer)) == (422, True)
    one = ask_for(person=professional, observer=trainer, grid=page, setting="reel")
    trainer.groups.remove(Group.objects.get(name=TRAINERS))
    with pytest.raises(NotAnObserver):
        signed(one)


def test_what_is_signed_changes_no_more_even_by_the_tables(asked: Observation) -> None:
    one = signed(asked)
    with pytest.raises(AlreadySigned):
        save_draft(observer=one.observer, public_id=one.public_id, levels={}, remarks=[], held_on=None)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE observations_observation SET levels = '{}' WHERE id = %s", [one.pk])
    Observation.objects.filter(pk=one.pk).update(reply="Merci.", replied_at=timezone.now())
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Observation.objects.filter(pk=one.pk).update(reply="Autre chose.")


def test_a_request_is_withdrawn_as_long_as_nothing_is_signed(
    sign_in: Sign, professional: User, trainer: User, asked: Observation
) -> None:
    client, address = sign_in(professional), asked.get_absolute_url()
    assert sign_in(trainer).post(f"{address}retirer/").status_code == 404
    signed(asked)
    assert "elle ne change plus" in html.unescape(client.post(f"{address}retirer/", follow=True).content.decode())
    assert Observation.objects.count() == 1
    again = ask_for(person=professional, observer=trainer, grid=asked.version.grid, setting="reel")
    client.post(f"{again.get_absolute_url()}retirer/")
    assert Observation.objects.count() == 1


def test_it_is_seen_by_the_two_of_them(
    sign_in: Sign, asked: Observation, lead: User, coordinator: User, administrator: User
) -> None:
    signed(asked)
    other = UserFactory()
    other.groups.add(Group.objects.get(name=TRAINERS))
    for one in (lead, coordinator, administrator, other):
        client = sign_in(one)
        assert client.get(asked.get_absolute_url()).status_code == 404
        assert client.post(f"{asked.get_absolute_url()}repondre/", {"text": "x"}).status_code == 404
        assert str(asked.person) not in text(client.get("/entretien/observations/"))


def test_what_was_seen_is_evidence_and_what_was_not_is_none(asked: Observation) -> None:
    seen, unseen = theme(), theme("SEC-01", "Autre")
    ThemeLink.objects.create(page_id=technique().pk, theme=seen)
    ThemeLink.objects.create(page_id=technique("RESUME").pk, theme=unseen)
    signed(asked, {"C1": 1, "C2": 3, "C3": 0})
    fact = Evidence.objects.get()
    assert (fact.theme, fact.kind, fact.person, fact.source) == (
        seen, "observed", asked.person, f"observation:{asked.pk}",
    )  # fmt: skip


def test_a_grid_changed_leaves_what_was_asked_as_it_was(sign_in: Sign, trainer: User, asked: Observation) -> None:
    page = asked.version.grid
    page.criteria.add(*[page.criteria.model(code="C4", phase="Conclure", label="Une date est prise.")])
    page.save_revision().publish()
    assert GridVersion.objects.count() == 2
    assert "Une date est prise." not in text(sign_in(trainer).get(asked.get_absolute_url()))
    signed(asked)
    page.save_revision().publish()
    assert GridVersion.objects.count() == 2


def test_it_counts_in_the_course_that_asks_for_it(sign_in: Sign, professional: User, trainer: User) -> None:
    tree, page = course_tree(lessons=1, quizzes=0), grid()
    step = tree.modules[0].add_child(instance=ObservationStepPage(title="Être observé", slug="observe", grid=page))
    publish_version(course=tree.course)
    enrolment = enrol(person=professional, course=tree.course, source=EnrolmentSource.SELF)
    client = sign_in(professional)
    assert "Personne ne vous a encore observé" in text(client.get(step.url))
    one = ask_for(person=professional, observer=trainer, grid=page, setting="reel")
    assert "C'est demandé" in text(client.get(step.url))
    signed(one)
    assert enrolment.step_states.get(step_key=step.step_key).status == StepStatus.COMPLETED
    assert "Cette étape est validée." in text(client.get(step.url))
    assert f'href="{page.url}"' in text(client.get(technique().url))


def test_lists_ask_the_same_whatever_they_hold(
    sign_in: Sign, professional: User, trainer: User, assert_constant_queries: Any
) -> None:
    page, client = grid(), sign_in(trainer)
    first = signed(ask_for(person=professional, observer=trainer, grid=page, setting="reel"))

    def grow() -> None:
        for _ in range(2):
            signed(ask_for(person=UserFactory(), observer=trainer, grid=page, setting="reel"))
            ask_for(person=UserFactory(), observer=trainer, grid=page, setting="reel")

    def serve() -> None:
        for address in ("/entretien/observations/", first.get_absolute_url(), page.url):
            assert client.get(address).status_code == 200

    assert_constant_queries(serve, grow)
