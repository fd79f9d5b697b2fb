"""Simulations as one plays them: each choice a row, one's own only, resumed, replayed, counted in courses."""

import copy
import html
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from wagtail.images.tests.utils import get_test_image_file

from cms.accounts.models import User
from cms.core.models import Document, Image
from courses.enums import EnrolmentSource, StepStatus
from courses.models import Attempt
from courses.services import enrol, publish_version
from interview_toolkit.simulations.errors import (
    AlreadyPlayed,
    NoSuchTurn,
    NotOfferedHere,
    NotPlayable,
    PlayIsLeft,
    PlayIsOver,
)
from interview_toolkit.simulations.models import Play, PlayTurn, ScenarioPage, ScenarioStepPage, ScenarioVersion
from interview_toolkit.simulations.queries import Share, end_screen, shares_of
from interview_toolkit.simulations.reports import report_of
from interview_toolkit.simulations.services import choose, replay_turn, start_play
from interview_toolkit.simulations.walk import Walk
from tests.factories.accounts import UserFactory
from tests.factories.courses import CourseTree, course_tree
from tests.factories.toolkit import GRAPH, scenario
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
Sign = Callable[[User], StrictClient]

TO_RUPTURE = [("accueil", 1), ("repli", 1)]
TO_ACCORD = [("accueil", 0), ("suite", 1)]


def text(response: Any) -> str:
    """The HTML of an answer with its entities read, on one line."""
    return " ".join(html.unescape(response.content.decode()).split())


def lead(person: User, page: ScenarioPage, *choices: tuple[str, int]) -> Play:
    play = start_play(person=person, scenario=page, is_anew=True)
    for number, (node, choice) in enumerate(choices, start=1):
        say(play, turn=number, node=node, choice=choice)
    play.refresh_from_db()
    return play


def say(play: Play, **turn: Any) -> Walk:
    return choose(person=play.person, play_id=play.public_id, **turn)


def rows(play: Play) -> list[tuple[int, str, int]]:
    return list(play.turns.values_list("number", "node", "choice"))


def test_a_play_goes_from_its_start_to_an_end_and_is_resumed(sign_in: Sign, professional: User) -> None:
    client, page = sign_in(professional), scenario()
    lobby = text(client.get(page.url))
    assert "Commencer l'entretien" in lobby
    play_url = client.post(reverse("start_simulation", args=[page.pk]))["Location"]
    turn = text(client.get(play_url))
    assert "Je signe où ?" in turn
    assert sorted(re.findall(r'name="choice" value="(\d)"', turn)) == ["0", "1"]
    answered = client.post(play_url, {"turn": 1, "node": "accueil", "choice": 0})
    assert answered["Location"] == f"{play_url}#replique"  # the line of the person takes the focus
    assert "Reprendre l'entretien" in text(client.get(page.url))
    assert client.post(reverse("start_simulation", args=[page.pk]))["Location"] == play_url  # the one under way
    second = text(client.get(play_url))
    assert "Sans voiture" in second
    assert "<i>Silence.</i>" in second
    assert client.post(play_url, {"turn": 2, "node": "suite", "choice": 1})["Location"] == play_url
    end = text(client.get(play_url))
    assert all(words in end for words in ("Je l'appelle.", "Quels mots ?", "Mme L., au tour 1", "Vous deux, au tour 2"))
    assert "Pas une fois" in end
    play = Play.objects.get()
    assert (play.outcome, play.is_over, rows(play)) == ("accord", True, [(1, "accueil", 0), (2, "suite", 1)])


def test_an_end_says_no_mark(sign_in: Sign, professional: User) -> None:
    play = lead(professional, scenario(), *TO_RUPTURE)
    end = text(sign_in(professional).get(play.get_absolute_url()))
    main = end[end.index("<main") : end.index("</main")]
    assert "une fois, au tour 1" in main.lower()
    assert not re.search(r"\d+\s?/\s?\d+|score|bravo|bonne réponse\b(?!\.)|mauvais|échec|réussi", main.lower())


