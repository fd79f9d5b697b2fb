"""Exports hold exactly what the list shows, and nothing a spreadsheet would run."""

import csv
import io
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from cms.accounts.models import User
from coordination.exports import HEADERS, csv_chunks, harmless, lines, xlsx_file
from coordination.queries.people import CourseState, PersonRow
from courses.enums import Status
from tests.coordination.test_screens import close
from tests.coordination.world import make_course, make_enrolment, random_world
from tests.factories.accounts import MembershipFactory
from tests.strict_client import StrictClient

SignIn = Callable[[User], StrictClient]


def as_csv(response: Any) -> list[list[str]]:
    content = b"".join(response.streaming_content).decode("utf-8")
    assert content.startswith("\ufeff")
    return list(csv.reader(io.StringIO(content[1:]), delimiter=";"))


def as_xlsx(response: Any) -> list[list[Any]]:
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    close(response)
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [{}, {"etat": "termine"}, {"structure": "O1"}, {"formation": "C1", "etat": "inscrit"}, {"theme": "T1", "q": "e"}],
)
def test_both_files_hold_the_filtered_list(sign_in: SignIn, coordinator: User, query: dict[str, str]) -> None:
    random_world(7)
    client = sign_in(coordinator)

    page = client.get(reverse("pilotage_people"), query)
    listed = [
        (row.last_name, row.first_name, row.email, ", ".join(row.organisations), title, state)
        for row in page.context["page"].object_list
        for title, state in [(course.title, course.status_label) for course in row.courses] or [("", "Pas inscrit")]
    ]
    comma = as_csv(client.get(reverse("pilotage_people_csv"), query))
    sheet = as_xlsx(client.get(reverse("pilotage_people_xlsx"), query))

    shown = [0, 1, 2, 4, 5, 6]
    assert comma[0] == list(HEADERS) == sheet[0]
    assert [tuple(line[at] for at in shown) for line in comma[1:]] == listed
    assert [tuple(line[at] or "" for at in shown) for line in sheet[1:]] == listed
    assert page.context["size"].lines == len(listed)


@pytest.mark.django_db
def test_dates_and_figures_are_those_a_french_spreadsheet_reads(sign_in: SignIn, coordinator: User) -> None:
    person = MembershipFactory().person
    enrolled_at = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)  # the 1st of April in Paris
    make_enrolment(person, make_course("SOCLE"), Status.IN_PROGRESS, enrolled_at=enrolled_at)

    line = as_csv(sign_in(coordinator).get(reverse("pilotage_people_csv")))[1]

    assert line[7:11] == ["1", "2", "50", "01/04/2026"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ['=HYPERLINK("x")', "+1", "-1", "@SUM(A1)", "\t=1", "  =1"])
def test_a_name_never_becomes_a_formula(sign_in: SignIn, coordinator: User, name: str) -> None:
    MembershipFactory(person__last_name=name)
    client = sign_in(coordinator)

    assert as_csv(client.get(reverse("pilotage_people_csv")))[1][0] == f"'{name}"
    assert as_xlsx(client.get(reverse("pilotage_people_xlsx")))[1][0] == f"'{name}"


@given(st.text())
def test_harmless_text_begins_no_formula(text: str) -> None:
    assert not harmless(text).lstrip().startswith(("=", "+", "-", "@"))
    if text.isalnum():
        assert harmless(text) == text


def crowd(number: int) -> Iterator[PersonRow]:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    course = CourseState("Socle commun", "in_progress", 24, 3, 12, now, None, None, now, False)
    for at in range(number):
        yield PersonRow(str(at), "Zoé", f"Évrard {at}", f"p{at}@x.example", "cip", ("MSA",), (course, course))


@pytest.mark.parametrize(
    "write", [lambda people: sum(map(len, csv_chunks(people))), lambda people: xlsx_file(people).close()]
)
def test_twenty_thousand_lines_take_no_more_memory_than_a_few(write: Callable[[Iterator[PersonRow]], Any]) -> None:
    tracemalloc.start()
    write(crowd(10_000))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 12_000_000
    assert sum(1 for _ in lines(crowd(10))) == 20
