"""Every write of commitments."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from cms.accounts.models import User
from cms.core.mail import signature
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import ThemeLink
from cms.roadmap.services import record_evidence
from interview_toolkit.commitments.enums import Answer, Interview
from interview_toolkit.commitments.errors import AlreadyAnswered, TooMany
from interview_toolkit.commitments.models import AFTER, Commitment
from interview_toolkit.practices.models import PracticePage
from interview_toolkit.techniques.models import TechniquePage

MOST_OPEN = 5
# Past so long, a mail would ask of something forgotten: the site still does.
TOO_LATE = timedelta(days=60)
BATCH = 200


@transaction.atomic
def commit_to(
    *,
    person: User,
    interview: Interview | str,
    due_on: date,
    technique: TechniquePage | None = None,
    practice: PracticePage | None = None,
) -> Commitment:
    """Note what someone means to try: a technique, or a practice. Raises TooMany."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if Commitment.objects.visible_to(person).open().count() >= MOST_OPEN:
        raise TooMany(MOST_OPEN)
    return Commitment.objects.create(
        person=person, technique=technique, practice=practice, interview=interview, due_on=due_on
    )


@transaction.atomic
def answer(*, commitment: Commitment, answer: Answer | str, line: str = "") -> Commitment:
    """Note what became of it. *Tried* is evidence on the themes of what was tried. Raises AlreadyAnswered.

    The same answer twice is once.
    """
    known = (
        Commitment.objects.select_for_update(of=("self",), no_key=True).select_related("person").get(pk=commitment.pk)
    )
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
    due = Commitment.objects.to_ask(now=now, after=AFTER, until=TOO_LATE)
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


def _ask(commitment: Commitment) -> None:
    address = f"{settings.WAGTAILADMIN_BASE_URL}{commitment.get_absolute_url()}"
    answers = [(str(one.label), f"{address}?reponse={one.value}") for one in Answer]
    context = signature() | {"commitment": commitment, "person": commitment.person, "answers": answers}
    body = render_to_string("commitments/mail/ask.txt", context)
    send_mail(f"Alors, cet essai ? {commitment.subject.title}", body.strip(), None, [commitment.person.email])
