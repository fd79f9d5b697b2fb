"""The first complete walk: invited, signed up, enrolled, all of *Socle commun d'information* done, seen at once.

Twice: with JavaScript off, and with JavaScript on but the keyboard alone.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Locator, Page

from tests.browser.conftest import LiveSite, Visitor
from tests.browser.hands import Keyboard, Pointer

DEMO = Path(__file__).resolve().parents[2] / "coordination" / "demo" / "demo.yaml"
COURSE = "Socle commun d'information du SPIE"
HAND_IN = "Envoyer mes réponses"
PASSWORD = "une phrase longue et sûre 2026"


def right_answers() -> dict[str, list[str]]:
    """Question → the texts of its right answers, from the content the site was loaded with."""
    course = next(one for one in yaml.safe_load(DEMO.read_text())["courses"] if one["code"] == "SOCLE")
    return {
        plain(question["text"]): [plain(question["options"][index]) for index in question["correct"]]
        for module in course["modules"]
        for question in module["quiz"]
    }


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def invite(coordinator: Visitor, hand: Any, email: str) -> str:
    """Invite a person through the coordinator's screen; return the address in the mail."""
    page = coordinator.page
    hand.activate(page.get_by_role("link", name="Pilotage"))
    page.wait_for_url("**/pilotage/")
    page.goto("/pilotage/personnes/")
    hand.activate(page.get_by_role("link", name="Inviter une personne"))
    page.wait_for_url("**/inviter/")
    hand.fill(page.get_by_label("Adresse électronique"), email)
    hand.select(page.get_by_label("Structure", exact=True), "Missions locales")
    hand.activate(page.get_by_role("button", name="Envoyer l'invitation"))
    page.get_by_text(email).first.wait_for()
    (mail,) = coordinator.site.outbox(email)
    found = re.search(r"/compte/invitation/[0-9a-f-]{36}/", mail)
    assert found, mail
    return found[0]


def open_account(person: Visitor, hand: Any, address: str) -> None:
    page = person.page
    page.goto(address)
    hand.fill(page.get_by_label("Prénom"), "Noémie")
    hand.fill(page.get_by_label("Nom", exact=True), "Lœuillet")
    hand.select(page.get_by_label("Métier"), "Conseiller de mission locale")
    hand.fill(page.get_by_label("Mot de passe", exact=True), PASSWORD)
    hand.fill(page.get_by_label("Le même mot de passe, une seconde fois"), PASSWORD)
    hand.activate(page.get_by_role("button", name="Ouvrir mon compte"))
    page.get_by_role("heading", name="Bonjour Noémie").wait_for()


def enrol(person: Visitor, hand: Any) -> None:
    page = person.page
    page.goto("/formations/")
    hand.activate(page.get_by_role("link", name=COURSE))
    hand.activate(page.get_by_role("button", name="M'inscrire à cette formation"))
    hand.activate(page.get_by_role("link", name=re.compile("^Commencer la leçon 1")))


def answer_quiz(page: Page, hand: Any, answers: dict[str, list[str]]) -> None:
    """Answer every question rightly, one screen each, read them again and hand them in."""
    while page.locator("fieldset.question").count():
        question = plain(page.locator("fieldset.question legend").inner_text())
        assert question in answers, question
        for text in answers[question]:
            hand.choose(choice(page, text))
        number = page.locator("#q").get_attribute("value")
        hand.activate(page.get_by_role("button", name=re.compile("Question suivante|Relire mes réponses")))
        # Another question, or the answers to read again. Not wait_for_function: it looks again at each frame the
        # page draws, and a page whose scripts are off calls nobody back.
        further = page.locator(f'#q:not([value="{number}"])').or_(page.get_by_role("button", name=HAND_IN))
        further.first.wait_for(state="attached")
        page.wait_for_load_state("domcontentloaded")
    hand.activate(page.get_by_role("button", name=HAND_IN))
    page.get_by_role("heading", name="Quiz validé").wait_for()


def choice(page: Page, text: str) -> Locator:
    for label in page.locator("fieldset.question label.choice").all():
        if plain(label.inner_text()) == text:
            return label.locator("input")
    raise AssertionError(f"no answer reads {text!r}")