def test_effects_are_shown_at_once_or_at_the_end_as_their_author_chose(sign_in: Sign, professional: User) -> None:
    client, page = sign_in(professional), scenario()
    play = lead(professional, page, ("accueil", 1))
    assert "Elle se ferme." not in text(client.get(play.get_absolute_url()))
    ScenarioPage.objects.update(feedback_time="now")
    assert "Elle se ferme." in text(client.get(play.get_absolute_url()))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 422),
        ({"turn": 1, "node": "accueil"}, 422),
        ({"turn": 1, "node": "accueil", "choice": "x"}, 422),
        ({"turn": 10**30, "node": "accueil", "choice": 0}, 422),
        ({"turn": 1, "node": "accueil", "choice": 99}, 302),
        ({"turn": 1, "node": "suite", "choice": 0}, 302),
        ({"turn": 2, "node": "accueil", "choice": 0}, 302),
        ({"turn": 1, "node": "accueil\0", "choice": 0}, 422),
        ({"turn": 1, "node": "x" * 5000, "choice": 0}, 422),
    ],
)
def test_a_forged_turn_is_refused_in_words_and_writes_nothing(
    sign_in: Sign, professional: User, sent: dict[str, Any], status: int
) -> None:
    client, play = sign_in(professional), lead(professional, scenario())
    answer = client.post(play.get_absolute_url(), sent)
    assert answer.status_code == status
    said = answer if status == 422 else client.get(play.get_absolute_url())
    assert re.search(r"Choisissez|L'envoi est incomplet|n'est pas proposée", text(said))
    assert not PlayTurn.objects.exists()


def test_the_same_turn_twice_is_once_and_another_answer_does_not_replace_it(professional: User) -> None:
    play = lead(professional, scenario(), ("accueil", 1))
    assert say(play, turn=1, node="accueil", choice=1).here.id == "repli"
    with pytest.raises(AlreadyPlayed):
        say(play, turn=1, node="accueil", choice=0)
    with pytest.raises(NotOfferedHere):
        say(play, turn=3, node="repli", choice=0)
    say(play, turn=2, node="repli", choice=1)
    with pytest.raises(PlayIsOver):
        say(play, turn=3, node="rupture", choice=0)
    assert rows(play) == [(1, "accueil", 1), (2, "repli", 1)]


