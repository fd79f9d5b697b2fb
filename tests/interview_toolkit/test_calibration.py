"""Calibration: observers read the same interview, and agree with its authors before they sign."""

import html
import json
from collections.abc import Callable
from datetime import timedelta
from math import isclose
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from cms.accounts.models import TRAINERS, User
from interview_toolkit.observations.agreement import Agreement, agreement_with, mean_kappa, paired, weighted_kappa
from interview_toolkit.observations.errors import (
    NotAnObserver,
    NotAnObserverYet,
    NotCalibrated,
    RatedToday,
)
from interview_toolkit.observations.models import GridPage, Observation, Observer, Rating, Reading, ReferencePage, Share
from interview_toolkit.observations.queries import lines_of
from interview_toolkit.observations.services import (
    accept_requests,
    ask_for,
    decline,
    rate_reference,
    save_draft,
    share_observation,
    sign,
)
from tests.factories.accounts import UserFactory
from tests.factories.toolkit import grid, reference
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
Sign = Callable[[User], StrictClient]
SAME: dict[str, int | None] = {"C1": 3, "C2": 0, "C3": 2}
OTHER: dict[str, int | None] = {"C1": 0, "C2": 3, "C3": 0}


def text(response: Any) -> str:
    shown = " ".join(html.unescape(response.content.decode()).split()).replace("\xa0", " ")
    return shown[shown.index("<main") : shown.index("</main")]


def calibrated(person: User, page: ReferencePage, *, is_available: bool = True) -> Observer:
    rate_reference(person=person, reference=page, levels=SAME)
    accept_requests(person=person, grid=page.get_parent().specific, is_available=is_available)
    return Observer.objects.get(person=person)


def to_sign(observation: Observation) -> dict[str, Any]:
    about = {"observer": observation.observer, "public_id": observation.public_id}
    save_draft(**about, levels={"C1": 2, "C2": None, "C3": 0}, remarks=[], held_on=timezone.localdate())
    return about


# The figure.

LEVEL = st.integers(0, 3)
PAIRS = st.lists(st.tuples(LEVEL, LEVEL), max_size=30)


def test_kappa_is_that_of_the_books() -> None:
    """Worked by hand with the matrices of Cohen (1968), squares of the gaps as weights: 1 - (4 × 4) / 28."""
    pairs = [(0, 1), (1, 1), (2, 1), (3, 3)]
    matrix = [[sum(pair == (a, b) for pair in pairs) for b in range(4)] for a in range(4)]
    rows, columns = [sum(row) for row in matrix], [sum(row[b] for row in matrix) for b in range(4)]
    seen = sum((a - b) ** 2 * matrix[a][b] for a in range(4) for b in range(4))
    chance = sum((a - b) ** 2 * rows[a] * columns[b] / len(pairs) for a in range(4) for b in range(4))
    found = weighted_kappa(pairs)
    assert found is not None
    assert isclose(found, 1 - seen / chance)
    assert weighted_kappa([(0, 3), (3, 0)]) == -1
    assert weighted_kappa([(0, 0), (0, 3), (3, 0), (3, 3)]) == 0


@given(pairs=PAIRS)
def test_kappa_is_symmetric_and_never_above_one(pairs: list[tuple[int, int]]) -> None:
    found = weighted_kappa(pairs)
    assert found == weighted_kappa([(b, a) for a, b in pairs])
    assert found is None or -1 <= found <= 1


@given(levels=st.lists(LEVEL, min_size=1, max_size=20))
def test_two_readings_that_are_the_same_agree_wholly_where_a_gap_was_possible(levels: list[int]) -> None:
    assert weighted_kappa([(level, level) for level in levels]) == (1 if len(set(levels)) > 1 else None)


@given(pairs=PAIRS, at=st.integers(0, 29))
def test_a_wider_gap_never_agrees_more(pairs: list[tuple[int, int]], at: int) -> None:
    """The same two people, one more criterion apart than before: the disagreement seen only grows."""
    pairs = [*pairs, (0, 3), (3, 0)]
    before, after = pairs, [*pairs, (3, 0), (0, 3)]
    one, other = weighted_kappa(before), weighted_kappa(after)
    assert one is not None
    assert other is not None
    assert other <= one + 1e-9


