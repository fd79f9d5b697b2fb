"""Triads: three people, one code, the same grid from three places, shared with the three of them."""

import html
import json
from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cms.accounts.models import User
from interview_toolkit.observations.models import Observation
from interview_toolkit.triads.enums import Phase, Role
from interview_toolkit.triads.errors import (
    AlreadyBegun,
    NotOver,
    PlaceTaken,
    TooManyCodes,
    TooManyTriads,
    WrongCode,
)
from interview_toolkit.triads.models import Note, Seat, Triad, TriadIndexPage, WrongTry
from interview_toolkit.triads.queries import Compared, Viewpoint
from interview_toolkit.triads.services import (
    ALPHABET,
    MOST_NOTES,
    MOST_TRIADS_A_DAY,
    MOST_WRONG,
    end,
    find_open,
    hand_in,
    leave,
    open_triad,
    renew_code,
    save_sheet,
    sit_down,
    start,
    turn_roles,
)
from tests.factories.accounts import UserFactory
from tests.factories.toolkit import grid, room
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
Sign = Callable[[User], StrictClient]
NEW, JOIN = "/entretien/triade/nouvelle/", "/entretien/triade/rejoindre/"
FULL: dict[str, int | None] = {"C1": 2, "C2": None, "C3": 0}


def text(response: Any) -> str:
    shown = " ".join(html.unescape(response.content.decode()).split()).replace("\xa0", " ")
    return shown[shown.index("<main") : shown.index("</main")]


def seated() -> tuple[Triad, dict[Role, User]]:
    """Three people in their places; nothing has begun."""
    people = {role: UserFactory() for role in Role}
    opener, *others = people.items()
    triad = open_triad(person=opener[1], grid=grid(), role=opener[0])
    for role, person in others:
        sit_down(person=person, triad=triad, role=role)
    triad.refresh_from_db()
    return triad, people


def over() -> tuple[Triad, dict[Role, User]]:
    """Three people whose interview has just ended."""
    triad, people = seated()
    start(person=people[Role.PERSON], public_id=triad.public_id)
    end(person=people[Role.OBSERVER], public_id=triad.public_id)
    return Triad.objects.get(), people


def given_in(triad: Triad, person: User, levels: dict[str, int | None] | None = None, words: str = "Un fait.") -> None:
    about = {"person": person, "public_id": triad.public_id}
    save_sheet(**about, levels=FULL if levels is None else levels, remarks=[words])
    hand_in(**about)


def test_three_people_meet_play_compare_and_turn(sign_in: Sign) -> None:
    anne, paul, lila = (sign_in(UserFactory(first_name=name)) for name in ("Anne", "Paul", "Lila"))
    room(TriadIndexPage, "triades")
    opened = anne.post(NEW, {"role": "observateur", "grid": grid().pk, "minutes": "8", "situation": "Elle revient."})
    address, triad = opened["Location"], Triad.objects.get()
    assert triad.code in text(anne.get(address))
    assert paul.get(address).status_code == 404  # who has no place does not see it
    typed = f" {triad.code[:2].lower()} {triad.code[2:]} "
    place = text(paul.post(JOIN, {"code": typed}))
    assert "Elle revient." in place
    assert 'value="observateur"' not in place
    paul.post(JOIN, {"code": triad.code, "role": "professionnel", "place": "1"})
    assert "On se retrouve" in text(anne.get(address))
    lila.post(JOIN, {"code": triad.code, "role": "personne", "place": "1"})
    ready = text(anne.get(address))
    assert "On peut commencer" in ready
    assert triad.code not in ready
    lila.post(f"{address}commencer/")
    assert "Vous menez l'entretien." in text(paul.get(address))
    anne.post(f"{address}noter/", {"text": "Un silence tenu.", "key": uuid4()})
    assert "Un silence tenu." in text(anne.get(address))
    assert "Un silence tenu." not in text(paul.get(address))
    assert "n'est pas terminé" in text(paul.post(address, {"c0": "1", "c1": "so", "c2": "0", "hand_in": "1"}))
    paul.post(f"{address}terminer/")
    assert "Un résumé. : Dites ce que vous avez vu" in text(anne.post(address, {"c0": "3", "hand_in": "1"}))
    anne.post(address, {"c0": "3", "c1": "so", "c2": "0", "q0": "Elle a parlé.", "hand_in": "1"})
    alone = text(anne.get(address))
    assert "Paul" in alone
    assert "Amorcé" not in alone  # Paul saved his, and did not hand it in
    paul.post(address, {"c0": "1", "c1": "so", "c2": "0", "q0": "J'ai eu peur.", "hand_in": "1"})
    both = text(paul.get(address))
    for words in ("Maîtrisé", "Amorcé", "Écart à discuter", "Elle a parlé.", "J'ai eu peur.", "Un silence tenu."):
        assert words in both
    assert "Remplissez la grille" in text(lila.get(address))  # not before she hands in hers
    assert "Maîtrisé</dd>" not in text(lila.get(address))
    lila.post(address, {"c0": "2", "c1": "1", "c2": "0", "hand_in": "1"})
    assert "remis sa grille" not in text(lila.get(address))
    turned = lila.post(f"{address}tourner/")["Location"]
    assert paul.post(f"{address}tourner/")["Location"] == turned
    assert "Ma place : personne accompagnée" in text(paul.get(turned))
    assert "Aller à l'entretien suivant" in text(anne.get(address))
    assert "Mes triades" in text(anne.get("/entretien/triades/"))
    assert not Observation.objects.exists()  # a triad is between the three: it is no evidence