def test_the_database_itself_keeps_one_row_for_a_turn(professional: User) -> None:
    play = lead(professional, scenario(), ("accueil", 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        PlayTurn.objects.create(play=play, number=1, node="accueil", choice=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Play.objects.create(person=professional, scenario=play.scenario, version=play.version, seed=1)


def test_what_someone_plays_is_nobody_else_s(
    sign_in: Sign, professional: User, trainer: User, administrator: User
) -> None:
    play = lead(professional, scenario(), *TO_ACCORD)
    for other in (trainer, administrator, UserFactory()):
        client = sign_in(other)
        assert client.get(play.get_absolute_url()).status_code == 404
        assert client.post(play.get_absolute_url(), {"turn": 3, "node": "x", "choice": 0}).status_code == 404
        assert client.post(reverse("replay_turn", args=[play.public_id, 1])).status_code == 404
    assert sign_in(professional).get(reverse("simulation", args=[uuid4()])).status_code == 404
    assert StrictClient().get(play.get_absolute_url()).status_code == 302


def test_a_turn_replayed_makes_another_line_and_shows_both(sign_in: Sign, professional: User) -> None:
    client, first = sign_in(professional), lead(professional, scenario(), ("accueil", 1), ("repli", 0), *TO_ACCORD)
    address = client.post(reverse("replay_turn", args=[first.public_id, 2]))["Location"]
    branch = Play.objects.exclude(pk=first.pk).get()
    assert (branch.get_absolute_url(), branch.branched_at, rows(branch)) == (address, 2, [(1, "accueil", 1)])
    assert "Si vous le dites." in text(client.get(address))
    client.post(address, {"turn": 2, "node": "repli", "choice": 1})
    end = text(client.get(address))
    assert "Les deux lignes, à partir du tour 2" in end
    assert end.index("La première fois") < end.index("Je suis allé trop vite.") < end.index("Cette fois")
    assert rows(first) == [(1, "accueil", 1), (2, "repli", 0), (3, "accueil", 0), (4, "suite", 1)]
    with pytest.raises(NoSuchTurn):
        replay_turn(play=first, number=5)
    assert client.post(reverse("replay_turn", args=[first.public_id, 99])).status_code == 302


def test_a_play_left_says_so_and_leads_to_the_one_under_way(sign_in: Sign, professional: User) -> None:
    client, page = sign_in(professional), scenario()
    left = lead(professional, page, ("accueil", 1))
    client.post(reverse("start_simulation", args=[page.pk]), {"anew": "1"})
    current = Play.objects.under_way().get()
    shown = text(client.get(left.get_absolute_url()))
    assert "Vous avez quitté cet entretien" in shown
    assert f'href="{current.get_absolute_url()}"' in shown
    assert "Dire cela" not in shown
    assert "Elle se ferme." not in shown  # effects are for the end, as their author chose
    assert reverse("replay_turn", args=[left.public_id, 1]) in shown
    with pytest.raises(PlayIsLeft):
        say(left, turn=2, node="repli", choice=1)
    assert client.post(left.get_absolute_url(), {"turn": 2}).status_code == 302
    lobby = text(client.get(page.url))
    assert f'href="{left.get_absolute_url()}"' in lobby
    assert "Quitté au tour 2" in lobby
    # Nothing was chosen in the one under way: leaving it hides nothing.
    client.post(reverse("start_simulation", args=[page.pk]), {"anew": "1"})
    assert f'href="{current.get_absolute_url()}"' not in text(client.get(page.url))


def test_replaying_a_turn_while_another_interview_is_under_way_says_so(sign_in: Sign, professional: User) -> None:
    client, page = sign_in(professional), scenario()
    over = lead(professional, page, *TO_RUPTURE)
    other = lead(professional, page, ("accueil", 0))
    end = text(client.get(over.get_absolute_url()))
    assert "Un autre entretien est en cours, au tour 2" in end
    assert f'href="{other.get_absolute_url()}"' in end
    answer = client.post(reverse("replay_turn", args=[over.public_id, 2]), follow=True)
    assert "Un autre entretien était en cours : vous le quittez pour celui-ci." in text(answer)
    assert f'href="{other.get_absolute_url()}"' in text(client.get(page.url))
    # Asked again before anything is chosen: the same one, and nothing to say.
    again = client.post(reverse("replay_turn", args=[over.public_id, 2]), follow=True)
    assert again.redirect_chain[-1][0] == answer.redirect_chain[-1][0]
    assert "Un autre entretien était en cours" not in text(again)


def test_what_one_played_stays_when_its_simulation_is_no_longer_published(sign_in: Sign, professional: User) -> None:
    client, page = sign_in(professional), scenario()
    over, current = lead(professional, page, *TO_ACCORD), lead(professional, page, ("accueil", 0))
    page.unpublish()
    assert client.get(page.url).status_code == 404
    listed = text(client.get(page.get_parent().url))
    for play in (over, current):
        assert f'href="{play.get_absolute_url()}"' in listed
        shown = text(client.get(play.get_absolute_url()))
        assert f'href="{page.url}"' not in shown
        assert "Rejouer ce tour" not in shown
    client.post(current.get_absolute_url(), {"turn": 2, "node": "suite", "choice": 1})
    assert "ne se rejoue pas" in text(client.get(over.get_absolute_url()))
    for refused in (reverse("start_simulation", args=[page.pk]), reverse("replay_turn", args=[over.public_id, 1])):
        assert "Cette simulation n'est pas publiée" in text(client.post(refused, follow=True))
    assert Play.objects.count() == 2
    with pytest.raises(NotPlayable):
        start_play(person=professional, scenario=ScenarioPage.objects.get())
    assert sign_in(UserFactory()).post(reverse("start_simulation", args=[page.pk])).status_code == 404


def test_how_many_turns_remain_is_said_as_far_as_it_is_known(sign_in: Sign, professional: User) -> None:
    client, page = sign_in(professional), scenario()
    play = lead(professional, page)
    first = text(client.get(play.get_absolute_url()))
    assert "environ 2 tours jusqu'à un accord" in first
    assert '<progress id="tours" max="2" value="0">' in first
    third = text(client.get(lead(professional, page, ("accueil", 1), ("repli", 0)).get_absolute_url()))
    assert "Tour 3" in third
    assert "<progress" not in third
    graph = copy.deepcopy(GRAPH)
    graph["nodes"][0]["options"][0]["next"] = "accord"
    graph["nodes"] = [one for one in graph["nodes"] if one["id"] != "suite"]
    short = scenario(graph, title="Court", slug="court")
    assert "environ 1 tour<" in text(client.get(short.url))


def test_a_turn_shows_what_was_just_said_and_folds_the_rest(sign_in: Sign, professional: User) -> None:
    client, page = sign_in(professional), scenario()
    play = lead(professional, page, ("accueil", 1), ("repli", 0), ("accueil", 0))
    shown = text(client.get(play.get_absolute_url()))
    assert "Ce qui s'est dit avant (2 tours)" in shown
    folded, last = shown[shown.index("<details") :].split("</details>", 1)
    assert "Je suis allé trop vite." in folded
    assert last.index("Qu'attendez-vous ?") < last.index('id="replique"') < last.index("Sans voiture")
    assert re.search(r'<h2 class="line__said" id="replique" tabindex="-1">Sans voiture', shown)
    assert "Ce qui s'est dit avant" not in text(client.get(lead(professional, page, ("accueil", 1)).get_absolute_url()))


def test_the_end_says_what_ended_and_puts_first_what_can_be_turned(sign_in: Sign, professional: User) -> None:
    client, graph = sign_in(professional), copy.deepcopy(GRAPH)
    graph["nodes"][4]["person_line"] = "(Elle se lève.) Je « repasserai »."
    play = lead(professional, scenario(graph), ("accueil", 1), ("repli", 0), ("accueil", 0), ("suite", 0), ("suite", 1))
    end = text(client.get(play.get_absolute_url()))
    assert "<b>Accord</b> : la personne a choisi son action." in end.replace("\xa0", " ")
    buttons = re.findall(r'<button class="button button--(\w+) button--small">.*?\(tour (\d)\)', end)
    assert buttons == [("outline", "1"), ("text", "2"), ("text", "3"), ("outline", "4"), ("outline", "5")]
    assert "Elle croise les bras." in end
    rupture = text(client.get(lead(professional, play.scenario, *TO_RUPTURE).get_absolute_url())).replace("\xa0", " ")
    assert "<h1>Mme L. : « Je “repasserai”. »</h1>" in rupture
    assert '<p class="dialogue__stage">Elle se lève.</p>' in rupture


def test_a_branch_shows_what_both_lines_say_and_that_the_same_was_chosen(sign_in: Sign, professional: User) -> None:
    client, first = sign_in(professional), lead(professional, scenario(), ("accueil", 1), ("repli", 1))
    branch = replay_turn(play=first, number=1)
    for turn, (node, choice) in enumerate([("accueil", 1), ("repli", 1)], start=1):
        say(branch, turn=turn, node=node, choice=choice)
    same = text(client.get(branch.get_absolute_url()))
    assert "Au tour 1, vous avez choisi la même réplique, et la suite aussi" in same
    assert "Les deux lignes" not in same
    second = replay_turn(play=Play.objects.get(pk=branch.pk), number=1)
    for turn, (node, choice) in enumerate([("accueil", 1), ("repli", 0), *TO_ACCORD], start=1):
        say(second, turn=turn, node=node, choice=choice)
    shown = text(client.get(second.get_absolute_url()))
    assert "Au tour 1, vous avez choisi la même réplique : les deux lignes ne se séparent qu'au tour 2." in shown
    assert shown.index("L'essai précédent") < shown.index("Cette fois")
    assert "La première fois" not in shown
    assert shown.count("Le problème a été défini par") == 2
    assert shown.count("<dt>") == 6


def test_whoever_plays_goes_on_with_the_version_they_began(sign_in: Sign, professional: User) -> None:
    page, client = scenario(), sign_in(professional)
    play = lead(professional, page, ("accueil", 0))
    page.nodes[2].value["person_line"] = "Le bus est loin."
    page.save_revision().publish()
    assert "Sans voiture" in text(client.get(play.get_absolute_url()))
    anew = start_play(person=professional, scenario=page, is_anew=True)
    assert [one.number for one in ScenarioVersion.objects.order_by("number")] == [1, 2]
    assert anew.version.number == 2
    page.save_revision().publish()
    assert ScenarioVersion.objects.count() == 2  # it says the same


def test_what_cannot_be_played_to_an_end_is_not_made_a_version(sign_in: Sign, professional: User) -> None:
    broken = {"start": "accueil", "nodes": GRAPH["nodes"][:3]}
    page, client = scenario(broken), sign_in(professional)
    assert not ScenarioVersion.objects.exists()
    assert "pas encore jouable" in text(client.get(page.url))
    assert client.post(reverse("start_simulation", args=[page.pk])).status_code == 302
    assert not Play.objects.exists()


def test_a_moment_may_be_seen_and_heard_with_its_words(sign_in: Sign, professional: User) -> None:
    image = Image.objects.create(title="Accueil", file=get_test_image_file())
    sound = Document.objects.create(title="Voix", file=SimpleUploadedFile("voix.mp3", b"ID3"))
    graph = copy.deepcopy(GRAPH)
    graph["nodes"][0] |= {"image": image.pk, "audio": sound.pk, "transcript": "Je signe où, s'il vous plaît ?"}
    client, play = sign_in(professional), lead(professional, scenario(graph))
    shown = text(client.get(play.get_absolute_url()))
    assert re.search(r'<img alt=""[^>]* src="[^"]+"', shown) or re.search(r'<img [^>]*alt=""', shown)
    assert f'src="{sound.url}"' in shown
    assert "Je signe où, s'il vous plaît ?" in shown
    Image.objects.all().delete()
    Document.objects.all().delete()
    assert client.get(play.get_absolute_url()).status_code == 200  # gone since: the words remain


# What others chose


def test_what_others_chose_is_told_from_five_people_and_never_who(sign_in: Sign, professional: User) -> None:
    page = scenario()
    mine = lead(professional, page, *TO_ACCORD)
    others = [UserFactory() for _ in range(4)]
    for person in others[:3]:
        lead(person, page, *TO_RUPTURE)
    assert shares_of(page.versions.get()) == {}
    before = text(sign_in(professional).get(mine.get_absolute_url()))
    assert "ne s'affiche qu'à partir de 5 personnes" in before
    lead(others[3], page, *TO_ACCORD)
    counted = {("accueil", 0): Share(2, 5), ("accueil", 1): Share(3, 5)}  # fewer than five came further
    assert shares_of(page.versions.get()) == counted
    lead(others[0], page, *TO_ACCORD)  # each once, by what they first said there
    assert shares_of(page.versions.get()) == counted
    end = text(sign_in(professional).get(mine.get_absolute_url()))
    assert "choisi par 2 des 5 personnes venues là" in end
    assert "ne s'affiche qu'à partir de 5 personnes" not in end
    assert not [person for person in others if person.last_name in end[end.index("<main") :]]


def test_figures_stay_together_when_only_words_change(professional: User) -> None:
    page = scenario()
    for person in [professional, *(UserFactory() for _ in range(4))]:
        lead(person, page, *TO_ACCORD)
    page.nodes[2].value["person_line"] = "Le bus est loin."
    page.save_revision().publish()
    assert shares_of(page.versions.first())[("accueil", 0)] == Share(5, 5)
    report = report_of(page)
    assert report is not None
    assert (report.version.number, report.together, report.people) == (2, [1, 2], 5)
    page.nodes[2].value["options"][0]["next"] = "repli"
    page.save_revision().publish()
    assert shares_of(page.versions.first()) == {}
    latest, first = report_of(page), report_of(page, number=1)
    assert latest is not None
    assert first is not None
    assert (latest.version.number, latest.together, latest.people) == (3, [3], 0)
    assert (first.version.number, first.together, first.people) == (1, [1, 2], 5)
    assert report_of(page, number=4) is None


def test_the_report_of_a_simulation_counts_ways_and_stops(professional: User) -> None:
    page = scenario()
    people = [professional, *(UserFactory() for _ in range(4))]
    for person in people[:3]:
        lead(person, page, *TO_ACCORD)
    lead(people[3], page, ("accueil", 1))
    lead(people[4], page)
    replay_turn(play=Play.objects.finished().first(), number=2)  # what it repeats was counted
    report = report_of(page)
    assert report is not None
    assert (report.people, report.plays, report.is_shown) == (5, 6, True)
    assert [(str(outcome), number) for outcome, number in report.ends] == [
        ("accord", 3),
        ("suspens", 0),
        ("rupture", 0),
    ]
    told = {one.node.id: (one.came, one.stopped, [option.count for option in one.options]) for one in report.moments}
    assert told == {"accueil": (5, 1, [3, 1]), "repli": (1, 1, [0, 0]), "suite": (4, 1, [0, 3])}
    # Nothing is told of a moment fewer than five came to, nor of such an end.
    assert {one.node.id for one in report.moments if one.is_shown} == {"accueil"}
    assert report.never == []
    assert {box.id: box.count for box in report.drawing.boxes if box.count is not None} == {"accueil": 5}
    for person in (people[3], people[4]):
        lead(person, page, *TO_ACCORD)
    report = report_of(page)
    assert report is not None
    assert report.never == [("suite", "(Silence.)")]
    assert {box.id: box.count for box in report.drawing.boxes if box.count is not None} == {
        "accueil": 7,
        "suite": 6,
        "accord": 5,
    }
    assert {arrow.title for arrow in report.drawing.arrows if arrow.is_unused} == {"(Silence.) (0 fois)"}


# In a course


@pytest.fixture
def followed(professional: User) -> tuple[CourseTree, ScenarioStepPage, ScenarioPage]:
    """A course of one lesson and one simulation to be played to an agreement, the professional enrolled."""
    tree, page = course_tree(lessons=1, quizzes=0), scenario()
    step = tree.modules[0].add_child(
        instance=ScenarioStepPage(title="Jouer", slug="jouer", scenario=page, outcome="accord")
    )
    publish_version(course=tree.course)
    enrol(person=professional, course=tree.course, source=EnrolmentSource.SELF)
    return tree, step, page


def test_a_play_counts_in_the_course_that_asks_for_it(
    sign_in: Sign, professional: User, followed: tuple[CourseTree, ScenarioStepPage, ScenarioPage]
) -> None:
    _tree, step, page = followed
    client = sign_in(professional)
    shown = text(client.get(step.url))
    assert "jouer jusqu'à une fin « accord »" in shown
    lead(professional, page, *TO_RUPTURE)
    enrolment = professional.enrolments.get()
    state = enrolment.step_states.get(step_key=step.step_key)
    assert (state.status, state.attempts_count) == (StepStatus.IN_PROGRESS, 1)
    play = lead(professional, page, *TO_ACCORD)
    state.refresh_from_db()
    assert (state.status, state.attempts_count) == (StepStatus.COMPLETED, 2)
    assert Attempt.objects.latest("pk").snapshot == {"play": str(play.public_id), "outcome": "accord"}
    assert f'href="{step.url}"' in text(client.get(play.get_absolute_url()))
    assert "Cette étape est validée." in text(client.get(step.url))
    say(play, turn=2, node="suite", choice=1)  # sent again
    assert Attempt.objects.count() == 2


def test_a_play_of_someone_not_enrolled_counts_nowhere(
    followed: tuple[CourseTree, ScenarioStepPage, ScenarioPage],
) -> None:
    lead(UserFactory(), followed[2], *TO_ACCORD)
    assert not Attempt.objects.exists()


# What it asks of the database


def test_a_turn_asks_little(sign_in: Sign, professional: User, django_assert_max_num_queries: Any) -> None:
    client, page = sign_in(professional), scenario()
    play = lead(professional, page, *[("accueil", 1), ("repli", 0)] * 20)
    client.get(play.get_absolute_url())
    with django_assert_max_num_queries(6):
        client.get(play.get_absolute_url())
    with django_assert_max_num_queries(6):
        client.post(play.get_absolute_url(), {"turn": 41, "node": "accueil", "choice": 1})
    assert play.turns.count() == 41


def test_lists_and_ends_ask_the_same_whatever_was_played(
    sign_in: Sign, professional: User, assert_constant_queries: Any
) -> None:
    client, page = sign_in(professional), scenario()
    play = lead(professional, page, *TO_ACCORD)

    def grow() -> None:
        for number in range(2):
            scenario(title=f"Autre {number}", slug=f"autre-{number}")
            lead(UserFactory(), page, *[("accueil", 1), ("repli", 0)] * 3, *TO_RUPTURE)
            lead(professional, page, *TO_RUPTURE)

    def serve() -> None:
        for address in (page.get_parent().url, page.url, play.get_absolute_url()):
            assert client.get(address).status_code == 200
        end_screen(play)
        report_of(page)

    assert_constant_queries(serve, grow)
