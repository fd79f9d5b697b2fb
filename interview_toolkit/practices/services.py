"""Every write of practices."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from wagtail.models import Page, Workflow, WorkflowState

from cms.accounts.models import Membership, Organisation, User
from cms.core.text import slug_of
from cms.pages.models import PathwayStep
from cms.roadmap.models import Theme, ThemeLink
from interview_toolkit.practices.errors import BeingReread, NobodyToTell, NotBeingReread, NotOpen, OwnPractice, TooMany
from interview_toolkit.practices.letters import tell_of_comment
from interview_toolkit.practices.models import WORKFLOW, Comment, PracticeIndexPage, PracticePage, Trial
from interview_toolkit.techniques.models import TechniquePage

MOST_A_DAY = 10
A_DAY = timedelta(days=1)


@transaction.atomic
def propose(
    *,
    person: User,
    title: str,
    texts: dict[str, str],
    themes: Iterable[Theme],
    techniques: Iterable[TechniquePage],
    pathway_step: PathwayStep | None = None,
    adapted_from: PracticePage | None = None,
    form_key: UUID | None = None,
) -> PracticePage:
    """Keep a practice as a draft, and give it to reread (workflow `WORKFLOW`). Raises NotOpen, TooMany.

    `texts` are those of PracticePage: context, what_we_did, what_changed, watch_out. The same `form_key` again returns
    the practice it made, and changes nothing.
    """
    index = PracticeIndexPage.objects.live().select_for_update(of=("self",)).first()
    workflow = Workflow.objects.active().filter(name=WORKFLOW).first()
    if index is None or workflow is None:
        raise NotOpen
    known = _mine(person).filter(form_key=form_key).first() if form_key else None
    if known is not None:
        return known
    if (
        _mine(person).filter(first_published_at=None, latest_revision_created_at__gt=timezone.now() - A_DAY).count()
        >= MOST_A_DAY
    ):
        raise TooMany(f"proposé {MOST_A_DAY} fiches")
    page = PracticePage(
        title=title,
        slug=_free_slug(index, title),
        live=False,
        owner=person,
        organisation=organisation_of(person),
        pathway_step=pathway_step,
        adapted_from=adapted_from,
        form_key=form_key,
        **texts,
    )
    index.add_child(instance=page)
    page.techniques.set(techniques)
    page.theme_links = [ThemeLink(theme=theme) for theme in themes]
    page.save_revision(user=person, clean=False)
    # By nobody, for Wagtail: it would write to whoever asked, with addresses of the publishing tools.
    workflow.start(page, None)
    return page


@transaction.atomic
def send_again(
    *,
    person: User,
    practice: PracticePage,
    title: str,
    texts: dict[str, str],
    themes: Iterable[Theme],
    techniques: Iterable[TechniquePage],
    pathway_step: PathwayStep | None = None,
) -> PracticePage:
    """Keep what its author made of a practice, and give it to reread again: the same page, its history with it.

    Raises NotOpen, BeingReread, PracticePage.DoesNotExist when it is published or somebody else's.
    """
    page = _locked(person, practice)
    review = page.current_workflow_state
    workflow = Workflow.objects.active().filter(name=WORKFLOW).first()
    if review is not None and review.status == WorkflowState.STATUS_IN_PROGRESS:
        raise BeingReread
    if workflow is None:
        raise NotOpen
    page.title, page.pathway_step = title, pathway_step
    for name, text in texts.items():
        setattr(page, name, text)
    page.techniques = list(techniques)
    page.theme_links = [ThemeLink(theme=theme) for theme in themes]
    page.save_revision(user=person, clean=False)
    if review is not None:
        review.resume()
    else:
        workflow.start(page, None)
    return page


@transaction.atomic
def withdraw(*, person: User, practice: PracticePage) -> None:
    """Take back what one proposed, before it is published. Raises NotBeingReread."""
    review = _locked(person, practice).current_workflow_state
    if review is None:
        raise NotBeingReread
    review.cancel(user=person)


@transaction.atomic
def try_too(*, person: User, practice: PracticePage, is_trying: bool) -> None:
    """Say one's organisation tries a practice, once; or no longer. Raises OwnPractice."""
    if practice.owner_id == person.pk:
        raise OwnPractice
    if is_trying:
        trial = Trial(person=person, practice=practice, organisation=organisation_of(person))
        Trial.objects.bulk_create([trial], ignore_conflicts=True)
    else:
        Trial.objects.of(person).filter(practice=practice).delete()


@transaction.atomic
def comment(*, person: User, practice: PracticePage, text: str) -> Comment:
    """Write to the author of a practice, who is told by mail. Raises OwnPractice, NobodyToTell, TooMany."""
    author = practice.owner
    if author is None or not author.is_active:
        raise NobodyToTell
    if author == person:
        raise OwnPractice
    return _say(person, practice, text)


@transaction.atomic
def reply(*, author: User, practice: PracticePage, to: User, text: str) -> Comment:
    """Answer one of those who wrote about one's practice: they are told by mail, and nobody else reads it.

    Raises NobodyToTell when they did not write, or left; TooMany.
    """
    wrote = Comment.objects.filter(practice=practice, person=to)
    if practice.owner_id != author.pk or not to.is_active or not wrote.exists():
        raise NobodyToTell
    return _say(author, practice, text, to=to)


@transaction.atomic
def forget(*, person: User) -> None:
    """Delete what someone wrote to authors of practices, and what was answered to them (RGPD, article 17).

    A practice they proposed is their organisation's: it stays, and no longer says who wrote it.
    """
    Comment.objects.filter(Q(person=person) | Q(to=person)).delete()


def _say(person: User, practice: PracticePage, text: str, *, to: User | None = None) -> Comment:
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if Comment.objects.filter(person=person, said_at__gt=timezone.now() - A_DAY).count() >= MOST_A_DAY:
        raise TooMany(f"écrit {MOST_A_DAY} mots")
    said = Comment.objects.create(practice=practice, person=person, to=to, text=text)
    tell_of_comment(said)
    return said


def _locked(person: User, practice: PracticePage) -> PracticePage:
    """What someone proposed, as they or a reviewer last wrote it, nobody else at it."""
    row: PracticePage = _mine(person).filter(live=False).select_for_update(of=("self",)).get(pk=practice.pk)
    page: PracticePage = row.get_latest_revision_as_object()
    return page


def organisation_of(person: User) -> Organisation | None:
    """Where someone works now; the first when they have several."""
    current = Membership.objects.current().filter(person=person).select_related("organisation")
    membership = current.order_by("starts_on", "pk").first()
    return membership.organisation if membership else None


def _mine(person: User) -> Any:
    return PracticePage.objects.filter(owner=person)


def _free_slug(index: PracticeIndexPage, title: str) -> str:
    base = slug_of(title, 60) or "fiche"
    taken = set(Page.objects.child_of(index).filter(slug__startswith=base).values_list("slug", flat=True))
    names = (base if at == 1 else f"{base}-{at}" for at in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