def test_a_code_is_guessed_by_nobody(sign_in: Sign) -> None:
    triad = open_triad(person=UserFactory(), grid=grid(), role=Role.OBSERVER)
    someone = UserFactory()
    for at in range(MOST_WRONG):
        with pytest.raises(WrongCode):
            find_open(person=someone, code=f"ZZ{at:02d}"[:4])
    with pytest.raises(TooManyCodes):  # the right one no longer opens either
        find_open(person=someone, code=triad.code or "")
    client = sign_in(someone)
    answer = client.post(JOIN, {"code": triad.code})
    assert (answer.status_code, "Trop de codes essayés" in text(answer)) == (422, True)
    assert find_open(person=UserFactory(), code=triad.code or "") == triad  # others are not held back
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        assert find_open(person=someone, code=triad.code or "") == triad
        with pytest.raises(WrongCode):
            find_open(person=someone, code="0000")
        assert WrongTry.objects.filter(person=someone).count() == 1  # the old ones are forgotten


@pytest.mark.parametrize("code", ["", "0", "ABCDEFGHIJKLM", "ÀÀÀÀ", "%00", "'; --", "💥💥💥💥", "x" * 10_000])
def test_a_code_that_is_none_is_refused_in_words(sign_in: Sign, professional: User, code: str) -> None:
    open_triad(person=UserFactory(), grid=grid(), role=Role.OBSERVER)
    answer = sign_in(professional).post(JOIN, {"code": code})
    assert answer.status_code == 422
    assert "field__error" in text(answer)


def test_a_code_is_late_after_half_an_hour_and_may_be_renewed(sign_in: Sign) -> None:
    opener = UserFactory()
    triad = open_triad(person=opener, grid=grid(), role=Role.OBSERVER)
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        with pytest.raises(WrongCode):
            find_open(person=UserFactory(), code=triad.code or "")
        with pytest.raises(WrongCode):  # found in time, sat down too late
            sit_down(person=UserFactory(), triad=triad, role=Role.PERSON)
        assert "Ce code ne sert plus" in text(sign_in(opener).get(triad.get_absolute_url()))
        again = renew_code(person=opener, public_id=triad.public_id)
        assert set(again.code or "") <= set(ALPHABET)
        assert find_open(person=UserFactory(), code=again.code or "") == triad


def test_late_codes_are_free_again() -> None:
    page = grid()
    first = open_triad(person=UserFactory(), grid=page, role=Role.OBSERVER)
    Triad.objects.filter(pk=first.pk).update(code_until=timezone.now() - timedelta(seconds=1))
    open_triad(person=UserFactory(), grid=page, role=Role.OBSERVER)
    first.refresh_from_db()
    assert (first.code, first.code_until) == (None, None)