def test_without_object_is_told_apart_and_hides_nothing() -> None:
    reference_levels = {"C1": 3, "C2": 0, "C3": 2, "C4": None}
    assert paired(reference_levels, {"C1": 3, "C2": None, "C4": 1}) == [(3, 3)]
    assert agreement_with(reference_levels, {"C1": 3, "C2": 0, "C3": 2, "C4": None}) == Agreement(1.0, 3, 3)
    few = agreement_with(reference_levels, {"C1": 3, "C2": 0, "C3": None, "C4": 1})
    assert (few.kappa, few.pairs, few.is_enough, few.is_agreed) == (1.0, 2, False, False)


def test_between_several_it_is_the_mean_of_every_two() -> None:
    levels = [{"a": 0, "b": 3}, {"a": 0, "b": 3}, {"a": 3, "b": 0}]
    assert mean_kappa(levels) == (pytest.approx(-1 / 3), 3)
    assert mean_kappa([{"a": 1}, {"a": 1}]) is None


# Reading, and what it opens.


def test_one_reads_is_told_how_far_and_may_then_sign(sign_in: Sign, trainer: User, professional: User) -> None:
    page = reference()
    client, address = sign_in(trainer), f"/entretien/calage/{page.pk}/"
    asked = ask_for(person=professional, observer=trainer, grid=page.get_parent().specific, setting="reel")
    assert "faites d'abord votre étalonnage" in text(client.get(asked.get_absolute_url()))
    with pytest.raises(NotCalibrated):
        sign(**to_sign(asked))
    shown = text(client.get(page.url))
    assert "Qu'attendez-vous ?" in shown
    assert "La question vient d'abord." not in shown  # not before one has read
    client.post(address, {"c0": "0", "c1": "3", "c2": "0"})
    far = text(client.get(page.url))
    assert "Pas encore le même regard" in far
    assert "3 critères" in far
    assert "La première question est ouverte." in far  # where to look again
    assert "La question vient d'abord." not in far
    refused = client.post(address, {"c0": "3", "c1": "0", "c2": "2"})
    assert (refused.status_code, "possible demain" in text(refused)) == (422, True)
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        client.post(address, {"c0": "3", "c1": "0", "c2": "2"})
        near = text(client.get(page.url))
        assert "Votre étalonnage est fait pour cette grille" in near
        assert "1,00" in near
        assert "La question vient d'abord." in near
    assert Rating.objects.count() == 2
    assert sign(**to_sign(asked)).signed_at is not None


def test_a_reading_lacks_no_criterion(sign_in: Sign, trainer: User) -> None:
    page = reference()
    answer = sign_in(trainer).post(f"/entretien/calage/{page.pk}/", {"c0": "3", "c1": "9"})
    assert answer.status_code == 422
    assert "Choisissez dans la liste." in text(answer)
    answer = sign_in(trainer).post(f"/entretien/calage/{page.pk}/", {"c0": "3"})
    assert "Un résumé. : Dites ce que vous avez vu" in text(answer)
    answer = sign_in(trainer).post(f"/entretien/calage/{page.pk}/", {"c0": "so", "c1": "so", "c2": "2"})
    assert "Donnez un niveau à 3 critères au moins" in text(answer)
    assert not Rating.objects.exists()  # none of these takes the day away


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("Référente : Bonjour.", "Référente"),
        ("M. T. : En fait, si : je voudrais.", "M. T."),
        ("Il est 9:30 et elle arrive.", ""),
        ("Il est 9 : 30.", ""),
        ("Elle sourit.", ""),
        ("https://exemple.fr", ""),
    ],
)
def test_a_line_is_said_by_someone_or_is_a_gesture(line: str, who: str) -> None:
    (found,) = lines_of(ReferencePage(transcript=[line]))
    assert found.who == who


def test_once_a_day_for_each_interview(trainer: User) -> None:
    page = reference()
    rate_reference(person=trainer, reference=page, levels=OTHER)
    with pytest.raises(RatedToday):
        rate_reference(person=trainer, reference=page, levels=SAME)
    assert not Observer.objects.exists()


def test_without_a_reference_interview_trainers_sign_and_peers_do_not(professional: User, trainer: User) -> None:
    page = grid()
    assert sign(**to_sign(ask_for(person=professional, observer=trainer, grid=page, setting="reel"))).signed_at
    with pytest.raises(NotAnObserver):
        ask_for(person=professional, observer=UserFactory(), grid=page, setting="reel")


