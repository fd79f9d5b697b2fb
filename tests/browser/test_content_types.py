"""Our own content types, with the keyboard alone, in a page of any host that has the core of H5P."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from courses.h5p.engine.results import attempts_of
from courses.h5p.engine.xapi import Score, Statement, parse
from courses.h5p.packaging import build
from tests.browser.conftest import COLOURS, RULES, WIDTHS, Contexts
from tests.browser.h5p_host import HOST, Host
from tests.browser.hands import Keyboard

CONTENTS = ["fait-ou-interpretation", "mots-du-parcours", "reformuler-avec-mme-l"]
IRI = f"{HOST}/contenu/7"
FACTS = ["Fait", "Interprétation"] * 5
GOOD = [1, 3, 1, 0, 1]


@pytest.fixture
def play(contexts: Contexts) -> Iterator[Callable[..., Host]]:
    """Play one content of the demonstration in a host of its own."""
    hosts: list[Host] = []

    def _play(name: str, **options: Any) -> Host:
        hosts.append(Host(contexts, build(settings.SOCLE_H5P_SOURCES / f"{name}.yaml"), **options))
        hosts[-1].open()
        return hosts[-1]

    yield _play
    for host in hosts:
        host.close()


def test_statements_are_sorted_and_each_answer_is_told(play: Any) -> None:
    host: Host = play("fait-ou-interpretation")
    page, keyboard = host.page, Keyboard(host.page)
    answers = [*FACTS[:8], "Interprétation", "Fait"]
    for at, group in enumerate(answers[:-1]):
        keyboard.choose(page.locator(".socle-item").nth(at).get_by_label(group, exact=True))
    check = page.get_by_role("button", name="Vérifier mes réponses")

    keyboard.activate(check)
    assert page.get_by_role("status").inner_text() == "Énoncés qui restent à classer\u00a0: 1"
    last = page.locator(".socle-item").nth(9)
    assert last.get_by_label("Fait", exact=True).evaluate("one => one === document.activeElement")
    assert host.statements("completed") == []

    host.leave()
    host.open()
    assert page.locator("input:checked").count() == 9
    keyboard.choose(last.get_by_label(answers[-1], exact=True))
    keyboard.activate(check)
    assert page.locator(".socle-end").evaluate("one => one === document.activeElement")
    assert page.locator(".socle-score p").inner_text() == "Score\u00a0: 8 sur 10"
    assert page.locator(".socle-verdict").all_inner_texts() == ["Juste"] * 8 + ["À revoir"] * 2

    told = [read(one, at) for at, one in enumerate(host.statements("answered"))]
    assert [answer.success for answer in told] == [True] * 8 + [False] * 2
    assert [answer.parents for answer in told] == [(IRI,)] * 10
    assert [
        (one.response, one.question.interaction, one.question.correct, one.question.choices) for one in told[8:]
    ] == [
        ("1", "choice", ("0",), (("0", "Fait"), ("1", "Interprétation"))),
        ("0", "choice", ("1",), (("0", "Fait"), ("1", "Interprétation"))),
    ]
    assert len({one.sub_content_id for one in told}) == 10
    assert (
        told[2].question.text
        == "M. B. dit\u00a0: «\u00a0Je n'ai pas ouvert le courrier de la caisse, j'avais peur.\u00a0»"
    )
    done = finished(host)
    (attempt,) = attempts_of([*told, done], iri=IRI, pass_mark=0.7)
    assert (attempt.score, attempt.passed, len(attempt.answers)) == (Score(8, 10), True, 10)

    keyboard.activate(page.get_by_role("button", name="Voir les réponses"))
    assert page.locator(".socle-answer").all_inner_texts() == [f"Réponse\u00a0: {group}" for group in FACTS]
    assert page.locator(".socle-feedback").first.evaluate("one => one === document.activeElement")
    assert (host.ask("getScore"), host.ask("getMaxScore"), host.ask("getAnswerGiven")) == (8, 10, True)
    host.leave()
    host.open()
    assert page.locator(".socle-answer").count() == 10
    assert host.statements("completed") == []

    keyboard.activate(page.get_by_role("button", name="Recommencer"))
    assert (page.locator("input:checked").count(), host.ask("getAnswerGiven")) == (0, False)
    assert page.locator("input").first.evaluate("one => one === document.activeElement")


def test_cards_are_turned_marked_and_done_once(play: Any) -> None:
    host: Host = play("mots-du-parcours")
    page, keyboard = host.page, Keyboard(host.page)
    turn = page.locator(".socle-turn")
    keyboard.activate(turn.first)
    assert page.locator(".socle-definition:visible").count() == 1
    assert turn.first.evaluate("one => one === document.activeElement")
    assert turn.first.get_attribute("aria-label") == "Revenir au recto, Allocataire"
    keyboard.activate(page.get_by_role("button", name="À revoir, Allocataire"))

    host.leave()
    host.open()
    assert page.get_by_role("status").inner_text() == "Cartes retournées\u00a0: 1 sur 10"
    assert page.get_by_role("button", name="À revoir, Allocataire").get_attribute("aria-pressed") == "true"
    for at in range(1, 9):
        keyboard.activate(turn.nth(at))
    assert host.statements("completed") == []
    keyboard.activate(turn.nth(9))
    assert page.locator(".socle-done").inner_text() == "Vous avez retourné toutes les cartes."
    keyboard.activate(turn.nth(9))
    keyboard.activate(turn.nth(9))
    assert finished(host).score is None
    assert host.statements("answered") == []

    keyboard.activate(page.get_by_role("button", name="Ne garder que les cartes à revoir (1)"))
    assert page.locator(".socle-card:visible .socle-term").all_inner_texts() == ["Allocataire"]
    assert turn.first.evaluate("one => one === document.activeElement")
    keyboard.activate(page.get_by_role("button", name="Voir toutes les cartes"))
    assert page.locator(".socle-card:visible").count() == 10
    assert (host.ask("getScore"), host.ask("getMaxScore"), host.ask("getAnswerGiven")) == (0, 0, True)

    keyboard.activate(page.get_by_role("button", name="Recommencer"))
    assert page.get_by_role("status").inner_text() == "Cartes retournées\u00a0: 0 sur 10"


def test_a_dialogue_goes_on_from_choice_to_choice(play: Any) -> None:
    host: Host = play("reformuler-avec-mme-l")
    page, keyboard = host.page, Keyboard(host.page)
    answer = page.get_by_role("button", name="Répondre ainsi")
    keyboard.activate(answer)
    assert page.get_by_role("status").inner_text() == "Choisissez d'abord une réponse."
    for gap, choice in enumerate([1, 0]):
        keyboard.choose(page.locator("fieldset input").nth(choice))
        keyboard.activate(answer)
        assert page.locator(".socle-feedback").nth(gap).evaluate("one => one === document.activeElement")
    assert page.locator(".socle-verdict").all_inner_texts() == ["Bon choix", "Un autre choix aiderait davantage"]
    keyboard.choose(page.locator("fieldset input").nth(2))
    first = [read(one) for one in host.statements("answered")]

    host.leave()
    host.open()
    assert page.locator(".socle-feedback").count() == 2
    assert page.locator("fieldset input").nth(2).is_checked()
    for choice in GOOD[2:]:
        keyboard.choose(page.locator("fieldset input").nth(choice))
        keyboard.activate(answer)
    told = [*first, *(read(one) for one in host.statements("answered"))]
    assert [one.success for one in told] == [True, False, True, True, True]
    assert [one.question.correct for one in told] == [(str(choice),) for choice in GOOD]
    assert {one.parents for one in told} == {(IRI,)}
    assert [len(one.question.choices) for one in told] == [3, 4, 3, 3, 3]
    assert len({one.sub_content_id for one in told}) == 5
    assert (finished(host).score, finished(host).success) == (Score(4, 5), None)

    keyboard.activate(page.get_by_role("button", name="Voir les réponses"))
    assert page.locator(".socle-answer").count() == 1
    assert len(host.ask("getXAPIData")["children"]) == 5
    keyboard.activate(page.get_by_role("button", name="Recommencer"))
    assert (page.locator(".socle-feedback").count(), host.ask("getScore")) == (0, 0)


@pytest.mark.parametrize("name", CONTENTS)
def test_every_state_is_accessible_in_both_widths_and_themes(play: Any, name: str) -> None:
    faults = {}
    host: Host = play(name, reduced_motion="reduce")
    for state in ("begun", "ended", "solved"):
        if state == "ended":
            bring_to_the_end(host, name)
        elif state == "solved":
            host.page.evaluate("H5P.instances[0].showSolutions()")
        for theme, rules in (("light", RULES), ("dark", COLOURS)):
            host.page.emulate_media(color_scheme=theme)
            for width, pixels in WIDTHS.items():
                host.page.set_viewport_size({"width": pixels, "height": 800})
                if found := host.axe(rules) + (["scrolls sideways"] if host.scrolls_sideways() else []):
                    faults[f"{state}, {theme}, {width}"] = found
    assert not faults


@pytest.mark.parametrize("name", CONTENTS)
@pytest.mark.parametrize(
    "state", [{"answers": "x", "turned": 3}, {"answers": [99, None, -1], "order": [0], "marks": [{}]}]
)
def test_a_state_that_makes_no_sense_is_started_over(play: Any, name: str, state: dict[str, Any]) -> None:
    host: Host = play(name)
    host.state = state
    host.open()
    assert (host.page.locator(".socle-item").count() > 1, host.ask("getAnswerGiven")) == (True, False)


def test_texts_are_shown_as_they_are_written(play: Any) -> None:
    host: Host = play("fait-ou-interpretation")
    assert (
        host.page.locator(".socle-words").nth(1).inner_text() == "Mme L. n'est pas motivée par la recherche d'emploi."
    )
    host.page.evaluate(
        """() => H5P.newRunnable({library: 'Socle.SortStatements 1.0', params: {statements: [
            {text: '<img src=x onerror="window.harmed = 1">&lt;b&gt;gras&lt;/b&gt;', group: 'first'}]}},
            7, H5P.jQuery('<div id="other"></div>').appendTo('main'))"""
    )
    assert host.page.locator("#other .socle-words").inner_text() == '<img src=x onerror="window.harmed = 1"><b>gras</b>'
    assert host.page.evaluate("window.harmed") is None


def read(said: dict[str, Any], sequence: int = 0) -> Statement:
    """As our own engine reads it."""
    return parse(said, id=uuid4(), sequence=sequence)


def finished(host: Host) -> Statement:
    """The one statement that ends the attempt: about the whole, and without a parent."""
    (said,) = host.statements("completed")
    done = read(said, sequence=1_000)
    assert done.is_about(IRI)
    assert said["result"]["completion"] is True
    return done


def bring_to_the_end(host: Host, name: str) -> None:
    page = host.page
    if name == "mots-du-parcours":
        for turn in page.locator(".socle-turn").all():
            turn.click()
    elif name == "reformuler-avec-mme-l":
        for _ in GOOD:
            page.locator("fieldset input").first.check()
            page.locator(".socle-primary").click()
    else:
        for item in page.locator(".socle-item").all():
            item.locator("input").first.check()
        page.locator(".socle-primary").click()
    assert host.statements("completed")