def test_a_place_is_taken_once_and_three_is_all() -> None:
    opener, second = UserFactory(), UserFactory()
    triad = open_triad(person=opener, grid=grid(), role=Role.OBSERVER)
    with pytest.raises(PlaceTaken):
        sit_down(person=second, triad=triad, role=Role.OBSERVER)
    mine = sit_down(person=second, triad=triad, role=Role.PERSON)
    assert sit_down(person=second, triad=triad, role=Role.PROFESSIONAL) == mine
    sit_down(person=UserFactory(), triad=triad, role=Role.PROFESSIONAL)
    with pytest.raises(WrongCode):
        find_open(person=UserFactory(), code=triad.code or "")
    with pytest.raises(WrongCode):
        sit_down(person=UserFactory(), triad=triad, role=Role.PERSON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.create(triad=triad, person=UserFactory(), role=Role.PERSON)


def test_one_leaves_before_it_begins_and_not_after() -> None:
    triad, people = seated()
    leave(person=people[Role.PERSON], public_id=triad.public_id)
    triad.refresh_from_db()
    assert triad.code is not None  # somebody else may come
    sit_down(person=people[Role.PERSON], triad=triad, role=Role.PERSON)
    start(person=people[Role.OBSERVER], public_id=triad.public_id)
    with pytest.raises(AlreadyBegun):
        leave(person=people[Role.PERSON], public_id=triad.public_id)
    lonely = UserFactory()
    alone = open_triad(person=lonely, grid=triad.version.grid, role=Role.OBSERVER)
    leave(person=lonely, public_id=alone.public_id)
    assert not Triad.objects.filter(pk=alone.pk).exists()


def test_somebody_else_sees_and_does_nothing(
    sign_in: Sign, trainer: User, coordinator: User, administrator: User
) -> None:
    triad, people = over()
    given_in(triad, people[Role.OBSERVER])
    address = triad.get_absolute_url()
    for person in (UserFactory(), trainer, coordinator, administrator):
        client = sign_in(person)
        assert client.get(address).status_code == 404
        assert client.get(f"{address}etat/").status_code == 404
        for verb in ("code", "quitter", "commencer", "terminer", "noter", "tourner"):
            assert client.post(f"{address}{verb}/", {"text": "x", "key": uuid4()}).status_code == 404
        assert client.post(address, {"c0": "1"}).status_code == 404
    assert Triad.objects.count() == 1


def test_a_grid_handed_in_changes_no_more(sign_in: Sign) -> None:
    triad, people = over()
    client = sign_in(people[Role.OBSERVER])
    given_in(triad, people[Role.OBSERVER])
    answer = client.post(triad.get_absolute_url(), {"c0": "0"}, headers={"X-Autosave": "1"})
    assert (answer.status_code, json.loads(answer.content)["is_over"]) == (409, True)
    client.post(triad.get_absolute_url(), {"c0": "0", "c1": "0", "c2": "0", "hand_in": "1"})
    client.post(f"{triad.get_absolute_url()}noter/", {"text": "Après coup.", "key": uuid4()})
    assert Seat.objects.get(role=Role.OBSERVER).levels == FULL
    assert not Note.objects.exists()


def test_a_draft_saves_itself_and_says_so(sign_in: Sign) -> None:
    triad, people = over()
    client = sign_in(people[Role.PERSON])
    saved = client.post(triad.get_absolute_url(), {"c0": "3", "q0": "Un mot."}, headers={"X-Autosave": "1"})
    assert json.loads(saved.content)["saved"].startswith("Enregistré à ")
    refused = client.post(triad.get_absolute_url(), {"q0": "Avec Mme Lefèvre"}, headers={"X-Autosave": "1"})
    assert refused.status_code == 422
    assert "au nom de quelqu'un" in json.loads(refused.content)["error"]
    shown = text(client.get(triad.get_absolute_url()))
    assert "Un mot." in shown


def test_notes_keep_their_time_and_come_once(sign_in: Sign) -> None:
    triad, people = seated()
    client, address = sign_in(people[Role.OBSERVER]), f"{triad.get_absolute_url()}noter/"
    key = uuid4()
    assert client.post(address, {"text": "Trop tôt.", "key": key}, headers={"X-Autosave": "1"}).status_code == 422
    start(person=people[Role.OBSERVER], public_id=triad.public_id)
    with time_machine.travel(timezone.now() + timedelta(seconds=95), tick=False):
        sent = {"text": "Elle sourit.", "key": key, "at": "42"}
        for _ in range(2):  # the network came back twice
            answer = client.post(address, sent, headers={"X-Autosave": "1"})
            assert json.loads(answer.content) == {"key": str(key), "clock": "0:42", "text": "Elle sourit."}
        for at in ("99999", "-5", "x", "", "²"):
            client.post(address, {"text": "Plus tard.", "key": uuid4(), "at": at}, headers={"X-Autosave": "1"})
    assert [one.at for one in Note.objects.all()] == [42, 95, 95, 95, 95, 100]  # never after now, whatever a clock says
    warned = client.post(address, {"text": "Mme Lefèvre arrive.", "key": uuid4()}, headers={"X-Autosave": "1"})
    assert json.loads(warned.content)["to_reread"]
    played = {"text": "Mme Lefèvre arrive.", "key": uuid4(), "is_reread": "on"}  # a name one plays under
    assert client.post(address, played, headers={"X-Autosave": "1"}).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=30), tick=False):
        client.post(address, {"text": "Après.", "key": uuid4()}, headers={"X-Autosave": "1"})
    assert Note.objects.get(text="Après.").at == triad.minutes * 60  # never after the end
    for words in ("", "x" * 501, "a\0b"):
        answer = client.post(address, {"text": words, "key": uuid4()}, headers={"X-Autosave": "1"})
        assert (answer.status_code, bool(json.loads(answer.content)["error"])) == (422, True)
    assert client.post(address, {"text": "x", "key": "pas-une-clef"}).status_code == 422