def test_a_peer_reads_accepts_is_asked_and_signs(sign_in: Sign, professional: User) -> None:
    page, peer = reference(), UserFactory(first_name="Lila")
    parent: GridPage = page.get_parent().specific
    with pytest.raises(NotAnObserverYet):
        accept_requests(person=peer, grid=parent, is_available=True)
    rate_reference(person=peer, reference=page, levels=SAME)
    with pytest.raises(NotAnObserver):  # calibrated, and did not say yes
        ask_for(person=professional, observer=peer, grid=parent, setting="reel")
    client = sign_in(peer)
    assert "Vous ne recevez pas de demandes." in text(client.get("/entretien/observations/"))
    client.post(f"/entretien/calage/{parent.pk}/demandes/", {"oui": "1"})
    ask = sign_in(professional).get("/entretien/observations/demander/")
    assert f"{peer} (pair formé)" in text(ask)
    made = ask_for(person=professional, observer=peer, grid=parent, setting="reel")
    assert mail.outbox[-1].to == [peer.email]
    client.post(f"/entretien/calage/{parent.pk}/demandes/")
    assert f"{peer}" not in text(sign_in(professional).get("/entretien/observations/demander/"))
    assert sign(**to_sign(made)).signed_at  # what was asked before goes on


def test_an_observer_declines_and_the_one_who_asked_is_told(sign_in: Sign, professional: User, trainer: User) -> None:
    made = ask_for(person=professional, observer=trainer, grid=grid(), setting="reel")
    assert sign_in(professional).post(f"{made.get_absolute_url()}decliner/").status_code == 404
    sign_in(trainer).post(f"{made.get_absolute_url()}decliner/")
    assert not Observation.objects.exists()
    assert (mail.outbox[-1].to, "ne peut pas vous observer" in mail.outbox[-1].body) == ([professional.email], True)
    again = ask_for(person=professional, observer=trainer, grid=made.version.grid, setting="reel")
    sign(**to_sign(again))
    with pytest.raises(Exception, match="elle ne change plus"):
        decline(observer=trainer, public_id=again.public_id)


def test_the_one_observed_shows_it_to_a_trainer_and_takes_it_back(
    sign_in: Sign, professional: User, trainer: User
) -> None:
    other = UserFactory(last_name="Zola")
    other.groups.add(Group.objects.get(name=TRAINERS))
    made = ask_for(person=professional, observer=trainer, grid=grid(), setting="reel")
    address, client = made.get_absolute_url(), sign_in(professional)
    assert "se montre à un formateur" in html.unescape(
        client.post(f"{address}montrer/", {"trainer": other.pk}, follow=True).content.decode()
    )
    sign(**to_sign(made))
    for person in (trainer, other):  # only the one observed
        sign_in(person).post(f"{address}montrer/", {"trainer": other.pk})
    client.post(f"{address}montrer/", {"trainer": UserFactory().pk})
    assert not Share.objects.exists()
    client.post(f"{address}montrer/", {"trainer": other.pk})
    client.post(f"{address}montrer/", {"trainer": other.pk})
    share = Share.objects.get()
    reader = sign_in(other)
    assert "On me montre" in text(reader.get("/entretien/observations/"))
    sheet = text(reader.get(address))
    assert "Installé" in sheet
    assert "Répondre, une fois" not in sheet
    assert reader.post(f"{address}montrer/{share.pk}/reprendre/").status_code == 404
    client.post(f"{address}montrer/{share.pk}/reprendre/")
    assert reader.get(address).status_code == 404
    share_observation(person=professional, public_id=made.public_id, trainer=other)
    assert Share.objects.count() == 2  # each time with its dates


def test_a_draft_saves_itself_while_one_observes(sign_in: Sign, professional: User, trainer: User) -> None:
    made = ask_for(person=professional, observer=trainer, grid=grid(), setting="reel")
    client = sign_in(trainer)
    saved = client.post(made.get_absolute_url(), {"c0": "1"}, headers={"X-Autosave": "1"})
    assert json.loads(saved.content)["saved"].startswith("Enregistré à ")
    made.refresh_from_db()
    assert (made.levels, made.signed_at) == ({"C1": 1}, None)
    refused = client.post(made.get_absolute_url(), {"c0": "7", "sign": "1"}, headers={"X-Autosave": "1"})
    assert refused.status_code == 422
    sign(**to_sign(made))
    over = client.post(made.get_absolute_url(), {"c0": "0"}, headers={"X-Autosave": "1"})
    assert (over.status_code, json.loads(over.content)["is_over"]) == (409, True)