def follow_course(person: Visitor, hand: Any) -> None:
    """From the first lesson to the last quiz, always by the gesture the screen offers."""
    page, answers = person.page, right_answers()
    for _step in range(40):
        page.locator("h1").wait_for()
        if page.get_by_text("Vous avez terminé cette formation").count():
            return
        finish = page.get_by_role("button", name="J'ai terminé cette leçon")
        start = page.get_by_role("button", name="Commencer le quiz")
        if finish.count():
            here = page.url
            hand.activate(finish)
            page.wait_for_url(lambda url, here=here: url != here)
        elif start.count():
            hand.activate(start)
            page.locator("fieldset.question").wait_for()
            answer_quiz(page, hand, answers)
            here = page.url
            hand.activate(page.locator(".outcome a.button").first)
            page.wait_for_url(lambda url, here=here: url != here)
        else:
            raise AssertionError(f"nothing says what to do at {page.url}")
    raise AssertionError("the course never ends")


@pytest.mark.parametrize("way", ["without JavaScript", "keyboard alone"])
def test_a_new_professional_completes_the_socle_and_the_coordinator_sees_it(
    visit: Any, live_site: LiveSite, way: str
) -> None:
    options: dict[str, Any] = {"java_script_enabled": way != "without JavaScript"}
    Hand: Any = Keyboard if way == "keyboard alone" else Pointer
    email = f"noemie.{'clavier' if way == 'keyboard alone' else 'sansjs'}@ml.example"
    coordinator: Visitor = visit(**options)
    coordinator.sign_in("coordination@demo.example")
    address = invite(coordinator, Hand(coordinator.page), email)

    person: Visitor = visit(**options)
    hand = Hand(person.page)
    open_account(person, hand, address)
    enrol(person, hand)
    follow_course(person, hand)

    (enrolment,) = live_site.progress(email)
    assert (enrolment["course"], enrolment["status"], enrolment["percent"]) == (COURSE, "completed", 100)
    assert {step["state"] for step in enrolment["steps"]} == {"completed"}
    coordinator.page.goto("/pilotage/personnes/?q=Loeuillet")
    row = coordinator.page.get_by_role("row", name=re.compile("Lœuillet"))
    assert re.search("Terminé", row.first.inner_text()), row.first.inner_text()


def test_what_the_button_sends_is_not_overtaken_by_an_answer_sent_before(visit: Any, live_site: LiveSite) -> None:
    """The first answer is held on its way: the button waits for it, and what was chosen last is what is kept."""
    person: Visitor = visit()
    person.arrive("professionnel@demo.example")
    page, held, sent = person.page, [], []
    page.goto("/mon-parcours/")
    ((address,),) = live_site.rows(
        "SELECT p.url_path FROM wagtailcore_page p JOIN courses_quizpage q ON q.page_ptr_id = p.id"
        " WHERE p.url_path LIKE '%/comprendre-le-cadre/quiz/'"
    )
    page.goto(address[address.index("/formations/") :])
    page.get_by_role("button", name=re.compile("le quiz")).click()
    page.locator("fieldset.question").wait_for()
    page.route(lambda url: "/question/" in url, lambda route: (
        held.append(route) if "x-autosave" in route.request.headers and not held else route.continue_()
    ))  # fmt: skip
    page.on("request", lambda request: request.method == "POST" and sent.append(request.is_navigation_request()))
    choices = page.locator("input[name=answer]")
    with page.expect_request(lambda request: "x-autosave" in request.headers):
        choices.nth(0).check()
    choices.nth(1).check()
    last = choices.nth(1).get_attribute("value")
    here = page.url
    page.get_by_role("button", name="Question suivante").click()
    assert sent == [False]  # the first answer alone is on its way
    held[0].continue_()
    page.wait_for_url(lambda url: url != here)
    assert sent == [False, False, True]
    ((answers,),) = live_site.rows("SELECT answers FROM courses_attemptdraft ORDER BY id DESC LIMIT 1")
    assert list(answers.values()) == [[last]]