def test_so_many_notes_and_no_more(sign_in: Sign) -> None:
    triad, people = over()
    seat = triad.seats.get(role=Role.PERSON)
    Note.objects.bulk_create(Note(seat=seat, at=1, text="x") for _ in range(MOST_NOTES))
    answer = sign_in(people[Role.PERSON]).post(f"{triad.get_absolute_url()}noter/", {"text": "x", "key": uuid4()})
    assert (answer.status_code, "Trois cents notes" in text(answer)) == (422, True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"minutes": "0"}, "Une minute au moins."),
        ({"minutes": "61"}, "Soixante minutes au plus."),
        ({"minutes": "dix"}, "Donnez une durée, en minutes."),
        ({"role": "chef"}, "Choisissez dans la liste."),
        ({"role": ""}, "Choisissez une place."),
        ({"grid": "999999"}, "Choisissez dans la liste."),
        ({"situation": "x" * 301}, "300 caractères au plus."),
        ({"situation": "Mme Lefèvre revient."}, "À relire : rien n'est encore gardé"),
    ],
)
def test_what_is_asked_wrongly_is_said(sign_in: Sign, professional: User, change: dict[str, str], words: str) -> None:
    asked = {"role": "observateur", "grid": grid().pk, "minutes": "10", "situation": ""} | change
    answer = sign_in(professional).post(NEW, asked)
    assert (answer.status_code, words in text(answer)) == (422, True)
    assert not Triad.objects.exists()


def test_so_many_triads_a_day_and_no_more(professional: User) -> None:
    page = grid()
    for _ in range(MOST_TRIADS_A_DAY):
        open_triad(person=professional, grid=page, role=Role.OBSERVER)
    with pytest.raises(TooManyTriads):
        open_triad(person=professional, grid=page, role=Role.OBSERVER)


def test_the_phases_follow_the_clock() -> None:
    triad, people = seated()
    assert triad.phase == Phase.READY
    start(person=people[Role.PERSON], public_id=triad.public_id)
    with pytest.raises(NotOver):
        turn_roles(person=people[Role.PERSON], public_id=triad.public_id)
    triad.refresh_from_db()
    assert triad.phase == Phase.GOING
    with time_machine.travel(timezone.now() + timedelta(minutes=triad.minutes), tick=False):
        assert triad.phase == Phase.OVER
        assert end(person=people[Role.PERSON], public_id=triad.public_id).ended_at is None  # over by itself
        turned = turn_roles(person=people[Role.PERSON], public_id=triad.public_id)
    assert {seat.place: seat.person for seat in turned.seats.all()} == {
        Role.PROFESSIONAL: people[Role.OBSERVER],
        Role.PERSON: people[Role.PROFESSIONAL],
        Role.OBSERVER: people[Role.PERSON],
    }


