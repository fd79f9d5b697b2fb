"""The end of a credential is told in time, once, whatever stops meanwhile."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from certifications.enums import Threshold
from certifications.models import CredentialNotice
from certifications.reminders import TOO_LATE, Decision, Told, day_of, decide
from certifications.services import correct, extend, issue_for, revoke, tell_ending
from cms.accounts import services as accounts
from cms.accounts.queries import Name
from courses.services import retake
from tests.certifications.test_races import together
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.certifications import credential, do_steps
from tests.factories.courses import course_tree

END = date(2028, 1, 15)
JANUARY = datetime(2026, 1, 15, 9, tzinfo=UTC)  # twenty-four months before END
FAR, NEAR, CLOSE, LAPSED = Threshold.FAR, Threshold.NEAR, Threshold.CLOSE, Threshold.LAPSED


def at(days_before: int, *, end: date = END) -> datetime:
    """Noon, so many days before the end."""
    return datetime(end.year, end.month, end.day, 12, tzinfo=UTC) - timedelta(days=days_before)


def readers() -> list[str]:
    return [address for one in mail.outbox for address in one.to]


# What is decided: no database


class Reader:
    """Somebody, and what they were told of one credential."""

    def __init__(self, ends_on: date = END, window_days: int = 90) -> None:
        self.ends_on, self.opens_on = ends_on, ends_on - timedelta(days=window_days)
        self.told: list[Told] = []
        self.sent: list[tuple[date, date, Threshold]] = []

    def look(self, day: date) -> Decision:
        decision = decide(day, ends_on=self.ends_on, window_opens_on=self.opens_on, told=self.told)
        self.told += [Told(self.ends_on, one, None) for one in decision.skip]
        if decision.send is not None:
            self.told.append(Told(self.ends_on, decision.send, day))
            self.sent.append((day, self.ends_on, decision.send))
        return decision


def test_looked_at_every_day_each_threshold_is_sent_on_its_day():
    reader = Reader()
    for before in range(120, -120, -1):
        reader.look(END - timedelta(days=before))
    assert [((END - day).days, threshold) for day, _end, threshold in reader.sent] == [
        (90, FAR), (30, NEAR), (7, CLOSE), (-1, LAPSED),
    ]  # fmt: skip


def test_after_a_month_down_only_the_most_urgent_is_sent_and_the_others_are_skipped():
    assert Reader().look(END - timedelta(days=5)) == Decision(send=CLOSE, skip=(FAR, NEAR))
    assert Reader().look(END + timedelta(days=31)) == Decision(send=LAPSED, skip=(FAR, NEAR, CLOSE))


def test_what_lapsed_long_ago_is_not_told():
    assert Reader().look(END + TOO_LATE + timedelta(days=1)) == Decision(skip=(FAR, NEAR, CLOSE, LAPSED))


def test_nothing_is_told_before_the_window_opens():
    reader = Reader(window_days=20)
    assert reader.look(END - timedelta(days=21)) == Decision()
    assert reader.look(END - timedelta(days=20)) == Decision(send=NEAR, skip=(FAR,))


def test_an_extension_just_after_a_mail_does_not_repeat_it():
    reader = Reader()
    reader.look(END - timedelta(days=30))
    reader.ends_on = END + timedelta(days=10)
    assert reader.look(END - timedelta(days=29)) == Decision(skip=(FAR,))
    assert reader.look(END - timedelta(days=20)) == Decision(send=NEAR)


def test_an_extension_of_months_has_all_its_thresholds():
    reader = Reader()
    reader.look(END - timedelta(days=7))
    reader.ends_on = END + timedelta(days=200)
    for days in range(-6, 260):
        reader.look(END + timedelta(days=days))
    assert [threshold for _day, end, threshold in reader.sent if end != END] == [FAR, NEAR, CLOSE, LAPSED]


@given(
    window=st.integers(0, 366),
    looks=st.lists(st.integers(-150, 450), max_size=25),
    extensions=st.lists(st.tuples(st.integers(-150, 450), st.integers(1, 120)), max_size=2),
)
def test_whatever_stops_or_is_extended_nobody_is_told_twice_nor_too_early(window, looks, extensions):
    reader = Reader(window_days=window)
    moments = sorted([(day, 0) for day in looks] + list(extensions))
    for offset, longer in moments:
        day = END + timedelta(days=offset)
        if longer:
            reader.ends_on += timedelta(days=longer)
            continue
        decision = reader.look(day)
        assert not set(decision.skip) & {decision.send}
        assert reader.look(day) == Decision()  # the second look of the day finds nothing to do
    told = [(end, threshold) for _day, end, threshold in reader.sent]
    days = [day for day, _end, _threshold in reader.sent]
    assert len(set(told)) == len(told)
    assert len(set(days)) == len(days)
    for before, (day, end, threshold) in zip([date.min, *days], reader.sent, strict=False):
        due = day_of(threshold, ends_on=end, window_opens_on=reader.opens_on)
        assert before < due <= day <= end + TOO_LATE


# Told for good


@pytest.fixture
def ending(professional):
    """Held by a professional, ends on END."""
    held = credential(professional, at=JANUARY, validity_months=24)
    mail.outbox.clear()  # the letter that says it is ready
    return held


@pytest.mark.django_db
def test_the_holder_and_their_lead_are_told_once_each_time(ending, professional, lead):
    counts = [tell_ending(now=at(days)) for days in (91, 90, 90, 60, 30, 7, 6, 0, -1, -2)]
    assert counts == [0, 2, 0, 0, 2, 2, 0, 0, 2, 0]
    assert readers() == [professional.email, lead.email] * 4
    mine, theirs = mail.outbox[:2]
    assert mine.subject == "Votre attestation se termine bientôt : Attestation de suivi"
    assert "valable jusqu'au 15 janvier 2028, dans 90 jours" in mine.body
    assert theirs.subject == "Attestations à renouveler dans votre structure"
    assert f"- {professional.get_full_name()} : Attestation de suivi, valable jusqu'au 15 janvier 2028" in theirs.body
    assert "Votre attestation a expiré" in mail.outbox[6].subject
    assert "expirée depuis le 15 janvier 2028" in mail.outbox[7].body


@pytest.mark.django_db
def test_after_a_month_down_one_mail_leaves_and_the_rest_is_written_as_skipped(ending, professional):
    assert (tell_ending(now=at(2)), tell_ending(now=at(2))) == (1, 0)
    rows = CredentialNotice.objects.filter(reader=professional).order_by("-threshold")
    assert list(rows.values_list("threshold", "told_on")) == [(90, None), (30, None), (7, date(2028, 1, 13))]


@pytest.mark.django_db
def test_a_lead_has_one_mail_for_all_their_people(lead, organisation):
    tree = course_tree()
    people = [MembershipFactory(organisation=organisation).person for _ in range(3)]
    for person in people:
        credential(person, tree, at=JANUARY, validity_months=24)
    assert tell_ending(now=at(30)) == 4
    [digest] = [one for one in mail.outbox if one.to == [lead.email]]
    assert digest.body.count("Attestation de suivi, valable jusqu'au 15 janvier 2028") == 3


@pytest.mark.django_db
def test_a_lead_has_one_mail_a_day_what_comes_meanwhile_waits(lead, organisation):
    tree = course_tree()
    first, second = (MembershipFactory(organisation=organisation).person for _ in range(2))
    credential(first, tree, at=JANUARY, validity_months=24)
    tell_ending(now=at(30))
    credential(second, tree, at=JANUARY, validity_months=24)
    assert tell_ending(now=at(30)) == 1  # the second person
    assert tell_ending(now=at(29)) == 1
    digests = [one.body for one in mail.outbox if one.to == [lead.email]]
    assert [second.get_full_name() in body for body in digests] == [False, True]


@pytest.mark.django_db
def test_a_lead_hears_of_their_own_credential_as_anyone_and_of_nobody_elsewhere(lead):
    credential(lead, at=JANUARY, validity_months=24)
    mail.outbox.clear()  # the letter that says it is ready
    MembershipFactory(organisation=OrganisationFactory(), role="lead")
    tell_ending(now=at(30))
    assert [one.subject for one in mail.outbox] == ["Votre attestation se termine bientôt : Attestation de suivi"]


@pytest.mark.django_db
def test_who_left_is_told_and_their_former_lead_is_not(ending, professional, lead):
    professional.memberships.update(ends_on="2027-01-01")
    assert tell_ending(now=at(30)) == 1
    assert readers() == [professional.email]


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["revoked", "renewed", "erased", "inactive"])
def test_nobody_is_told_of_what_is_no_longer_awaited(what, ending, professional, coordinator, lead):
    if what == "revoked":
        revoke(credential=ending, author=coordinator, reason="Erreur")
    elif what == "renewed":
        again = retake(enrolment=ending.enrolment)
        do_steps(again, at=at(80))
        issue_for(enrolment_id=again.pk)
    elif what == "erased":
        accounts.erase(person=professional)
        from certifications.services import forget_holder

        forget_holder(person=professional)
    else:
        accounts.deactivate(person=professional)
    mail.outbox.clear()
    assert [tell_ending(now=at(days)) for days in (30, 7, -1)] == [0, 0, 0]


@pytest.mark.django_db
def test_of_a_corrected_credential_only_the_one_that_replaces_it_is_told(ending, coordinator, professional):
    correct(credential=ending, author=coordinator, reason="Faute de frappe", name=Name("Claire", "Martel"))
    mail.outbox.clear()
    assert tell_ending(now=at(30)) == 1
    assert CredentialNotice.objects.exclude(credential=ending).filter(told_on__isnull=False).count() == 1


@pytest.mark.django_db
def test_an_extension_moves_what_is_told_to_the_new_end(ending, coordinator):
    tell_ending(now=at(7))
    extend(credential=ending, author=coordinator, until=END + timedelta(days=100), reason="Formation reportée")
    mail.outbox.clear()
    later = END + timedelta(days=100)
    assert [tell_ending(now=at(days, end=later)) for days in (100, 90, 30, 7, -1)] == [0, 1, 1, 1, 1]
    assert "valable jusqu'au 24 avril 2028" in mail.outbox[0].body


@pytest.mark.django_db
def test_a_credential_without_end_tells_nothing(professional):
    credential(professional, at=JANUARY)
    assert tell_ending(now=timezone.now() + timedelta(days=4000)) == 0


@pytest.mark.django_db
def test_an_hour_with_nothing_to_tell_costs_the_same_however_many_people(lead, organisation, assert_constant_queries):
    tree = course_tree()

    def grow():
        for _ in range(3):
            person = MembershipFactory(organisation=organisation).person
            credential(person, tree, at=JANUARY, validity_months=24)
        for days in (30, 29):  # their lead, who had a mail already, is told on the next day
            tell_ending(now=at(days))

    grow()
    assert_constant_queries(lambda: tell_ending(now=at(28)), grow)


@pytest.mark.django_db
def test_a_digest_costs_the_same_for_three_people_as_for_one(lead, organisation, assert_constant_queries):
    tree = course_tree()

    def grow():
        for _ in range(3):
            person = MembershipFactory(organisation=organisation).person
            credential(person, tree, at=JANUARY, validity_months=24)
        tell_ending(now=at(30))
        CredentialNotice.objects.filter(reader=lead).delete()

    def serve():
        assert tell_ending(now=at(30)) == 1
        CredentialNotice.objects.filter(reader=lead).delete()

    grow()
    assert_constant_queries(serve, grow)


@pytest.mark.django_db(transaction=True)
def test_ten_runs_at_once_tell_once():
    organisation = OrganisationFactory()
    MembershipFactory(organisation=organisation, role="lead")
    tree = course_tree()
    for _ in range(3):
        credential(MembershipFactory(organisation=organisation).person, tree, at=JANUARY, validity_months=24)
    mail.outbox.clear()
    counts = together(lambda: tell_ending(now=at(30)), 10)
    assert sum(counts) == len(mail.outbox) == 4
