"""« À renouveler »: everyone listed enrolled by one action, once, with a word for each who was not."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from certifications.services import correct, extend, issue_for, open_renewal, revoke
from cms.accounts import services as accounts
from cms.accounts.queries import Name
from cms.core import outbox
from cms.core.models import OutboxMessage
from coordination.attestations import jobs
from coordination.attestations.enums import JobKind, JobState
from coordination.models import CredentialJob
from courses.models import Enrolment
from courses.services import open_next_cycle, retake
from tests.coordination.attestations.conftest import ENDING, LAPSED
from tests.coordination.test_screens import text
from tests.factories.certifications import credential, definition, do_steps
from tests.factories.courses import course_tree

pytestmark = pytest.mark.django_db
LIST, RENEW = "/pilotage/attestations/a-renouveler/", "/pilotage/attestations/a-renouveler/inscrire/"
KEY = "3f0c8f0e-4a55-4f44-9d0c-1c7c6b8b5d11"


def names(response):
    return [row.last_name for row in response.context["page"].object_list]


def test_those_that_end_soon_or_lapsed_are_listed_the_first_first(sign_in, coordinator, somebody, earn):
    earn(somebody("Bientôt"))
    earn(somebody("Expirée"), LAPSED)
    earn(somebody("Jadis"), ENDING - timedelta(days=900))
    earn(somebody("Loin"), ENDING + timedelta(days=200))
    credential(somebody("Toujours"), course_tree(title="Autre"), title="Sans fin")
    page = sign_in(coordinator).get(LIST)
    assert names(page) == ["Jadis", "Expirée", "Bientôt"]
    assert "Inscrire les 3 personnes au parcours de renouvellement" in text(page)
    assert names(sign_in(coordinator).get(LIST, {"fin": "passee"})) == ["Jadis", "Expirée"]


def test_what_the_screens_call_to_renew_is_listed_though_its_end_was_put_off(sign_in, coordinator, somebody, earn):
    held = earn(somebody())
    extend(credential=held, author=coordinator, until=held.valid_until + timedelta(days=200), reason="Report")
    client = sign_in(coordinator)
    assert names(client.get(LIST)) == names(client.get("/pilotage/attestations/", {"etat": "expiring"})) == ["Martel"]


def test_what_is_revoked_replaced_renewed_or_of_a_closed_account_is_not(sign_in, coordinator, somebody, earn):
    revoke(credential=earn(somebody()), author=coordinator, reason="Erreur")
    replaced = earn(somebody())
    correct(credential=replaced, author=coordinator, reason="Faute", name=Name("Clara", "Corrigée"))
    again = retake(enrolment=earn(somebody()).enrolment)
    do_steps(again)
    issue_for(enrolment_id=again.pk)
    gone = somebody()
    earn(gone)
    accounts.deactivate(person=gone)
    [row] = sign_in(coordinator).get(LIST).context["page"].object_list
    assert row.holder == "Clara Corrigée"


def test_what_is_already_under_way_is_said_for_each_kind_of_path(sign_in, coordinator, somebody, tree, earn):
    long, short = course_tree(title="Longue"), course_tree(title="Courte", lessons=1, quizzes=0)
    definition(long.course, renewal=(short.course,), renewal_path="courses", validity_months=24, title="Longue")
    same, other = earn(somebody("Même")), credential(somebody("Courte"), long, at=ENDING)
    waiting = earn(somebody("Attend"))
    for one in (same, other):
        open_renewal(credential=one, source="coordination")
    # The same course as an earlier step of something else is no renewal of it.
    open_next_cycle(person=waiting.person, course=long.course, source="self")
    page = sign_in(coordinator).get(LIST)
    assert {row.last_name: row.is_under_way for row in page.context["page"].object_list} == {
        "Même": True, "Courte": True, "Attend": False,
    }  # fmt: skip
    assert page.context["size"].under_way == 2


def test_before_anything_is_done_a_page_says_what_will_be(sign_in, coordinator, somebody, earn):
    earn(somebody())
    open_renewal(credential=earn(somebody("Zola")), source="self")
    page = text(sign_in(coordinator).get(RENEW))
    assert "Inscrire 2 personnes au parcours de renouvellement" in page
    assert "1 dont le renouvellement est déjà en cours : rien ne change" in page
    assert "La même formation, en entier : «\N{NO-BREAK SPACE}Socle commun\N{NO-BREAK SPACE}»" in page
    assert Enrolment.objects.count() == 3


def test_one_action_enrols_everyone_listed_and_tells_each(sign_in, coordinator, somebody, elsewhere, earn):
    earn(somebody()), earn(somebody("Zola")), earn(elsewhere)
    client = sign_in(coordinator)
    page = client.post(f"{RENEW}?structure=MSA", {"form_key": KEY}, follow=True)
    assert "2 inscriptions au parcours de renouvellement" in text(page)
    assert set(Enrolment.objects.filter(cycle=2).values_list("person__last_name", "source")) == {
        ("Martel", "coordination"), ("Zola", "coordination"),
    }  # fmt: skip
    assert len(mail.outbox) == 2
    assert all("Votre inscription pour renouveler" in letter.subject for letter in mail.outbox)


def test_asked_twice_it_is_done_once(sign_in, coordinator, somebody, earn):
    earn(somebody())
    client = sign_in(coordinator)
    pages = [client.post(RENEW, {"form_key": KEY}) for _ in range(2)]
    assert pages[0].url == pages[1].url
    later = client.post(RENEW, {"form_key": KEY.replace("3f", "4f")}, follow=True)
    assert "1 renouvellement déjà en cours : rien n'a changé" in text(later)
    assert (Enrolment.objects.filter(cycle=2).count(), len(mail.outbox)) == (1, 1)


def test_a_lead_enrols_their_people_only(sign_in, lead, somebody, elsewhere, earn):
    earn(somebody()), earn(elsewhere)
    sign_in(lead).post(RENEW, {"form_key": KEY})
    assert list(Enrolment.objects.filter(cycle=2).values_list("person__last_name", "source")) == [("Martel", "lead")]


def test_who_cannot_be_enrolled_is_named_with_the_reason(sign_in, coordinator, somebody, earn):
    early = earn(somebody("Tôt"), window_days=10)
    page = sign_in(coordinator).post(RENEW, {"form_key": KEY}, follow=True)
    assert "1 laissée de côté" in text(page)
    assert "Tôt" in text(page) and "pourra être renouvelée à partir du 10 décembre 2026" in text(page)
    assert reverse("pilotage_credential", args=[early.pk]) in page.content.decode()
    assert Enrolment.objects.count() == 1


def test_an_archived_course_is_a_reason_too(sign_in, coordinator, somebody, tree, earn):
    earn(somebody())
    tree.course.refresh_from_db()
    tree.course.unpublish()
    page = sign_in(coordinator).post(RENEW, {"form_key": KEY}, follow=True)
    assert "Cette formation n'est pas ouverte aux inscriptions." in text(page)


def test_nothing_listed_is_nothing_to_do(sign_in, coordinator):
    page = sign_in(coordinator).post(RENEW, {"form_key": KEY}, follow=True)
    assert "il n'y a rien à faire" in text(page)
    assert not CredentialJob.objects.exists()


@pytest.fixture
def many(monkeypatch, somebody, earn):
    """Seven to enrol, where five are too many to wait for, two at a time."""
    monkeypatch.setattr(jobs, "AT_ONCE", 5)
    monkeypatch.setattr(jobs, "BATCH", 3)
    return [earn(somebody(f"Personne{number}")) for number in range(7)]


def work_once():
    waiting = OutboxMessage.objects.filter(kind=jobs.KIND, done_at=None)
    return [outbox.process(message.key) for message in waiting]


def test_many_are_enrolled_by_the_worker_with_a_bar_that_survives_a_reload(sign_in, coordinator, many):
    client = sign_in(coordinator)
    page = client.post(RENEW, {"form_key": KEY}, follow=True)
    assert "0 sur 7" in text(page) and 'hx-trigger="every 2s"' in page.content.decode()
    address = page.redirect_chain[-1][0]
    seen = []
    while any(work_once()):
        seen.append(client.get(address).context["job"].done)
    assert seen == [3, 6, 7]
    page = client.get(address)
    assert "7 inscriptions au parcours de renouvellement" in text(page) and "hx-trigger" not in page.content.decode()
    assert Enrolment.objects.filter(cycle=2).count() == 7


def test_a_batch_cut_short_is_done_again_and_nobody_is_enrolled_twice(monkeypatch, sign_in, coordinator, many):
    client = sign_in(coordinator)
    address = client.post(RENEW, {"form_key": KEY}).url
    work_once()
    calls = []

    def killed(**said):
        calls.append(said)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return open_renewal(**said)

    monkeypatch.setattr(jobs, "open_renewal", killed)
    assert work_once() == [False]
    assert Enrolment.objects.filter(cycle=2).count() == 3
    OutboxMessage.objects.update(available_at=timezone.now())
    while any(work_once()):
        pass
    page = client.get(address)
    assert (Enrolment.objects.filter(cycle=2).count(), page.context["job"].report["opened"]) == (7, 7)


def test_work_that_stopped_says_so_then_fails_after_a_day(sign_in, coordinator, many):
    client = sign_in(coordinator)
    address = client.post(RENEW, {"form_key": KEY}).url
    CredentialJob.objects.update(moved_at=timezone.now() - timedelta(minutes=5))
    assert "Le travail s'est interrompu. Il reprendra de lui-même" in text(client.get(address))
    CredentialJob.objects.update(moved_at=timezone.now() - timedelta(days=2))
    jobs.forget_old()
    assert "n'a pas pu être terminé" in text(client.get(address))
    assert work_once() == [True]  # a late message does nothing
    assert Enrolment.objects.filter(cycle=2).count() == 0


def test_a_lead_who_is_one_no_more_enrols_nobody(lead, many):
    job = jobs.start(kind=JobKind.RENEWAL, author=lead, items=[one.pk for one in many], filters={})
    lead.memberships.update(role="member")
    while any(work_once()):
        pass
    job.refresh_from_db()
    assert (job.state, job.report["opened"], Enrolment.objects.filter(cycle=2).count()) == (JobState.DONE, 0, 0)


def test_a_job_is_its_authors_alone(sign_in, coordinator, administrator, many):
    job = jobs.start(kind=JobKind.RENEWAL, author=coordinator, items=[one.pk for one in many], filters={})
    assert sign_in(coordinator).get(job.get_absolute_url()).status_code == 200
    assert sign_in(administrator).get(job.get_absolute_url()).status_code == 404
