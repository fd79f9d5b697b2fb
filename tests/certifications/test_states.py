"""What a credential is worth on a day: a function of dates and events, whoever runs or does not run meanwhile."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certifications.enums import State
from certifications.errors import AlreadyRevoked, ExtensionTooShort, NothingToCorrect, NothingToExtend, ReasonNeeded
from certifications.models import Credential
from certifications.querysets import dates_of
from certifications.services import correct, extend, forget_holder, issue_for, revoke
from certifications.snapshot import Employer
from certifications.states import Dates, months_after, state_of, validity
from cms.accounts.queries import Name
from courses.services import retake
from tests.factories.certifications import complete, credential, definition, do_steps
from tests.factories.courses import course_tree

DAYS = st.dates(date(2020, 1, 1), date(2035, 1, 1))
MONTHS = st.integers(1, 240)
JANUARY = datetime(2026, 1, 15, 9, tzinfo=UTC)

ends = Dates(date(2026, 1, 15), date(2028, 1, 15), window_days=90)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2026, 1, 14), State.NOT_YET),
        (date(2026, 1, 15), State.VALID),
        (date(2027, 10, 16), State.VALID),
        (date(2027, 10, 17), State.EXPIRING),
        (date(2028, 1, 15), State.EXPIRING),
        (date(2028, 1, 16), State.EXPIRED),
    ],
)
def test_each_day_has_its_state(day, state):
    assert state_of(ends, day) == state


def test_an_extension_lengthens_it_and_leaves_its_window():
    longer = Dates(ends.valid_from, ends.valid_until, date(2028, 4, 15), window_days=90)
    assert (longer.window_opens_on, longer.ends_on) == (ends.window_opens_on, date(2028, 4, 15))
    assert state_of(longer, date(2028, 4, 15)) == State.EXPIRING
    assert state_of(longer, date(2028, 4, 16)) == State.EXPIRED


def test_months_end_with_the_month():
    assert [months_after(date(2026, 1, 31), n) for n in (1, 3, 12)] == [
        date(2026, 2, 28),
        date(2026, 4, 30),
        date(2027, 1, 31),
    ]


@given(DAYS, MONTHS, st.integers(0, 366), st.integers(0, 366), st.integers(0, 800))
def test_renewed_in_its_window_the_next_end_does_not_drift(start, months, window, extended, waited):
    _, until = validity(completed_on=start, months=months)
    assert until is not None
    previous = Dates(start, until, until + timedelta(days=extended), window_days=window)
    on = until - timedelta(days=window) + timedelta(days=waited)
    first, last = validity(completed_on=on, months=months, previous=previous)
    assert first == on
    assert last == months_after(until if on <= previous.ends_on else on, months)


@given(DAYS, MONTHS, DAYS, DAYS, st.booleans(), st.booleans(), st.booleans())
def test_a_state_never_goes_back_with_time(start, months, one, other, revoked, superseded, renewed):
    order = [State.NOT_YET, State.VALID, State.EXPIRING, State.EXPIRED]
    _, until = validity(completed_on=start, months=months)
    dates = Dates(start, until, None, 90, revoked, superseded, renewed)
    states = [state_of(dates, day) for day in sorted((one, other))]
    if revoked or superseded:
        assert states == [State.REVOKED if revoked else State.SUPERSEDED] * 2
    else:
        assert order.index(states[0]) <= order.index(states[1])


def state(credential: Credential, day: date) -> State:
    return state_of(dates_of(Credential.objects.with_facts().get(pk=credential.pk)), day)


@pytest.mark.django_db
def test_a_month_without_any_worker_changes_nothing(professional):
    awarded = credential(professional, at=JANUARY, validity_months=12)
    assert [state(awarded, day) for day in (date(2026, 6, 1), date(2026, 12, 1), date(2027, 3, 1))] == [
        State.VALID,
        State.EXPIRING,
        State.EXPIRED,
    ]


@pytest.mark.django_db
def test_revoking_says_why_and_who(professional, coordinator):
    awarded = credential(professional)
    with pytest.raises(ReasonNeeded):
        revoke(credential=awarded, author=coordinator, reason="  ")
    event = revoke(credential=awarded, author=coordinator, reason="Délivrée par erreur")
    assert (event.author, event.reason, state(awarded, date.today())) == (
        coordinator,
        "Délivrée par erreur",
        State.REVOKED,
    )
    with pytest.raises(AlreadyRevoked):
        extend(credential=awarded, author=coordinator, until=date(2030, 1, 1), reason="Plus longtemps")


@pytest.mark.django_db
def test_an_extension_is_longer_than_the_end_and_less_than_a_year(professional, coordinator):
    awarded = credential(professional, at=JANUARY, validity_months=12)
    for until in (date(2027, 1, 15), date(2028, 1, 17)):
        with pytest.raises(ExtensionTooShort):
            extend(credential=awarded, author=coordinator, until=until, reason="Séance annulée")
    extend(credential=awarded, author=coordinator, until=date(2027, 4, 15), reason="Séance annulée")
    assert state(awarded, date(2027, 4, 15)) == State.EXPIRING


@pytest.mark.django_db
def test_what_has_no_end_is_not_extended(professional, coordinator):
    with pytest.raises(NothingToExtend):
        extend(credential=credential(professional), author=coordinator, until=date(2030, 1, 1), reason="?")


@pytest.mark.django_db
def test_a_renewal_is_a_new_row_in_a_new_cycle(professional, coordinator):
    tree = course_tree()
    definition(tree.course, validity_months=12)
    first = complete(professional, tree, at=JANUARY)
    [awarded] = issue_for(enrolment_id=first.pk)
    extend(credential=awarded, author=coordinator, until=date(2027, 4, 15), reason="Séance annulée")
    again = retake(enrolment=first)
    do_steps(again, at=datetime(2027, 3, 1, 9, tzinfo=UTC))
    [renewed] = issue_for(enrolment_id=again.pk)
    assert (renewed.renews, renewed.valid_from, renewed.valid_until) == (awarded, date(2027, 3, 1), date(2028, 1, 15))
    assert (state(awarded, date(2027, 3, 1)), state(awarded, date(2027, 5, 1))) == (State.VALID, State.EXPIRED)


@pytest.mark.django_db
def test_a_shorter_course_renews_in_the_window_only(professional, lead):
    full, short = course_tree(title="Entière"), course_tree(title="Courte")
    definition(full.course, renewal=(short.course,), renewal_path="courses", validity_months=12)
    [awarded] = issue_for(enrolment_id=complete(professional, full, at=JANUARY).pk)
    early = complete(professional, short, at=datetime(2026, 5, 1, 9, tzinfo=UTC))
    assert issue_for(enrolment_id=early.pk) == []
    in_time = retake(enrolment=early)
    do_steps(in_time, at=datetime(2026, 12, 1, 9, tzinfo=UTC))
    [renewed] = issue_for(enrolment_id=in_time.pk)
    assert (renewed.renews, renewed.valid_until) == (awarded, date(2028, 1, 15))
    assert issue_for(enrolment_id=complete(lead, short).pk) == []


@pytest.mark.django_db
def test_some_steps_renew_before_the_rest_is_done(professional):
    tree = course_tree(lessons=2, quizzes=1)
    quiz = str(tree.quizzes[0].step_key)
    definition(tree.course, renewal_path="steps", renewal_steps=[quiz], validity_months=12)
    first = complete(professional, tree, at=JANUARY)
    [awarded] = issue_for(enrolment_id=first.pk)
    again = retake(enrolment=first)
    do_steps(again, quiz, at=datetime(2026, 12, 1, 9, tzinfo=UTC))
    [renewed] = issue_for(enrolment_id=again.pk)
    assert (renewed.renews, [step["title"] for step in renewed.snapshot["hours"]["steps"]]) == (awarded, ["Quiz 1.1"])
    do_steps(again)
    assert issue_for(enrolment_id=again.pk) == []


@pytest.mark.django_db
def test_two_completions_found_late_make_a_chain_in_order(professional):
    tree = course_tree()
    definition(tree.course, validity_months=12)
    first = complete(professional, tree, at=JANUARY)
    second = retake(enrolment=first)
    do_steps(second, at=datetime(2026, 12, 1, 9, tzinfo=UTC))
    older, newer = issue_for(enrolment_id=second.pk)
    assert ((older.enrolment, older.renews), (newer.enrolment, newer.renews)) == ((first, None), (second, older))


@pytest.mark.django_db
def test_a_correction_takes_the_place_of_what_was_wrong(professional, coordinator):
    awarded = credential(professional, at=JANUARY, validity_months=12)
    with pytest.raises(NothingToCorrect):
        correct(
            credential=awarded,
            author=coordinator,
            reason="Nom",
            name=Name(professional.first_name, professional.last_name),
        )
    fixed = correct(
        credential=awarded,
        author=coordinator,
        reason="Nom mal écrit",
        name=Name("Zoé", "$&{personne}"),
        employer=Employer("CAF"),
    )
    assert state(awarded, date(2026, 2, 1)) == State.SUPERSEDED
    assert state(fixed, date(2026, 2, 1)) == State.VALID
    assert (fixed.valid_until, fixed.enrolment_id) == (awarded.valid_until, awarded.enrolment_id)
    said = fixed.snapshot
    assert said["wording"]["statement"].startswith("Nous attestons que Zoé $&{personne}, CAF, a suivi")
    assert (said["supersedes"], said["correction_reason"]) == (str(awarded.public_id), "Nom mal écrit")
    assert Credential.objects.get(pk=awarded.pk).snapshot == awarded.snapshot
    assert issue_for(enrolment_id=awarded.enrolment_id) == []


@pytest.mark.django_db
def test_erasing_a_holder_leaves_number_fingerprint_and_dates(professional):
    awarded = credential(professional)
    assert (forget_holder(person=professional), forget_holder(person=professional)) == (1, 0)
    kept = Credential.objects.get(pk=awarded.pk)
    assert (kept.snapshot, kept.sha256, kept.public_id) == (None, awarded.sha256, awarded.public_id)
