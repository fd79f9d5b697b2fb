"""Every write of commitments."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Count, Exists, OuterRef
from django.template.loader import render_to_string
from django.utils import timezone

from cms.accounts.models import Membership, User
from cms.core.mail import signature
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import ThemeLink
from cms.roadmap.services import record_evidence
from interview_toolkit.commitments.enums import Answer, Interview
from interview_toolkit.commitments.errors import (
    AlreadyAnswered,
    AlreadyCommitted,
    NobodyAtEase,
    NoNeed,
    PairAnswered,
    TooMany,
    Withdrawn,
)
from interview_toolkit.commitments.models import AFTER, Commitment, Pair
from interview_toolkit.observations.queries import at_ease_with
from interview_toolkit.practices.models import PracticePage
from interview_toolkit.techniques.models import TechniquePage

MOST_OPEN = 5
# So long after the day one was to be asked, a mail would ask of something forgotten: the site still does.
TOO_LATE = timedelta(days=60)
BATCH = 200
MOST_ASKED = 3
# A request for a pair left without an answer so long is closed, and somebody else may be asked.
PATIENCE = timedelta(days=14)


@transaction.atomic
def commit_to(
    *,
    person: User,
    interview: Interview | str,
    due_on: date,
    technique: TechniquePage | None = None,
    practice: PracticePage | None = None,
    form_key: UUID | None = None,
) -> Commitment:
    """Note what someone means to try: a technique, or a practice. Raises AlreadyCommitted, TooMany.

    The same `form_key` again returns the first and changes nothing.
    """
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    mine = Commitment.objects.visible_to(person)
    known = mine.filter(form_key=form_key).first() if form_key else None
    if known is not None:
        return known
    if mine.open().filter(technique=technique, practice=practice).exists():
        raise AlreadyCommitted
    if mine.open().count() >= MOST_OPEN:
        raise TooMany(MOST_OPEN)
    return Commitment.objects.create(
        person=person, technique=technique, practice=practice, interview=interview, due_on=due_on, form_key=form_key
    )


@transaction.atomic
def withdraw(*, commitment: Commitment) -> None:
    """Forget what one meant to try, before any answer. Raises AlreadyAnswered."""
    found = Commitment.objects.open().select_for_update(of=("self",)).filter(pk=commitment.pk).first()
    if found is None:
        raise AlreadyAnswered
    found.delete()


@transaction.atomic
def answer(*, commitment: Commitment, answer: Answer | str, line: str = "") -> Commitment:
    """Note what became of it. *Tried* is evidence on the themes of what was tried.

    The same answer twice is once. Raises AlreadyAnswered, Withdrawn.
    """
    rows = Commitment.objects.select_for_update(of=("self",), no_key=True).select_related("person")
    known = rows.filter(pk=commitment.pk).first()
    if known is None:
        raise Withdrawn
    if known.answered_at is not None:
        if known.answer != answer:
            raise AlreadyAnswered
        return known
    known.answer, known.line, known.answered_at = str(answer), line, timezone.now()
    known.save(update_fields=["answer", "line", "answered_at"])
    if answer == Answer.TRIED:
        themes = ThemeLink.objects.filter(page=known.technique_id or known.practice_id).values_list("theme", flat=True)
        record_evidence(person=known.person, themes=themes, kind=EvidenceKind.TRIED, source=known.source)
    return known


def ask_due(*, now: datetime | None = None) -> int:
    """Ask by mail, once each, those whose day has come; return how many.

    One transaction each: killed in between, what was asked is not asked again, and the rest is at the next run. After
    a long stop, nobody gets more than one mail for a commitment, nor any for an old one.
    """
    now, count = now or timezone.now(), 0
    due = Commitment.objects.to_ask(day=timezone.localdate(now), after=AFTER, until=TOO_LATE)
    for key in list(due.order_by("made_at").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            rows = Commitment.objects.open().filter(asked_at=None).select_for_update(skip_locked=True, of=("self",))
            found = rows.select_related("person", "technique", "practice").filter(pk=key).first()
            if found is not None:
                found.asked_at = now
                found.save(update_fields=["asked_at"])
                _ask(found)
                count += 1
    return count


@transaction.atomic
def ask_pair(*, commitment: Commitment) -> Pair:
    """Ask someone of another organisation, seen at ease with what one does not dare, without naming either.

    Raises NoNeed, NobodyAtEase.
    """
    rows = Commitment.objects.select_for_update(of=("self",), no_key=True).select_related("person")
    commitment = rows.get(pk=commitment.pk)
    if commitment.answer != Answer.DARE_NOT or commitment.pairs.standing().exists():
        raise NoNeed
    helper = _someone_at_ease(commitment)
    if helper is None:
        raise NobodyAtEase
    pair = Pair.objects.create(commitment=commitment, helper=helper)
    _write(helper, "Quelqu'un aimerait en parler avec vous", "pair_asked", pair, days=PATIENCE.days)
    return pair


@transaction.atomic
def take_back_pair(*, commitment: Commitment) -> None:
    """Stop waiting for an answer, so as to ask somebody else. Raises PairAnswered."""
    rows = Pair.objects.waiting().filter(commitment=commitment).select_for_update(of=("self",), no_key=True)
    pair = rows.first()
    if pair is None:
        raise PairAnswered
    _close(pair, timezone.now())


def close_unanswered(*, now: datetime | None = None) -> int:
    """Close the requests left without an answer, and tell who asked; return how many."""
    now, count = now or timezone.now(), 0
    late = Pair.objects.waiting().filter(asked_at__lte=now - PATIENCE)
    for key in list(late.order_by("asked_at").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            rows = Pair.objects.waiting().with_people().select_for_update(skip_locked=True, of=("self",))
            pair = rows.filter(pk=key).first()
            if pair is not None:
                _close(pair, now)
                _tell_of_nobody(pair)
                count += 1
    return count


@transaction.atomic
def answer_pair(*, helper: User, public_id: UUID, is_accepted: bool) -> Pair:
    """The helper says yes, and both are told who the other is; or no, and nobody is told who. Raises Pair.DoesNotExist,
    PairAnswered.
    """
    rows = Pair.objects.for_helper(helper).with_people().select_for_update(of=("self",), no_key=True)
    pair = rows.get(public_id=public_id)
    if pair.closed_at:
        raise PairAnswered
    if pair.accepted_at or pair.declined_at:
        if bool(pair.accepted_at) != is_accepted:
            raise PairAnswered
        return pair
    name = "accepted_at" if is_accepted else "declined_at"
    setattr(pair, name, timezone.now())
    pair.save(update_fields=[name])
    person = pair.commitment.person
    if is_accepted:
        _write(person, "Votre binôme a dit oui", "pair_accepted", pair, other=pair.helper)
        _write(pair.helper, "Votre binôme", "pair_accepted", pair, other=person)
    else:
        _tell_of_nobody(pair)
    return pair


@transaction.atomic
def forget(*, person: User) -> None:
    """Delete the words someone wrote of their tries (RGPD, article 17); that they tried still counts, for nobody."""
    Commitment.objects.filter(person=person).update(line="")


def _close(pair: Pair, now: datetime) -> None:
    pair.closed_at = now
    pair.save(update_fields=["closed_at"])


def _tell_of_nobody(pair: Pair) -> None:
    """Whether somebody else may be asked is said as it is."""
    commitment = pair.commitment
    is_another = _someone_at_ease(commitment) is not None
    where = f"{settings.WAGTAILADMIN_BASE_URL}{commitment.get_absolute_url()}"
    subject = "Ce n'est pas possible pour cette fois"
    _write(commitment.person, subject, "pair_declined", pair, is_another=is_another, address=where)


def _someone_at_ease(commitment: Commitment) -> User | None:
    """By chance, among those who are free: nobody has more than `MOST_ASKED` requests, nor two for one thing."""
    techniques = [commitment.technique_id] if commitment.technique_id else []
    if commitment.practice is not None:
        techniques = list(commitment.practice.techniques.values_list("pk", flat=True))
    mine = Membership.objects.current().filter(person=commitment.person).values("organisation")
    elsewhere = Membership.objects.current().filter(person=OuterRef("pk")).exclude(organisation__in=mine)
    near = Membership.objects.current().filter(person=OuterRef("pk"), organisation__in=mine)
    busy = Pair.objects.waiting().values("helper").annotate(number=Count("pk")).filter(number__gte=MOST_ASKED)
    people = User.objects.filter(is_active=True, pk__in=at_ease_with(techniques).values("observation__person"))
    people = people.filter(Exists(elsewhere)).exclude(Exists(near)).exclude(pk=commitment.person_id)
    people = people.exclude(pk__in=commitment.pairs.values("helper")).exclude(pk__in=busy.values("helper"))
    return people.order_by("?").first()


def _write(person: User, subject: str, name: str, pair: Pair, **said: object) -> None:
    address = f"{settings.WAGTAILADMIN_BASE_URL}{pair.get_absolute_url()}"
    context = (
        signature() | {"pair": pair, "person": person, "address": address, "subject": pair.commitment.subject} | said
    )
    body = render_to_string(f"commitments/mail/{name}.txt", context)
    send_mail(f"{subject} : {pair.commitment.subject.title}", body.strip(), None, [person.email])


def _ask(commitment: Commitment) -> None:
    address = f"{settings.WAGTAILADMIN_BASE_URL}{commitment.get_absolute_url()}"
    answers = [(str(one.label), f"{address}?reponse={one.value}") for one in Answer]
    context = signature() | {"commitment": commitment, "person": commitment.person, "answers": answers}
    body = render_to_string("commitments/mail/ask.txt", context)
    send_mail(f"Alors, cet essai ? {commitment.subject.title}", body.strip(), None, [commitment.person.email])
