"""The credentials behind the screens of /pilotage/attestations/."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.fields.json import KT

from certifications.enums import EventKind, Purpose, RenewalPath, State
from certifications.models import Credential, CredentialDefinition, CredentialSource, DefinitionCourse
from certifications.querysets import EVER, LONGEST_EXTENSION, OPENS_ON, REPORTS_NOTHING, CredentialQuerySet, dates_of
from certifications.states import state_of
from cms.accounts.models import FormerName, User
from cms.core.functions import Fold
from cms.core.querysets import holding_words
from coordination.attestations.enums import Deed, End, Order
from coordination.attestations.filters import CredentialChoices, CredentialFilters
from coordination.filters import Choice
from coordination.queries.people import memberships_within
from coordination.queries.reach import Reach, choices_for
from courses.models import CoursePage, Enrolment


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """One line. `name` is how the person is called now, `holder` what the credential says.

    `number`: empty when it would tell a lead the scores that whoever holds it may read.
    """

    pk: int
    number: str
    person_id: str
    first_name: str
    last_name: str
    holder: str
    organisations: tuple[str, ...]
    title: str
    issued_at: datetime
    valid_from: date
    ends_on: date | None
    opens_on: date | None
    is_extended: bool
    is_erased: bool
    is_under_way: bool
    state: State

    @property
    def name(self) -> str:
        return f"{self.last_name} {self.first_name}".strip()

    @property
    def other_name(self) -> str:
        """What it says, when the person is no longer called so."""
        return "" if self.holder == f"{self.first_name} {self.last_name}".strip() else self.holder


def choices_of(reach: Reach) -> CredentialChoices:
    definitions = CredentialDefinition.objects.filter(Exists(Credential.objects.filter(definition=OuterRef("pk"))))
    named = definitions.order_by(Fold("title"), "pk").values_list("pk", "title")
    return CredentialChoices(
        definitions=tuple(Choice(pk, str(pk), title) for pk, title in named),
        organisations=choices_for(reach).organisations,
    )


def credentials_within(user: User, reach: Reach, filters: CredentialFilters) -> CredentialQuerySet:
    """Those `user` may see that match the filters, in their order; the lapsed ones are among them."""
    rows: CredentialQuerySet = Credential.objects.visible_to(user)
    if filters.state:
        rows = rows.in_state(filters.state, reach.day)
    return _filtered(rows, reach, filters)


def to_renew_within(user: User, reach: Reach, filters: CredentialFilters) -> CredentialQuerySet:
    """Those `user` may see that end soon, or lapsed and were not renewed."""
    return _filtered(Credential.objects.visible_to(user).to_renew(reach.day), reach, filters)


def _filtered(rows: CredentialQuerySet, reach: Reach, filters: CredentialFilters) -> CredentialQuerySet:
    if filters.definition:
        rows = rows.filter(definition=filters.definition.pk)
    if filters.organisation or filters.is_without_organisation:
        posts = memberships_within(reach).filter(person=OuterRef("person"))
        if filters.organisation:
            rows = rows.filter(Exists(posts.filter(organisation=filters.organisation.pk)))
        else:
            rows = rows.filter(~Exists(posts))
    if filters.name:
        rows = rows.filter(person__in=_called(filters.name))
    if filters.end:
        rows = _ending(rows, filters.end, reach.day)
    return _in_order(rows, filters.order)


def _called(name: str) -> QuerySet[Any]:
    """Ids of the people called so, now or before: an attestation says the name of its day."""
    now = User.objects.order_by().values("pk")
    before = FormerName.objects.order_by().values("person")
    return holding_words(now, name, "first_name", "last_name").union(
        holding_words(before, name, "first_name", "last_name")
    )


def _ending(rows: CredentialQuerySet, end: End, day: date) -> CredentialQuerySet:
    """By the dates they were issued with first, which an index knows; then by their extensions."""
    if end == End.NEVER:
        return rows.filter(valid_until=None)
    first, last = (EVER, day - timedelta(days=1)) if end == End.PASSED else (day, day + timedelta(days=int(end)))
    near = rows.filter(valid_until__gte=first - timedelta(days=LONGEST_EXTENSION), valid_until__lte=last)
    return near.with_facts().filter(ends_on__gte=first, ends_on__lte=last)


def _in_order(rows: CredentialQuerySet, order: Order) -> CredentialQuerySet:
    by_name = (Fold("person__last_name"), Fold("person__first_name"), F("person_id"))
    match order:
        case Order.NAME:
            return rows.order_by(*by_name, "pk")
        case Order.NAME_REVERSED:
            return rows.order_by(*(expression.desc() for expression in by_name), "-pk")
        case Order.END:
            return rows.with_facts().order_by(F("ends_on").asc(nulls_last=True), "pk")
        case Order.END_REVERSED:
            return rows.with_facts().order_by(F("ends_on").desc(nulls_last=True), "-pk")
        case Order.ISSUE:
            return rows.order_by("issued_at", "pk")
    return rows.order_by("-issued_at", "-pk")


class CredentialListing(Sequence[CredentialRow]):
    """What a paginator slices: which ones, then what is shown of them, so that it is read for those alone."""

    def __init__(self, rows: CredentialQuerySet, reach: Reach) -> None:
        self.rows = rows
        self.reach = reach
        self.size = rows.order_by().count()

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, part: Any) -> Any:
        ids = list(self.rows.values_list("pk", flat=True)[part])
        found = {one.pk: one for one in _shown(Credential.objects.filter(pk__in=ids), self.reach)}
        return [_row(found[pk], self.reach.day) for pk in ids]


def every_row(rows: CredentialQuerySet, reach: Reach) -> Iterator[CredentialRow]:
    """Every credential filtered, through a cursor of the server, in bounded memory."""
    for found in _shown(rows, reach).iterator(chunk_size=500):
        yield _row(found, reach.day)


def _shown(rows: CredentialQuerySet, reach: Reach) -> CredentialQuerySet:
    posts = memberships_within(reach).filter(person=OuterRef("person")).order_by(Fold("organisation__name"))
    shown: CredentialQuerySet = (
        rows.with_facts()
        .annotate(
            organisations=ArraySubquery(posts.values("organisation__name")),
            title=KT("snapshot__title"),
            holder=KT("snapshot__holder__name"),
            is_under_way=Exists(renewals_under_way()),
            is_told=Value(True) if reach.organisations is None else told_to_leads(),
        )
        .select_related("person", "definition")
        .defer("snapshot")
    )
    return shown


def told_to_leads() -> Any:
    return Case(When(REPORTS_NOTHING | Q(snapshot__isnull=True), then=True), default=False)


def renewals_under_way() -> Any:
    """Enrolments of the holder that will renew the credential once done: as `renewal_under_way` reads one by one."""
    links = DefinitionCourse.objects.filter(
        Q(definition__renewal_path=RenewalPath.COURSES, purpose=Purpose.RENEWAL)
        | (~Q(definition__renewal_path=RenewalPath.COURSES) & Q(purpose=Purpose.AWARD)),
        definition=OuterRef(OuterRef("definition")),
        course=OuterRef("course"),
    )
    used = CredentialSource.objects.filter(definition=OuterRef(OuterRef("definition")), enrolment=OuterRef("pk"))
    return Enrolment.objects.open().filter(
        Exists(links), ~Exists(used), person=OuterRef("person"), state__completed_at=None
    )


def _row(found: Any, day: date) -> CredentialRow:
    dates = dates_of(found)
    return CredentialRow(
        pk=found.pk,
        number=str(found.public_id) if found.is_told else "",
        person_id=str(found.person.public_id),
        first_name=found.person.first_name,
        last_name=found.person.last_name,
        holder=found.holder or "",
        organisations=tuple(dict.fromkeys(found.organisations)),
        title=found.title or found.definition.title,
        issued_at=found.issued_at,
        valid_from=found.valid_from,
        ends_on=dates.ends_on,
        opens_on=dates.window_opens_on,
        is_extended=found.extended_until is not None,
        is_erased=found.title is None,
        is_under_way=found.is_under_way,
        state=state_of(dates, day),
    )


@dataclass(frozen=True, slots=True)
class RenewalSize:
    """How many people and credentials there are to renew, those already on the way, those whose window is closed."""

    people: int
    credentials: int
    under_way: int
    too_early: int


def renewal_size(rows: CredentialQuerySet, day: date) -> RenewalSize:
    """Three queries: what is under way starts from the few enrolments open, not from each credential."""
    rows = rows.order_by()
    early = rows.alias(opens_on=OPENS_ON).filter(opens_on__gt=day)
    return RenewalSize(
        **rows.aggregate(people=Count("person", distinct=True), credentials=Count("pk")),
        under_way=rows.filter(Exists(renewals_under_way())).count(),
        too_early=early.filter(~Exists(renewals_under_way())).count(),
    )


@dataclass(frozen=True, slots=True)
class RenewalGroup:
    """The credentials to renew of one definition, and what there is to do again."""

    definition: CredentialDefinition
    code: str
    count: int
    courses: tuple[CoursePage, ...]


def renewal_groups(rows: CredentialQuerySet) -> list[RenewalGroup]:
    """Three queries, however many rows."""
    counts = dict(rows.order_by().values_list("definition").annotate(count=Count("pk")))
    definitions = CredentialDefinition.objects.filter(pk__in=counts).with_courses().order_by(Fold("title"), "pk")
    return [
        RenewalGroup(
            definition=definition,
            code=str(definition.pk),
            count=counts[definition.pk],
            courses=tuple(
                definition.courses_for(
                    Purpose.RENEWAL if definition.renewal_path == RenewalPath.COURSES else Purpose.AWARD
                )
            ),
        )
        for definition in definitions
    ]


@dataclass(frozen=True, slots=True)
class CredentialSheet:
    """One credential: what it states, what happened to it, and those it follows or that follow it."""

    credential: Credential
    state: State
    ends_on: date | None
    events: tuple[Any, ...]
    renewals: tuple[Credential, ...]
    replaced_by: Credential | None
    deeds: tuple[Deed, ...]

    @property
    def is_alone(self) -> bool:
        """Whether it follows no other, and none follows it."""
        credential = self.credential
        return not (credential.renews_id or credential.supersedes_id or self.renewals or self.replaced_by)


def credential_sheet(credential: Credential, user: User, day: date) -> CredentialSheet:
    """`credential` comes read `with_facts()`.

    Why it was extended is not told to a lead, nor any reason once the person is erased: it may name somebody.
    """
    dates = dates_of(credential)
    events = tuple(credential.events.select_related("author"))
    for event in events:
        if credential.snapshot is None or (event.kind == EventKind.EXTENDED and not user.sees_everyone):
            event.reason = ""
    return CredentialSheet(
        credential=credential,
        state=state_of(dates, day),
        ends_on=dates.ends_on,
        events=events,
        renewals=tuple(credential.renewals.order_by("pk")),
        replaced_by=Credential.objects.filter(supersedes=credential).first(),
        deeds=deeds_for(credential, user),
    )


def deeds_for(credential: Credential, user: User) -> tuple[Deed, ...]:
    """What `user` may still do to it: nothing for a lead, nor to what was taken back or replaced."""
    if not user.sees_everyone or credential.is_revoked or credential.is_superseded:
        return ()
    if credential.snapshot is None:  # a number, a fingerprint and dates are left: there is nothing to correct
        return (Deed.REVOKE,)
    if credential.valid_until is None:
        return (Deed.CORRECT, Deed.REVOKE)
    return (Deed.EXTEND, Deed.CORRECT, Deed.REVOKE)
