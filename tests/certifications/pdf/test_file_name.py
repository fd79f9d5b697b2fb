"""The name of a file goes through any computer and any archive, whatever is written in the snapshot."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certifications.pdf.names import attestation_file_name
from tests.certifications.pdf.samples import snapshot

SAFE = re.compile(r"(attestation|certificat)(_[A-Za-z0-9]+(-[A-Za-z0-9]+)*){3}_\d{4}-\d{2}\.pdf")


def name_of(last: str, first: str, course: str, **changes: str) -> str:
    return attestation_file_name(
        snapshot(holder__last_name=last, holder__first_name=first, training__title=course, **changes)
    )


@pytest.mark.parametrize(
    ("last", "first", "course", "expected"),
    [
        ("Martel", "Claire", "Socle commun d'information", "MARTEL_Claire_socle-commun-d-information"),
        ("Lefœuvre-Ÿ", "Élodie Anne", "Écoute, « active »", "LEFOEUVRE-Y_Elodie-Anne_ecoute-active"),
        ("Łęcki", "Björn", "ß", "LECKI_Bjorn_ss"),
        ("E\u0301te\u0301", "C\u0327a", "x", "ETE_Ca_x"),
        ("../../etc/passwd", "C:\\con", "a/b\\c", "ETC-PASSWD_C-con_a-b-c"),
        ('"; rm -rf /', "$(id)\n", "%00\x00.pdf", "RM-RF_id_00-pdf"),
        ("محمد", "\u202e", "😀", "SANS-NOM_sans-prenom_formation"),
        ("", "  ", "---", "SANS-NOM_sans-prenom_formation"),
        ("a_b", "c_d", "e_f", "A-B_c-d_e-f"),
    ],
)
def test_it_is_folded_to_ascii(last: str, first: str, course: str, expected: str) -> None:
    assert name_of(last, first, course) == f"attestation_{expected}_2026-11.pdf"


def test_a_certificat_says_what_it_is() -> None:
    assert (
        name_of("Martel", "Claire", "Socle", kind="certificat_realisation")
        == "certificat_MARTEL_Claire_socle_2026-11.pdf"
    )


def test_the_month_is_that_of_paris() -> None:
    assert name_of("A", "B", "C", issued_at="2026-12-31T23:30:00Z") == "attestation_A_B_c_2027-01.pdf"


def test_a_long_course_gives_way() -> None:
    name = name_of("A" * 200, "b" * 200, "mot " * 100)
    assert len(name) <= 120
    assert name.startswith(f"attestation_{'A' * 30}_{'b' * 30}_mot-mot-")


@settings(max_examples=50, deadline=None)
@given(st.text(), st.text(), st.text())
def test_no_name_is_dangerous(last: str, first: str, course: str) -> None:
    name = name_of(last, first, course)
    assert SAFE.fullmatch(name)
    assert len(name) <= 120
