"""Contents in a real browser: played, left, resumed, finished, kept where they can do no harm."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import LiveSite, Visitor
from tests.courses.h5p.packages import h5p_json, library_json, members, packed

PERSON = "professionnel@demo.example"

# A content that counts, remembers, finishes, and tries every door.
PLAY = """
H5P.Sort = function (params, id, extras) {
  H5P.EventDispatcher.call(this);
  var self = this, count = (extras.previousState || {count: 0}).count, out, tried = {};
  var doors = {
    cookie: function () { return document.cookie || 'rien'; },
    parent: function () { return window.parent.document.title; },
    top: function () { return window.top.location.href; },
    storage: function () { return 'propre ' + localStorage.length; },
    stored: function () { localStorage.setItem('a', 'b'); return localStorage.getItem('a') + localStorage.a; },
    who: function () { return H5PIntegration.user.name; },
    path: function () { return H5P.getLibraryPath('H5P.Sort-1.2'); }
  };
  Object.keys(doors).forEach(function (name) {
    try { tried[name] = doors[name](); } catch (error) { tried[name] = 'refusé'; }
  });
  this.getCurrentState = function () { return {count: count}; };
  this.show = function () { out.text('Points : ' + count); };
  this.attach = function ($container) {
    this.setActivityStarted();
    $container.append(H5P.jQuery('<p>').text(params.title));
    out = H5P.jQuery('<p id="out">').appendTo($container);
    H5P.jQuery('<pre id="doors">').text(JSON.stringify(tried)).appendTo($container);
    H5P.jQuery('<button id="more">').text('Un point').click(function () {
      count++; self.show(); H5P.jQuery('<p>').text('Encore').appendTo($container); self.trigger('resize');
    }).appendTo($container);
    H5P.jQuery('<button id="end">').text('Terminer').click(function () {
      self.triggerXAPIScored(count, 5, 'completed', true, count > 2);
    }).appendTo($container);
    this.show();
  };
};
H5P.Sort.prototype = Object.create(H5P.EventDispatcher.prototype);
H5P.Sort.prototype.constructor = H5P.Sort;
"""


@pytest.fixture
def add(live_site: LiveSite, tmp_path: Path) -> Callable[..., int]:
    """Import a content whose library is this script, as an administrator would; return its key."""

    def _add(script: str, title: str) -> int:
        # A library is replaced by a higher patch only, whatever the order of the tests.
        ((patch,),) = live_site.rows(
            "SELECT coalesce(max(patch), 3) + 1 FROM h5p_library WHERE machine_name = 'H5P.Sort' AND minor = 2"
        )
        changes = {
            "h5p.json": h5p_json(title=title),
            "H5P.Sort-1.2/library.json": library_json(patch=patch),
            "H5P.Sort-1.2/play.js": script.encode(),
        }
        path = tmp_path / "paquet.h5p"
        path.write_bytes(packed(members() | changes).getvalue())
        live_site.manage("h5p", "import", str(path), "--install-libraries")
        return live_site.rows("SELECT max(id) FROM h5p_content")[0][0]

    return _add


def frame(page: Page) -> FrameLocator:
    return page.frame_locator("socle-activity iframe")


def settled(page: Page) -> None:
    """Nothing moves any more under the pointer: letters have their shapes, the frame its height."""
    still = "() => document.fonts.ready.then(() => new Promise(done => setTimeout(done, 150)))"
    frame(page).locator("body").evaluate(still)
    page.evaluate(still)


def saved(page: Page) -> None:
    expect(page.locator("[data-part=status]")).to_have_text(re.compile(r"Enregistré à \d\d:\d\d"))


@pytest.fixture
def learner(visit: Any) -> Visitor:
    visitor: Visitor = visit()
    visitor.arrive(PERSON)
    return visitor


def all_sent(page: Page) -> None:
    page.wait_for_function("() => Object.keys(localStorage).every(name => !name.startsWith('socle-activity:'))")


def waiting(page: Page) -> int:
    return page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('socle-activity:')).length")


def test_a_content_is_played_left_resumed_and_finished(learner: Visitor, live_site: LiveSite, add: Any) -> None:
    page, key = learner.page, add(PLAY, "Compter")
    page.goto(f"/essais/h5p/{key}/")
    activity = frame(page)
    expect(activity.locator("#out")).to_have_text("Points : 0")
    expect(page.locator("iframe")).to_have_attribute("title", "Activité : Compter")
    expect(page.locator("iframe")).to_have_attribute("sandbox", "allow-scripts")
    activity.locator("#more").click()
    activity.locator("#more").click()
    saved(page)
    all_sent(page)
    page.get_by_role("link", name="Ailleurs").click()
    page.goto(f"/essais/h5p/{key}/")
    expect(activity.locator("#out")).to_have_text("Points : 2")
    activity.locator("#more").click()
    activity.locator("#end").click()
    counted(learner, key, 1)
    all_sent(page)
    saved(page)
    played = "JOIN h5p_registration r ON r.id = registration_id JOIN h5p_content c ON c.id = r.content_id"
    attempts = live_site.rows(f"SELECT score, max_score, success FROM h5p_attempt {played} WHERE title = 'Compter'")
    assert attempts == [(3.0, 5.0, True)]
    verbs = live_site.rows(f"SELECT body->>'verb' FROM h5p_statement {played} WHERE title = 'Compter'")
    assert [verb for (verb,) in verbs].count("completed") == 1
    assert {"attempted", "experienced", "completed"} == {verb for (verb,) in verbs}
    assert learner.axe() == []
    learner.assert_sound()


def test_a_content_reaches_neither_cookies_nor_the_page_and_knows_nobody(learner: Visitor, add: Any) -> None:
    page, key = learner.page, add(PLAY, "Portes")
    page.goto(f"/essais/h5p/{key}/")
    tried = page.evaluate("text => JSON.parse(text)", frame(page).locator("#doors").inner_text())
    assert re.fullmatch(r"[0-9a-f]{32}", tried.pop("who"))
    assert re.fullmatch(r"/h5p-fichiers/libraries/H5P\.Sort-1\.2\.\d+", tried.pop("path"))
    assert tried == {
        "cookie": "rien",
        "parent": "refusé",
        "top": "refusé",
        "storage": "propre 0",
        "stored": "bb",
    }
    # Its document alone, without a frame around, has no origin either.
    page.goto(f"/essais/h5p/{key}/document/")
    assert page.evaluate("origin") == "null"
    learner.assert_sound()


def test_its_frame_is_as_high_as_it_is(learner: Visitor, add: Any) -> None:
    page, key = learner.page, add(PLAY, "Hauteur")
    page.goto(f"/essais/h5p/{key}/")
    more = frame(page).locator("#more")
    more.click()
    page.wait_for_timeout(300)
    before = page.locator("iframe").bounding_box()
    for _time in range(8):
        more.click()
    assert before
    taller = "height => document.querySelector('iframe').offsetHeight > height + 100"
    page.wait_for_function(taller, arg=before["height"])
    page.wait_for_timeout(300)
    assert (
        frame(page).locator("body").evaluate("body => [body.scrollHeight, innerHeight]")
        == [page.locator("iframe").evaluate("frame => frame.clientHeight")] * 2
    )
    learner.assert_sound()


def test_what_is_done_offline_is_kept_and_sent_later(learner: Visitor, live_site: LiveSite, add: Any) -> None:
    page, key = learner.page, add(PLAY, "Sans réseau")
    page.goto(f"/essais/h5p/{key}/")
    frame(page).locator("#more").press("Enter")
    saved(page)
    learner.context.set_offline(True)
    frame(page).locator("#end").press("Enter")
    expect(page.locator("[data-part=status]")).to_contain_text("Hors connexion")
    assert waiting(page) >= 1
    assert attempts_of(live_site, key) == 0
    learner.context.set_offline(False)
    page.goto(f"/essais/h5p/{key}/")  # the page was closed meanwhile
    counted(learner, key, 1)
    all_sent(page)
    learner.faults[:] = [one for one in learner.faults if "ERR_INTERNET_DISCONNECTED" not in one]
    learner.assert_sound()


def test_a_session_that_ended_is_said_and_nothing_is_lost(learner: Visitor, live_site: LiveSite, add: Any) -> None:
    page, key = learner.page, add(PLAY, "Session")
    page.goto(f"/essais/h5p/{key}/")
    frame(page).locator("#more").press("Enter")
    saved(page)
    learner.context.clear_cookies(name="sessionid")
    learner.expected_statuses = {401}
    frame(page).locator("#end").press("Enter")
    expect(page.locator("[data-part=status]")).to_contain_text("Votre session a pris fin")
    page.get_by_role("link", name="Se reconnecter").click()
    page.fill("input[name=login]", PERSON)
    page.fill("input[name=password]", live_site.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"**/essais/h5p/{key}/")
    counted(learner, key, 1)
    saved(page)
    all_sent(page)
    learner.assert_sound()


def test_a_preview_sends_nothing(learner: Visitor, add: Any) -> None:
    page, key = learner.page, add(PLAY, "Aperçu")
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.goto(f"/essais/h5p/{key}/?apercu")
    frame(page).locator("#more").press("Enter")
    frame(page).locator("#end").press("Enter")
    page.wait_for_timeout(1_500)
    assert posts == []
    assert waiting(page) == 0
    learner.assert_sound()


def test_a_broken_library_is_said_and_the_page_stays_usable(learner: Visitor, add: Any) -> None:
    page, key = learner.page, add("H5P.Sort = function () { throw new Error('casse'); };", "Cassé")
    page.goto(f"/essais/h5p/{key}/")
    expect(page.get_by_role("alert")).to_contain_text("Cette activité ne s'affiche pas")
    page.wait_for_timeout(300)  # for the browser to tell of it
    assert any("casse" in fault for fault in learner.faults)
    learner.faults.clear()
    page.get_by_role("link", name="Ailleurs").click()
    page.wait_for_url(f"{learner.site.base}/")
    learner.assert_sound()


def test_a_content_that_shouts_or_lies_is_not_listened_to(learner: Visitor, live_site: LiveSite, add: Any) -> None:
    script = (
        PLAY
        + """
    for (var at = 0; at < 500; at++) parent.postMessage({context: 'socle', kind: 'size', height: 19000 + at}, '*');
    parent.postMessage({context: 'socle', kind: 'statement', id: 'x', sequence: -1, version: 1, statement: {}}, '*');
    parent.postMessage({context: 'socle', kind: '__proto__'}, '*');
    parent.postMessage(null, '*');
    """
    )
    page, key = learner.page, add(script, "Bruit")
    page.goto(f"/essais/h5p/{key}/")
    page.wait_for_timeout(1_500)
    frame(page).locator("#end").press("Enter")
    counted(learner, key, 1)
    saved(page)
    all_sent(page)
    learner.assert_sound()


def test_what_is_said_as_the_page_closes_is_kept(learner: Visitor, live_site: LiveSite, add: Any) -> None:
    page, key = learner.page, add(PLAY, "Partir")
    page.goto(f"/essais/h5p/{key}/")
    frame(page).locator("#more").press("Enter")
    saved(page)
    frame(page).locator("#end").press("Enter")
    page.goto("about:blank")
    counted(learner, key, 1)
    learner.assert_sound()


def test_one_that_is_refused_does_not_take_the_others_with_it(learner: Visitor, live_site: LiveSite, add: Any) -> None:
    wrong = "self.triggerXAPIScored(9, 5, 'answered', true, true);"
    script = PLAY.replace("self.triggerXAPIScored(count", f"{wrong} self.triggerXAPIScored(count")
    page, key = learner.page, add(script, "Impossible")
    learner.expected_statuses = {400}
    page.goto(f"/essais/h5p/{key}/")
    frame(page).locator("#end").press("Enter")
    counted(learner, key, 1)
    all_sent(page)
    learner.assert_sound()


def test_the_next_person_at_the_machine_sends_nothing_for_the_one_before(
    visit: Any, live_site: LiveSite, add: Any
) -> None:
    learner: Visitor = visit()
    learner.arrive(PERSON)
    page, key = learner.page, add(PLAY, "Poste partagé")
    page.goto(f"/essais/h5p/{key}/")
    frame(page).locator("#more").press("Enter")
    saved(page)
    learner.context.clear_cookies()
    learner.page = learner.context.new_page()  # another comes, in another tab
    learner.arrive("formateur@demo.example")
    learner.expected_statuses = {401}
    frame(page).locator("#end").press("Enter")
    expect(page.locator("[data-part=status]")).to_contain_text("Une autre personne est connectée")
    page.goto("about:blank")
    with page.expect_response("**/resultats/"):  # their own opening
        page.goto(f"/essais/h5p/{key}/")
    assert waiting(page) >= 1
    assert attempts_of(live_site, key) == 0
    learner.assert_sound()


def test_full_screen_comes_and_goes(learner: Visitor, add: Any) -> None:
    page, key = learner.page, add(PLAY, "Écran")
    page.goto(f"/essais/h5p/{key}/")
    page.get_by_role("button", name="Plein écran").click()
    button = page.get_by_role("button", name="Quitter le plein écran")
    expect(button).to_be_visible()
    button.click()
    expect(page.get_by_role("button", name="Plein écran", exact=True)).to_be_focused()
    learner.assert_sound()


# Our own content types


def sort_and_check(activity: FrameLocator) -> None:
    groups = activity.locator("fieldset")
    for at in range(groups.count()):
        groups.nth(at).locator("input").first.check()
    activity.locator(".socle-primary").click()
    expect(activity.locator(".socle-score")).to_be_visible()


def choose_one_by_one(activity: FrameLocator) -> None:
    for _gap in range(20):
        if activity.locator(".socle-score").is_visible():
            return
        activity.locator("input[type=radio]").first.check()
        activity.locator(".socle-primary").click()


def turn_every_card(activity: FrameLocator) -> None:
    cards = activity.locator(".socle-turn")
    for at in range(cards.count()):
        cards.nth(at).click()


STANDING = "one => [...one.querySelectorAll('input')].map(input => input.checked)"
OWN = {
    "Fait ou interprétation ?": sort_and_check,
    "Reformuler avec Mme L.": choose_one_by_one,
    "Les mots du parcours": turn_every_card,
}


@pytest.mark.parametrize("title", OWN)
def test_our_types_are_played_left_resumed_and_finished(learner: Visitor, live_site: LiveSite, title: str) -> None:
    page = learner.page
    contents = live_site.rows("SELECT id, replace(title, chr(160), ' ') FROM h5p_content")
    (key,) = [key for key, found in contents if found == title]
    before_it = attempts_of(live_site, key)
    page.goto(f"/essais/h5p/{key}/")
    activity = frame(page)
    first = activity.locator("input[type=radio], .socle-turn").first
    expect(first).to_be_visible()
    settled(page)
    first.click()
    saved(page)
    all_sent(page)
    before = activity.locator(".socle").evaluate(STANDING)
    page.goto("/")
    page.goto(f"/essais/h5p/{key}/")
    expect(activity.locator(".socle")).to_be_visible()
    settled(page)
    if title != "Les mots du parcours":  # a card comes back on its front, and knows that it was turned
        assert activity.locator(".socle").evaluate(STANDING) == before
    OWN[title](activity)
    counted(learner, key, before_it + 1)
    all_sent(page)
    saved(page)
    learner.assert_sound()


def attempts_of(site: LiveSite, key: int) -> int:
    found = site.rows("SELECT content_id FROM h5p_attempt a JOIN h5p_registration r ON r.id = a.registration_id")
    return found.count((key,))


def counted(visitor: Visitor, key: int, attempts: int) -> None:
    """These many attempts are kept, as soon as what the frame said has gone its way."""
    for _time in range(100):
        if attempts_of(visitor.site, key) == attempts:
            return
        visitor.page.wait_for_timeout(50)
    assert attempts_of(visitor.site, key) == attempts