def test_in_three_turns_each_has_had_each_place() -> None:
    for role in Role:
        assert {role, role.next, role.next.next} == set(Role)
        assert role.next.next.next == role


def test_what_had_no_object_for_one_only_is_told(sign_in: Sign) -> None:
    triad, people = over()
    given_in(triad, people[Role.OBSERVER], {"C1": None, "C2": None, "C3": 2})
    given_in(triad, people[Role.PERSON], {"C1": 3, "C2": None, "C3": 2})
    shown = text(sign_in(people[Role.OBSERVER]).get(triad.get_absolute_url()))
    assert shown.count("Sans objet pour l'un, pas pour l'autre") == 1
    assert shown.count("Même regard") == 2
    assert 'href="#critere-C1"' in shown


def test_the_end_is_told_to_the_two_others_in_their_page(sign_in: Sign) -> None:
    triad, people = seated()
    start(person=people[Role.OBSERVER], public_id=triad.public_id)
    client = sign_in(people[Role.PERSON])
    asked = f"{triad.get_absolute_url()}etat/?vu=hold:entretien"
    assert "hx-swap-oob" not in client.get(asked).content.decode()
    end(person=people[Role.OBSERVER], public_id=triad.public_id)
    answer = client.get(asked)
    assert "HX-Refresh" not in answer.headers
    assert "Remplissez la grille" in html.unescape(answer.content.decode())
    assert "vu=hold%3Aparler" in answer.content.decode()


def test_a_session_that_ended_is_told_to_scripts_in_their_way(client: StrictClient) -> None:
    triad, _people = over()
    for headers in ({"HX-Request": "true"}, {"X-Autosave": "1"}):
        answer = client.get(f"{triad.get_absolute_url()}etat/", headers=headers)
        assert (answer.status_code, answer.headers["HX-Refresh"]) == (401, "true")
        assert "Votre session a pris fin" in json.loads(answer.content)["error"]
    assert client.get(triad.get_absolute_url()).status_code == 302


def test_a_page_is_drawn_anew_only_when_it_is_no_longer_true(sign_in: Sign) -> None:
    opener = UserFactory()
    triad = open_triad(person=opener, grid=grid(), role=Role.OBSERVER)
    client, address = sign_in(opener), triad.get_absolute_url()

    def asked_again() -> str:
        page = html.unescape(client.get(address).content.decode())
        return page.split('hx-get="')[1].split('"')[0]

    before = asked_again()
    assert "HX-Refresh" not in client.get(before).headers
    sit_down(person=UserFactory(), triad=triad, role=Role.PERSON)
    assert client.get(before).headers["HX-Refresh"] == "true"
    assert "HX-Refresh" not in client.get(asked_again()).headers


def test_the_page_of_the_interview_asks_the_same_whatever_was_noted(
    sign_in: Sign, assert_constant_queries: Any
) -> None:
    triad, people = over()
    room(TriadIndexPage, "triades")
    client = sign_in(people[Role.OBSERVER])
    given_in(triad, people[Role.PERSON])

    def grow() -> None:
        for seat in triad.seats.all():
            Note.objects.bulk_create(Note(seat=seat, at=at, text=f"Fait {at}") for at in range(3))
        turned = turn_roles(person=people[Role.OBSERVER], public_id=triad.public_id)
        Triad.objects.filter(pk=turned.pk).update(started_at=timezone.now())

    def serve() -> None:
        for address in (triad.get_absolute_url(), f"{triad.get_absolute_url()}etat/?vu=hold", "/entretien/triades/"):
            assert client.get(address).status_code == 200

    assert_constant_queries(serve, grow)


LEVEL = st.one_of(st.none(), st.integers(0, 3))


@given(levels=st.lists(LEVEL, min_size=1, max_size=3))
def test_a_gap_is_the_same_whoever_is_named_first(levels: list[int | None]) -> None:
    def gap(order: tuple[int | None, ...]) -> int:
        return Compared("C1", "x", [Viewpoint(Role.OBSERVER, "", level) for level in order]).gap

    gaps = {gap(order) for order in permutations(levels)}
    assert len(gaps) == 1
    assert 0 <= gaps.pop() <= 3
