"""Commitments: one thing to try before a day, asked about once, *tried* is evidence."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.accounts.models import TRAINERS, User
from cms.core.templatetags.socle import day as shown_day
from cms.roadmap.models import Evidence, ThemeLink
from courses.enums import EnrolmentSource
from courses.services import enrol, finish_lesson, publish_version
from interview_toolkit.commitments.errors import AlreadyAnswered, NobodyAtEase, NoNeed, TooMany
from interview_toolkit.commitments.models import AFTER, Commitment, Pair
from interview_toolkit.commitments.services import (
    TOO_LATE,
    answer,
    answer_pair,
    ask_due,
    ask_pair,
    close_unanswered,
    commit_to,
)
from interview_toolkit.commitments.tasks import ask_due as task
from interview_toolkit.journal.models import JournalStepPage
from interview_toolkit.journal.services import write_entry
from interview_toolkit.observations.models import GridPage
from interview_toolkit.observations.services import ask_for, save_draft, sign
from interview_toolkit.techniques.models import TechniquePage
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.courses import course_tree, theme
from tests.factories.toolkit import grid, practice, technique
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
Sign = Callable[[User], StrictClient]
NEW = "/mon-parcours/essais/nouveau/"


def text(response: Any) -> str:
    return " ".join(html.unescape(response.content.decode()).split()).replace("\xa0", " ")


def another() -> TechniquePage:
    return technique(f"GESTE-{TechniquePage.objects.count()}", title="Un autre geste")


def committed(person: User, *, days_ago: int = 0, **values: Any) -> Commitment:
    said = {"interview": "suivi", "due_on": timezone.localdate() - timedelta(days=max(0, days_ago - 5))}
    about = {} if {"practice", "technique"} & set(values) else {"technique": technique()}
    made = commit_to(person=person, **said | about | values)
    Commitment.objects.filter(pk=made.pk).update(made_at=timezone.now() - timedelta(days=days_ago))
    made.refresh_from_db()
    return made


def test_one_commits_from_a_technique_and_finds_it_again(sign_in: Sign, professional: User) -> None:
    client, page = sign_in(professional), technique()
    assert f"{NEW}?essai=technique-{page.pk}" in text(client.get(page.url))
    form = text(client.get(f"{NEW}?essai=technique-{page.pk}"))
    assert f'value="technique-{page.pk}" selected' in form
    day = timezone.localdate() + timedelta(days=7)
    client.post(NEW, {"subject": f"technique-{page.pk}", "interview": "premier", "due_on": day.isoformat()})
    made = Commitment.objects.get()
    assert (made.technique, made.interview, made.due_on) == (page, "premier", day)
    assert made.ask_on == timezone.localdate() + timedelta(days=10)
    listed = text(client.get("/mon-parcours/essais/"))
    assert page.title in listed
    assert f'href="{made.get_absolute_url()}">Dire où j\'en suis<' in listed
    assert f"Nous vous demanderons le {shown_day(made.ask_on)}." in listed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"subject": ""}, "Choisissez ce que vous voulez essayer."),
        ({"subject": "technique-0"}, "Choisissez dans la liste."),
        ({"subject": "formation-1"}, "Choisissez dans la liste."),
        ({"interview": "thé"}, "Choisissez dans la liste."),
        ({"due_on": ""}, "Donnez-vous une date."),
        ({"due_on": "32/13/2026"}, "Cette date ne se lit pas."),
        ({"due_on": "2020-01-01"}, "Cette date est passée."),
        ({"due_on": "9999-01-01"}, "dans les six mois"),
    ],
)
def test_what_is_no_commitment_is_said(sign_in: Sign, professional: User, change: dict[str, Any], words: str) -> None:
    day = timezone.localdate() + timedelta(days=7)
    sent = {"subject": f"technique-{technique().pk}", "interview": "suivi", "due_on": day.isoformat()} | change
    answered = sign_in(professional).post(NEW, sent)
    assert answered.status_code == 422
    assert words in text(answered)
    assert not Commitment.objects.exists()


def test_five_at_once_are_enough(professional: User) -> None:
    for _ in range(5):
        committed(professional, technique=another())
    with pytest.raises(TooMany):
        committed(professional, technique=another())
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.create(person=professional, interview="suivi", due_on=timezone.localdate())


def test_tried_is_evidence_on_the_themes_and_the_others_are_not(sign_in: Sign, professional: User) -> None:
    page = practice()
    ThemeLink.objects.create(page_id=page.pk, theme=theme())
    client = sign_in(professional)
    for said in ("pas_eu", "nose_pas"):
        client.post(committed(professional, practice=page).get_absolute_url(), {"answer": said})
    assert not Evidence.objects.exists()
    made = committed(professional, practice=page)
    asked = text(client.get(f"{made.get_absolute_url()}?reponse=essaye"))
    assert 'value="essaye"' in asked
    made.refresh_from_db()
    assert made.answered_at is None  # a link opened by a mail reader answers nothing
    client.post(made.get_absolute_url(), {"answer": "essaye", "line": "Deux questions ouvertes."})
    evidence = Evidence.objects.get()
    assert (evidence.person, evidence.theme, evidence.kind, evidence.source) == (
        professional, theme(), "tried", f"commitment:{made.pk}",
    )  # fmt: skip
    assert answer(commitment=made, answer="essaye").line == "Deux questions ouvertes."
    with pytest.raises(AlreadyAnswered):
        answer(commitment=made, answer="nose_pas")
    assert Evidence.objects.count() == 1
    shown = text(client.get(made.get_absolute_url()))
    assert "« Deux questions ouvertes. »" in shown
    assert f"répondu le {shown_day(timezone.localdate())}" in shown
    assert "1 <small> essai" in text(client.get(f"/feuille-de-route/{theme().code}/"))


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Choisissez une réponse."),
        ({"answer": "oui"}, "Choisissez une des trois réponses."),
        ({"answer": "essaye", "line": "x" * 301}, "300 caractères au plus."),
        ({"answer": "essaye", "line": "Avec Mme Lefèvre"}, "ressemble au nom de quelqu'un"),
    ],
)
def test_a_bad_answer_is_said_and_nothing_is_kept(
    sign_in: Sign, professional: User, sent: dict[str, Any], words: str
) -> None:
    made = committed(professional)
    answered = sign_in(professional).post(made.get_absolute_url(), sent)
    assert answered.status_code == 422
    assert words in text(answered)
    assert Commitment.objects.open().count() == 1


def test_the_same_form_sent_thrice_is_one_commitment(sign_in: Sign, professional: User) -> None:
    client, page = sign_in(professional), technique()
    key = re.findall(r'name="form_key" value="([^"]+)"', text(client.get(NEW)))
    day = timezone.localdate() + timedelta(days=30)
    sent = {
        "subject": f"technique-{page.pk}", "interview": "suivi", "due_on": day.isoformat(), "form_key": key,
    }  # fmt: skip
    said = [text(client.post(NEW, sent, follow=True)) for _ in range(3)]
    assert all(f"Le {shown_day(day)}, nous vous demanderons où vous en êtes, une seule fois." in one for one in said)
    made = Commitment.objects.get()
    answered = client.post(NEW, sent | {"form_key": str(uuid4())})
    assert "Vous avez déjà un engagement en cours sur ce geste" in text(answered)
    assert client.post(NEW, sent | {"form_key": "x"}).status_code == 422
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.create(person=professional, technique=page, interview="suivi", due_on=day)
    answer(commitment=made, answer="pas_eu")
    assert client.post(NEW, sent | {"form_key": str(uuid4())}).status_code == 302


def test_one_under_way_is_withdrawn_and_an_answer_is_kept(sign_in: Sign, professional: User, lead: User) -> None:
    client, made = sign_in(professional), committed(professional, days_ago=12)
    leave = f"{made.get_absolute_url()}retirer/"
    assert f'action="{leave}"' in text(client.get(made.get_absolute_url()))
    assert sign_in(lead).post(leave).status_code == 404
    assert "C'est retiré" in text(client.post(leave, follow=True))
    assert not Commitment.objects.exists()
    assert ask_due() == 0
    kept = answer(commitment=committed(professional), answer="essaye")
    said = client.post(f"{kept.get_absolute_url()}retirer/", follow=True)
    assert "Vous avez déjà répondu" in text(said)
    assert Commitment.objects.get() == kept


def test_the_end_of_a_module_offers_to_commit_whatever_its_last_step_is(sign_in: Sign, professional: User) -> None:
    subject = theme()
    tree = course_tree(lessons=1, quizzes=0, themes=(subject,))
    module = tree.modules[0]
    step = module.add_child(instance=JournalStepPage(title="Mon journal", slug="journal", entries=1))
    publish_version(course=tree.course)
    enrolment = enrol(person=professional, course=tree.course, source=EnrolmentSource.SELF)
    known, near = technique(), practice()
    ThemeLink.objects.create(page_id=near.pk, theme=subject)
    client, offer = sign_in(professional), f"{NEW}?module=module-{module.pk}"
    finish_lesson(enrolment=enrolment, step_key=tree.lessons[0].step_key, key=uuid4())
    for page in (tree.course, step):
        assert f'href="{offer}"' not in text(client.get(page.url))
    write_entry(person=professional, texts={"situation": "Un accueil."}, techniques=[], themes=[])
    for page in (tree.course, step):
        assert f'href="{offer}"' in text(client.get(page.url))
    form = text(client.get(offer))
    first = form[form.index('label="En lien avec cette formation"') :]
    assert first.index(f"pratique-{near.pk}") < first.index("</optgroup>") < first.index(f"technique-{known.pk}")
    for odd in ("module-0", "module-x", "9" * 40, ""):
        assert "En lien avec" not in text(client.get(f"{NEW}?module={odd}"))


def test_it_is_nobody_else_s(sign_in: Sign, professional: User, lead: User, coordinator: User) -> None:
    made = committed(professional)
    for other in (lead, coordinator, UserFactory()):
        assert sign_in(other).get(made.get_absolute_url()).status_code == 404
        assert sign_in(other).post(made.get_absolute_url(), {"answer": "essaye"}).status_code == 404
    assert Commitment.objects.open().count() == 1


# Asked about


def test_one_is_asked_once_ten_days_later_with_three_links(professional: User) -> None:
    young = committed(professional, days_ago=9, technique=another())
    ripe = committed(professional, days_ago=10)
    later = committed(professional, days_ago=12, due_on=timezone.localdate() + timedelta(days=3), technique=another())
    task()
    task()
    (letter,) = mail.outbox
    assert letter.to == [professional.email]
    assert letter.subject == f"Alors, cet essai ? {technique().title}"
    for said in ("essaye", "pas_eu", "nose_pas"):
        assert f"{ripe.get_absolute_url()}?reponse={said}" in letter.body
    for one in (young, later):
        one.refresh_from_db()
        assert one.asked_at is None


def test_after_a_long_stop_nobody_is_flooded(professional: User) -> None:
    committed(professional, days_ago=70, due_on=timezone.localdate() - timedelta(days=60), technique=another())
    answered = committed(professional, days_ago=20)
    answer(commitment=answered, answer="essaye")
    committed(professional, days_ago=30)
    committed(UserFactory(is_active=False), days_ago=30)
    assert ask_due() == 1
    assert ask_due(now=timezone.now() + timedelta(days=1)) == 0
    assert len(mail.outbox) == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    made_on=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    ahead=st.integers(0, 180),
    after=st.integers(-3, 75),
)
def test_whatever_the_day_chosen_one_is_asked_from_that_day_or_ten_days_later(
    professional: User, made_on: datetime, ahead: int, after: int
) -> None:
    day = timezone.localdate(made_on)
    Commitment.objects.all().delete()
    made = Commitment.objects.create(
        person=professional, technique=technique(), interview="suivi", made_at=made_on, due_on=day + timedelta(ahead)
    )
    assert made.ask_on == day + timedelta(max(10, ahead))
    asked = Commitment.objects.to_ask(day=made.ask_on + timedelta(after), after=AFTER, until=TOO_LATE)
    assert asked.exists() == (0 <= after < 60)


def test_a_list_asks_the_same_whatever_it_holds(
    sign_in: Sign, professional: User, assert_constant_queries: Any
) -> None:
    client = sign_in(professional)
    committed(professional)

    def grow() -> None:
        for number in range(2):
            made = committed(professional, practice=practice(f"Fiche {Commitment.objects.count()} {number}"))
            answer(commitment=made, answer="essaye")

    assert_constant_queries(lambda: client.get("/mon-parcours/essais/"), grow)


# A pair


def at_ease(person: User, *, level: int = 3) -> User:
    """Someone a trainer saw at this level on the technique."""
    observer = UserFactory()
    observer.groups.add(Group.objects.get(name=TRAINERS))
    page = GridPage.objects.first() or grid()
    made = ask_for(person=person, observer=observer, grid=page, setting="reel")
    about = {"observer": observer, "public_id": made.public_id}
    save_draft(**about, levels={"C1": level, "C2": 3, "C3": None}, remarks=[], held_on=timezone.localdate())
    sign(**about)
    return person


def afraid(person: User) -> Commitment:
    return answer(commitment=committed(person), answer="nose_pas")


def test_who_does_not_dare_is_offered_someone_at_ease_elsewhere(sign_in: Sign, professional: User) -> None:
    helper = at_ease(MembershipFactory().person)
    made, client = afraid(professional), sign_in(professional)
    mail.outbox.clear()
    assert "Demander un binôme" in text(client.get(made.get_absolute_url()))
    client.post(f"{made.get_absolute_url()}binome/")
    assert f'href="{Pair.objects.get().get_absolute_url()}"' in text(sign_in(helper).get("/mon-parcours/essais/"))
    pair = Pair.objects.get()
    (letter,) = mail.outbox
    assert letter.to == [helper.email]
    assert professional.email not in letter.body
    assert helper.email not in text(client.get(made.get_absolute_url()))
    asked = sign_in(helper)
    assert professional.email not in text(asked.get(pair.get_absolute_url()))
    assert client.get(pair.get_absolute_url()).status_code == 404
    for nothing in ({}, {"accepted": "x"}):
        said = asked.post(pair.get_absolute_url(), nothing, follow=True)
        assert "Choisissez une des deux réponses." in text(said)
    asked.post(pair.get_absolute_url(), {"accepted": "1"})
    asked.post(pair.get_absolute_url(), {"accepted": "0"})  # once
    assert helper.email in text(client.get(made.get_absolute_url()))
    assert professional.email in text(asked.get(pair.get_absolute_url()))
    assert f"Avec {professional}, depuis le" in text(asked.get("/mon-parcours/essais/"))
    assert sorted(message.to[0] for message in mail.outbox[1:]) == sorted([professional.email, helper.email])
    with pytest.raises(NoNeed):
        ask_pair(commitment=made)


def test_whoever_declines_is_not_named_and_is_not_asked_again(sign_in: Sign, professional: User) -> None:
    helper, made = at_ease(MembershipFactory().person), afraid(professional)
    pair = ask_pair(commitment=made)
    mail.outbox.clear()
    sign_in(helper).post(pair.get_absolute_url(), {"accepted": "0"})
    (letter,) = mail.outbox
    assert letter.to == [professional.email]
    assert helper.email not in letter.body + letter.subject
    assert "Nous ne trouvons personne d'autre" in letter.body
    assert made.get_absolute_url() in letter.body
    with pytest.raises(NobodyAtEase):
        ask_pair(commitment=made)


def test_who_does_not_dare_is_led_to_the_offer(sign_in: Sign, professional: User) -> None:
    made = committed(professional)
    said = sign_in(professional).post(made.get_absolute_url(), {"answer": "nose_pas"}, follow=True)
    assert said.redirect_chain == [(made.get_absolute_url(), 302)]
    assert "Demander un binôme" in text(said)


def test_a_request_nobody_answers_is_closed_or_taken_back_and_another_is_asked(
    sign_in: Sign, professional: User
) -> None:
    helpers = {at_ease(MembershipFactory().person) for _ in range(3)}
    made, client = afraid(professional), sign_in(professional)
    first, back = ask_pair(commitment=made), f"{made.get_absolute_url()}binome/reprendre/"
    mail.outbox.clear()
    later = timezone.now() + timedelta(days=14)
    assert close_unanswered(now=later - timedelta(hours=1)) == 0
    assert close_unanswered(now=later) == 1
    assert close_unanswered(now=later) == 0
    (letter,) = mail.outbox
    assert (letter.to, "Vous pouvez demander à quelqu'un d'autre" in letter.body) == ([professional.email], True)
    asked = sign_in(first.helper)
    asked.post(first.get_absolute_url(), {"accepted": "1"})
    assert "n'attend plus de réponse" in text(asked.get(first.get_absolute_url()))
    assert "On aimerait en parler" not in text(asked.get("/mon-parcours/essais/"))
    second = ask_pair(commitment=made)
    assert f'action="{back}"' in text(client.get(made.get_absolute_url()))
    assert sign_in(second.helper).post(back).status_code == 404
    client.post(back)
    assert "ou n'en attend plus" in text(client.post(back, follow=True))
    third = ask_pair(commitment=made)
    assert {first.helper, second.helper, third.helper} == helpers
    assert answer_pair(helper=third.helper, public_id=third.public_id, is_accepted=True).accepted_at
    assert "ou n'en attend plus" in text(client.post(back, follow=True))


def test_nobody_near_nor_unseen_nor_busy_is_asked(professional: User, organisation: Any) -> None:
    at_ease(MembershipFactory(organisation=organisation).person)
    at_ease(MembershipFactory().person, level=1)
    at_ease(UserFactory(is_active=False))
    at_ease(professional)
    made = afraid(professional)
    with pytest.raises(NobodyAtEase):
        ask_pair(commitment=made)
    with pytest.raises(NoNeed):
        ask_pair(commitment=answer(commitment=committed(professional), answer="essaye"))
    busy = at_ease(MembershipFactory().person)
    for _ in range(3):
        asker = MembershipFactory(organisation=organisation).person
        assert ask_pair(commitment=afraid(asker)).helper == busy
    with pytest.raises(NobodyAtEase):
        ask_pair(commitment=made)
