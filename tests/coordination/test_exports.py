"""Exports hold exactly what the list shows, and nothing a spreadsheet would run."""

import csv
import io
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from cms.accounts.models import User
from coordination.exports import HEADERS, PEOPLE, csv_chunks, harmless, lines, xlsx_file
from coordination.queries.people import CourseState, PersonRow
from courses.enums import Status
from courses.models import EnrolmentState
from tests.coordination.test_screens import close
from tests.coordination.world import make_course, make_enrolment, random_world
from tests.factories.accounts import MembershipFactory, OrganisationFactory
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
        (row.last_name, row.first_name, row.email, ", ".join(row.organisations), *course)
        for row in page.context["page"].object_list
        for course in [(one.title, str(one.cycle), one.status_label) for one in row.courses]
        or [("", "", "Pas inscrit")]
    ]
    comma = as_csv(client.get(reverse("pilotage_people_csv"), query))
    sheet = as_xlsx(client.get(reverse("pilotage_people_xlsx"), query))

    shown = [0, 1, 2, 4, 5, 6, 7]
    assert comma[0] == list(HEADERS) == sheet[0]
    assert [tuple(line[at] for at in shown) for line in comma[1:]] == listed
    assert [tuple(str(line[at] or "") for at in shown) for line in sheet[1:]] == listed
    assert page.context["size"].lines == len(listed)


@pytest.mark.django_db
def test_dates_and_figures_are_those_a_french_spreadsheet_reads(sign_in: SignIn, coordinator: User) -> None:
    person = MembershipFactory().person
    enrolled_at = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)  # the 1st of April in Paris
    make_enrolment(person, make_course("SOCLE"), Status.IN_PROGRESS, enrolled_at=enrolled_at)

    line = as_csv(sign_in(coordinator).get(reverse("pilotage_people_csv")))[1]

    assert line[8:12] == ["1", "2", "50", "01/04/2026"]


@pytest.mark.django_db
def test_a_line_of_the_workbook_and_of_the_text_say_the_same_in_their_own_types(
    sign_in: SignIn, coordinator: User
) -> None:
    organisation = OrganisationFactory(name="Fédération « L'Œuvre à l'écoute »; Manche")
    membership = MembershipFactory(
        organisation=organisation,
        person__first_name="Zoé-Maëlle",
        person__last_name="d'Œil\nçà",
        person__email="zoe@test.example",
        person__job="cip",
    )
    MembershipFactory(person=membership.person, organisation=OrganisationFactory(name="Ça et là"))
    course = make_course("SOCLE")
    enrolment = make_enrolment(
        membership.person,
        course,
        Status.COMPLETED,
        enrolled_at=datetime(2026, 3, 31, 22, 30, tzinfo=UTC),  # the 1st of April in Paris
        due_on=date(2026, 12, 31),
    )
    EnrolmentState.objects.filter(pk=enrolment.pk).update(
        completed_at=datetime(2026, 7, 14, 12, tzinfo=UTC), last_activity_at=datetime(2026, 7, 14, 23, tzinfo=UTC)
    )
    client = sign_in(coordinator)

    comma = as_csv(client.get(reverse("pilotage_people_csv")))
    response = client.get(reverse("pilotage_people_xlsx"))
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    close(response)

    who = ["d'Œil\nçà", "Zoé-Maëlle", "zoe@test.example", "Conseiller en insertion professionnelle"]
    what = ["Ça et là, Fédération « L'Œuvre à l'écoute »; Manche", "Formation SOCLE"]
    assert comma[1:] == [
        [*who, *what, "1", "Terminé", "2", "2", "100", "01/04/2026", "31/12/2026", "14/07/2026", "15/07/2026"]
    ]
    dates = [datetime(2026, 4, 1), datetime(2026, 12, 31), datetime(2026, 7, 14), datetime(2026, 7, 15)]
    assert [cell.value for cell in sheet[2]] == [*who, *what, 1, "Terminé", 2, 2, 100, *dates]
    assert [cell.number_format for cell in sheet[2]] == ["General"] * 11 + ["DD/MM/YYYY"] * 4
    assert all(cell.font.bold for cell in sheet[1])
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("Personnes", "A2", "A1:O2")


@pytest.mark.django_db
def test_a_course_retaken_has_a_line_for_each_time_told_apart_by_their_number(
    sign_in: SignIn, coordinator: User, professional: User
) -> None:
    course = make_course("SOCLE")
    make_enrolment(professional, course, Status.COMPLETED, is_closed=True)
    make_enrolment(professional, course, Status.IN_PROGRESS)
    client = sign_in(coordinator)

    comma = as_csv(client.get(reverse("pilotage_people_csv")))
    sheet = as_xlsx(client.get(reverse("pilotage_people_xlsx")))

    at = HEADERS.index("Parcours n°")
    assert [line[at : at + 2] for line in comma] == [["Parcours n°", "État"], ["1", "Terminé"], ["2", "En cours"]]
    assert [line[at : at + 2] for line in sheet[1:]] == [[1, "Terminé"], [2, "En cours"]]


@pytest.mark.django_db
def test_a_person_without_course_has_one_line_and_an_empty_list_only_its_headers(
    sign_in: SignIn, coordinator: User
) -> None:
    MembershipFactory(
        organisation__name="MSA", person__first_name="Ève", person__last_name="Hue", person__email="e@x.fr"
    )
    client = sign_in(coordinator)
    nobody = {"q": "personne de ce nom"}

    assert as_csv(client.get(reverse("pilotage_people_csv")))[1:] == [
        ["Hue", "Ève", "e@x.fr", "", "MSA", "", "", "Pas inscrit", *[""] * 7]
    ]
    assert as_csv(client.get(reverse("pilotage_people_csv"), nobody)) == [list(HEADERS)]
    assert as_xlsx(client.get(reverse("pilotage_people_xlsx"), nobody)) == [list(HEADERS)]


@pytest.mark.django_db
def test_files_are_named_by_the_day_sent_by_pieces_and_kept_by_no_proxy(sign_in: SignIn, coordinator: User) -> None:
    MembershipFactory()
    client, day = sign_in(coordinator), timezone.localdate().isoformat()

    for extension, kind in (
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ):
        response = client.get(reverse(f"pilotage_people_{extension}"))
        assert response.streaming
        assert response["Content-Type"] == kind
        assert response["Content-Disposition"] == f'attachment; filename="personnes-{day}.{extension}"'
        assert "private" in response["Cache-Control"] and "no-store" in response["Cache-Control"]
        close(response)


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
    course = CourseState("Socle commun", 1, False, "in_progress", 24, 3, 12, now, None, None, now, False)
    for at in range(number):
        yield PersonRow(str(at), "Zoé", f"Évrard {at}", f"p{at}@x.example", "cip", ("MSA",), (course, course))


@pytest.mark.parametrize(
    "write",
    [
        lambda people: sum(map(len, csv_chunks(PEOPLE, lines(people)))),
        lambda people: xlsx_file(PEOPLE, lines(people)).close(),
    ],
)
def test_many_lines_take_no_more_memory_than_a_few(write: Callable[[Iterator[PersonRow]], Any]) -> None:
    def peak(number: int) -> int:
        tracemalloc.start()
        write(crowd(number))
        _now, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(10)
    assert peak(700) < peak(100) + 100_000
    assert sum(1 for _ in lines(crowd(10))) == 20
