"""`fold()` sees French the same way in SQL and in Python."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.core.text import fold, slug_of

FRENCH = "abcdefghijklmnopqrstuvwxyzàâäçéèêëîïôöùûüÿœæABCDEFGHIJKLMNOPQRSTUVWXYZÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ ’'-0123456789«»…"


def sql_fold(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT fold(%s)", [text])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Bénéficiaire", "beneficiaire"), ("ŒUVRE d’Ærø", "oeuvre d'aerø"), ("ÇA", "ca"), ("", "")],
)
def test_accents_case_and_ligatures_go(db: None, text: str, folded: str) -> None:
    assert (fold(text), sql_fold(text)) == (folded, folded)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(text=st.text(alphabet=FRENCH, max_size=60))
def test_python_and_sql_agree(db: None, text: str) -> None:
    assert fold(text) == sql_fold(text)
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Socle commun d'information du SPIE", "socle-commun-d-information-du-spie"),
        ("L’œuvre d'Ænée : « 10 000 € »", "l-oeuvre-d-aenee-10-000"),
        ("  Co-construire_ensemble ! ", "co-construire-ensemble"),
        ("…", ""),
        ("é" * 300, "e" * 255),
    ],
)
def test_a_title_becomes_an_address(title: str, slug: str) -> None:
    assert slug_of(title) == slug