# In the publishing tools.


def form_of(page: ReferencePage, readings: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    said = {
        "title": page.title,
        "slug": page.slug,
        "introduction": page.introduction,
        "transcript": "\n".join(page.transcript),
        "audio": "",
        "readings": inline_formset(readings),
        "comments": inline_formset([]),
    }
    return nested_form_data(said | changes)


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ([("C1", "3"), ("C2", "0")], "il manque : C3"),
        ([("C1", "3"), ("C2", "0"), ("C3", "1"), ("C9", "1")], "La grille n'a pas ces critères : C9"),
        ([("C1", "3"), ("C2", "0"), ("C3", "1"), ("C3", "2")], "donné plusieurs fois : C3"),
        ([("C1", "2"), ("C2", ""), ("C3", "2")], "au moins deux niveaux différents"),
    ],
)
def test_a_reference_interview_reads_every_criterion_once(
    sign_in: Sign, trainer: User, levels: list[tuple[str, str]], words: str
) -> None:
    page = reference(is_published=False)
    client, address = sign_in(trainer), reverse("wagtailadmin_pages:edit", args=[page.pk])
    rows = [{"code": code, "level": level, "reason": "Une réplique.", "ORDER": str(at)} for at, (code, level) in
            enumerate(levels, start=1)]  # fmt: skip
    answer = client.post(address, form_of(page, rows) | {"action-publish": "1"})
    assert answer.status_code == 200
    assert words in html.unescape(answer.content.decode())
    page.refresh_from_db()
    assert not page.live


def test_the_agreement_of_observers_is_a_figure_from_five_and_names_nobody(sign_in: Sign, trainer: User) -> None:
    page = reference()
    client, address = sign_in(trainer), reverse("observers_agreement", args=[page.pk])
    people = [UserFactory(last_name=f"Lecteur{at}") for at in range(5)]
    for at, person in enumerate(people):
        assert "à partir de 5" in client.get(address).content.decode()
        rate_reference(person=person, reference=page, levels=SAME if at else OTHER)
    shown = " ".join(html.unescape(client.get(address).content.decode()).split())
    assert "(n = 10)" in shown
    assert "Lecteur" not in shown
    row = "<td>Maîtrisé</td> <td>1</td><td>0</td><td>0</td><td>4</td><td>0</td>"
    assert row in shown  # of the first criterion: one said it was not there, four that it was mastered


def test_what_people_used_is_not_deleted(sign_in: Sign, administrator: User, trainer: User) -> None:
    page = reference()
    rate_reference(person=trainer, reference=page, levels=SAME)
    client = sign_in(administrator)
    for one in (page, page.get_parent()):
        client.post(reverse("wagtailadmin_pages:delete", args=[one.pk]))
    assert ReferencePage.objects.filter(pk=page.pk).exists()


def test_reading_lists_ask_the_same_whatever_they_hold(
    sign_in: Sign, trainer: User, assert_constant_queries: Any
) -> None:
    page = reference()
    parent: GridPage = page.get_parent().specific
    calibrated(trainer, page)
    client = sign_in(trainer)
    admin = reverse("observers_agreement", args=[page.pk])
    for _ in range(5):
        rate_reference(person=UserFactory(), reference=page, levels=OTHER)

    def grow() -> None:
        for at in range(2):
            rate_reference(person=UserFactory(), reference=page, levels=SAME)
            reference(slug=f"autre-{at}", parent=parent)
            other = grid(slug=f"grille-{at}", title=f"Grille {at}")
            calibrated(UserFactory(), reference(slug=f"encore-{at}", parent=other))

    def serve() -> None:
        for address in (page.url, parent.url, "/entretien/observations/", "/entretien/observations/demander/", admin):
            assert client.get(address).status_code == 200

    assert_constant_queries(serve, grow)
    assert Reading.objects.count() > 3
