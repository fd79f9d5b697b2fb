"""What the screens of practices show."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast
from wagtail.models import Page, WorkflowState

from cms.accounts.models import User
from cms.core.querysets import holding_words
from cms.core.text import fold, words
from cms.roadmap.models import Theme, ThemeLink
from interview_toolkit.practices.enums import Standing
from interview_toolkit.practices.errors import NobodyToTell
from interview_toolkit.practices.models import Comment, PracticePage, Trial


def practices_found(chosen: Mapping[str, str]) -> QuerySet[Any]:
    """The published practices that answer, the latest first."""
    pages = PracticePage.objects.live().select_related("organisation").annotate(tried=Count("trials"))
    if text := chosen.get("q"):
        pages = holding_words(pages, text, "title", "context", "what_we_did", "what_changed", "watch_out")
        pages = pages if words(fold(text)) else pages.none()
    if code := chosen.get("theme"):
        pages = pages.filter(Exists(ThemeLink.objects.filter(page=OuterRef("pk"), theme__code=code)))
    if code := chosen.get("technique"):
        pages = pages.filter(techniques__code=code)
    if code := chosen.get("structure"):
        pages = pages.filter(organisation__code=code)
    if code := chosen.get("etape"):
        pages = pages.filter(pathway_step__code=code)
    return pages.order_by("-first_published_at", "pk")


def themes_without() -> list[Theme]:
    """The themes of the roadmap in force that no published practice speaks of."""
    told = ThemeLink.objects.filter(theme=OuterRef("pk"), page__in=PracticePage.objects.live())
    return list(Theme.objects.current().exclude(Exists(told)))


@dataclass(frozen=True)
class Proposal:
    """What someone proposed, and where it stands."""

    page: PracticePage
    standing: Standing


def proposed_by(person: User) -> list[Proposal]:
    """What someone proposed, the latest first."""
    kind = ContentType.objects.get_for_model(Page)
    last = WorkflowState.objects.filter(base_content_type=kind, object_id=Cast(OuterRef("pk"), CharField()))
    last_status = last.order_by("-created_at", "-pk").values("status")[:1]
    pages = PracticePage.objects.filter(owner=person).annotate(review=Subquery(last_status))
    pages = pages.order_by("-latest_revision_created_at", "-pk")[:20]
    return [Proposal(page, page.standing_after(page.review)) for page in pages]


@dataclass(frozen=True)
class ProposalSheet:
    """What its author sees of a practice that is not published: as last written, and why it came back."""

    page: PracticePage
    standing: Standing
    reason: str


def proposal_sheet(row: PracticePage) -> ProposalSheet:
    last = row.workflow_states.order_by("-created_at", "-pk").select_related("current_task_state").first()
    standing = row.standing_after(last.status if last else None)
    task = last.current_task_state if last and standing == Standing.TO_REWORK else None
    return ProposalSheet(row.get_latest_revision_as_object(), standing, task.comment if task else "")


def who_wrote(page: PracticePage, public_id: str) -> User:
    """The person of this identifier who wrote about a practice. Raises NobodyToTell."""
    for comment in Comment.objects.filter(practice=page, to=None).select_related("person"):
        if str(comment.person.public_id) == public_id:
            return comment.person
    raise NobodyToTell


def practices_with(technique: str) -> QuerySet[PracticePage]:
    return PracticePage.objects.live().filter(techniques__code=technique).order_by("path")


@dataclass(frozen=True)
class Sheet:
    themes: list[Theme]
    techniques: list[Any]
    adaptations: list[PracticePage]
    trying: list[tuple[str, int]]
    """The organisations that try it, with how many of their people say so."""
    is_mine: bool
    i_try: bool
    can_write: bool
    threads: list[tuple[User, list[Comment]]]
    """What was said with each person who wrote: all of them for the author, their own for anyone else."""

    @property
    def tried(self) -> int:
        return sum(number for _name, number in self.trying)


def practice_sheet(page: PracticePage, person: User) -> Sheet:
    links = [link.theme for link in page.theme_links.select_related("theme__roadmap", "theme__objective")]
    trials = list(Trial.objects.filter(practice=page).select_related("organisation")) if page.pk else []
    names = Counter(trial.organisation.name if trial.organisation else "Sans structure" for trial in trials)
    is_mine = page.owner_id == person.pk
    said = Comment.objects.filter(practice=page).select_related("person", "to") if page.pk else Comment.objects.none()
    threads: dict[User, list[Comment]] = {}
    for comment in said if is_mine else said.filter(Q(person=person) | Q(to=person)):
        threads.setdefault(comment.reader, []).append(comment)
    return Sheet(
        themes=sorted((theme for theme in links if theme.roadmap.is_current), key=lambda theme: theme.order),
        techniques=list(page.techniques.all()),
        adaptations=list(page.adaptations.live().select_related("organisation")) if page.pk else [],
        trying=sorted(names.items()),
        is_mine=is_mine,
        i_try=any(trial.person_id == person.pk for trial in trials),
        can_write=not is_mine and page.owner is not None and page.owner.is_active,
        threads=list(threads.items()),
    )
