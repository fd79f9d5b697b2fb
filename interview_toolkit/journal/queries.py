"""What the screens of the journal show."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.timezone import localtime

from cms.accounts.models import User
from courses.models import Enrolment
from courses.queries.steps import StepScreen
from interview_toolkit.journal.errors import JournalError
from interview_toolkit.journal.models import FIELDS, Entry, JournalStepPage, Share

PER_PAGE = 20


@dataclass(frozen=True)
class Note:
    """An entry, opened; `trouble` says why when it cannot be."""

    entry: Entry
    texts: dict[str, str]
    trouble: str = ""

    @property
    def parts(self) -> list[tuple[str, str]]:
        """What it says, under the first words of its labels."""
        said = ((label.partition(",")[0], self.texts.get(name, "")) for name, label, _required in FIELDS)
        return [(label, words) for label, words in said if words]

    @property
    def title(self) -> str:
        first = self.texts.get("situation", "").split("\n", 1)[0]
        return first if len(first) <= 90 else f"{first[:89].rstrip()}…"


def opened(entry: Entry) -> Note:
    try:
        return Note(entry, entry.texts)
    except JournalError as trouble:
        return Note(entry, {}, str(trouble))


def journal_of(person: User, *, number: Any) -> Page[Any]:
    """The entries of a person, the latest first, so many a page, opened."""
    page = Paginator(Entry.objects.of(person).whole().with_readers(), PER_PAGE).get_page(number)
    page.object_list = [opened(entry) for entry in page.object_list]
    return page


def notes_of(person: User) -> list[Note]:
    """Every entry of a person, the latest first, opened."""
    return [opened(entry) for entry in Entry.objects.of(person).whole()]


def shared_count(trainer: User) -> int:
    return Entry.objects.shared_with(trainer).count()


def step_of(number: str) -> JournalStepPage | None:
    """The published step of this number, when it is one."""
    is_number = number.isdecimal() and len(number) < 10
    return JournalStepPage.objects.live().filter(pk=number).first() if is_number else None


def readers_of(entry: Entry) -> list[str]:
    """With whom its author shares it now."""
    return [str(share.trainer) for share in entry.shares.open().select_related("trainer")]


def shared_with(trainer: User) -> list[Note]:
    return [opened(entry) for entry in Entry.objects.shared_with(trainer).whole()[:200]]


def shares_of(entry: Entry) -> list[Share]:
    return list(entry.shares.select_related("trainer"))


def export_of(person: User) -> dict[str, Any]:
    """Everything a person wrote, for them to keep elsewhere."""
    return {
        "journal": [
            {
                "écrite le": localtime(note.entry.written_at).isoformat(timespec="minutes"),
                **({"illisible": note.trouble} if note.trouble else dict(note.parts)),
                "techniques": [technique.title for technique in note.entry.techniques.all()],
                "thèmes": [theme.title for theme in note.entry.themes.all()],
            }
            for note in notes_of(person)
        ]
    }


@dataclass(frozen=True)
class StepStanding:
    """So many entries asked, so many written since the enrolment."""

    screen: StepScreen
    asked: int
    written: int

    @property
    def left(self) -> int:
        return max(0, self.asked - self.written)


def step_standing(screen: StepScreen, page: JournalStepPage, person: User) -> StepStanding:
    enrolment: Enrolment | None = screen.standing.enrolment
    step = enrolment.version.step(page.step_key) if enrolment else None
    since = enrolment.enrolled_at if enrolment else None
    written = Entry.objects.of(person).filter(written_at__gte=since).count() if since else 0
    return StepStanding(screen, step["entries"] if step else page.entries, written)
