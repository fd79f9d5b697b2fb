"""Filtered lists as files, written as they are read; the list of people: one line per person and course."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from cms.accounts.enums import Job
from coordination.queries.people import PersonRow

Cell = str | int | date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file of lines is called, and its columns with their widths in a workbook."""

    title: str
    columns: tuple[tuple[str, int], ...]

    @property
    def headers(self) -> list[str]:
        return [header for header, _width in self.columns]


HEADERS = (
    "Nom",
    "Prénom",
    "Adresse électronique",
    "Métier",
    "Structures",
    "Formation",
    "Parcours n°",
    "État",
    "Étapes terminées",
    "Étapes obligatoires",
    "Avancement (%)",
    "Inscription",
    "À terminer avant le",
    "Terminée le",
    "Dernière activité",
)
WIDTHS = (20, 16, 30, 26, 34, 44, 12, 14, 16, 18, 14, 12, 18, 12, 16)
PEOPLE = Sheet("Personnes", tuple(zip(HEADERS, WIDTHS, strict=True)))

# A spreadsheet runs what begins so as a formula, a space or a tab before it notwithstanding (OWASP, "CSV injection").
FORMULA = re.compile(r"^\s*[=+\-@\t\r\n＝＋－＠]")


def lines(people: Iterable[PersonRow]) -> Iterator[list[Cell]]:
    """One line per person and course; one with no course for a person who has none."""
    for person in people:
        job = Job(person.job).label if person.job in Job.values else person.job
        who = [person.last_name, person.first_name, person.email, str(job), ", ".join(person.organisations)]
        for course in person.courses:
            yield [
                *who,
                course.title,
                course.cycle,
                course.status_label,
                course.done,
                course.required,
                course.percent,
                on(course.enrolled_at),
                course.due_on,
                on(course.completed_at),
                on(course.last_activity_at),
            ]
        if not person.courses:
            yield [*who, "", None, "Pas inscrit", *[None] * 7]


def on(instant: datetime | None) -> date | None:
    return timezone.localdate(instant) if instant else None


def harmless(value: Cell) -> Cell:
    """Text no spreadsheet takes for a formula, and without the characters XLSX refuses."""
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    return f"'{text}" if FORMULA.match(text) else text


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_chunks(sheet: Sheet, lines: Iterable[list[Cell]], *, lines_per_chunk: int = 200) -> Iterator[str]:
    """CSV as French spreadsheets open it: `;`, UTF-8 with its mark, dates as 31/12/2026."""
    writer = csv.writer(Echo(), delimiter=";")
    chunk = ["\ufeff", writer.writerow(sheet.headers)]
    for line in lines:
        chunk.append(
            writer.writerow([f"{cell:%d/%m/%Y}" if isinstance(cell, date) else harmless(cell) for cell in line])
        )
        if len(chunk) >= lines_per_chunk:
            yield "".join(chunk)
            chunk = []
    yield "".join(chunk)


def styled(sheet: Any, value: Cell, **style: Any) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value)
    for name, what in style.items():
        setattr(cell, name, what)
    return cell


def xlsx_file(sheet: Sheet, lines: Iterable[list[Cell]]) -> IO[bytes]:
    """The same as a workbook: dates are dates, the first line stays and filters. A temporary file, gone once closed."""
    workbook = Workbook(write_only=True)
    page = workbook.create_sheet(sheet.title)
    page.freeze_panes = "A2"
    for index, (_header, width) in enumerate(sheet.columns, start=1):
        page.column_dimensions[get_column_letter(index)].width = width
    bold = Font(bold=True)
    page.append([styled(page, header, font=bold) for header in sheet.headers])
    last = 1
    for last, line in enumerate(lines, start=2):  # noqa: B007 - read below
        page.append(
            [
                styled(page, cell, number_format="DD/MM/YYYY") if isinstance(cell, date) else harmless(cell)
                for cell in line
            ]
        )
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{last}"
    file = TemporaryFile()  # noqa: SIM115 - closed by the response that serves it
    workbook.save(file)
    file.seek(0)
    return file
