"""What looks like somebody's in a text, and what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.core.privacy import PATTERNS, identifying


@pytest.mark.parametrize(
    ("text", "kind", "passage"),
    [
        ("Rappeler au 06 12 34 56 78 demain", "à un numéro de téléphone", "06 12 34 56 78"),
        ("tel. 0612345678", "à un numéro de téléphone", "0612345678"),
        ("+33 (0)2.33.12.34.56", "à un numéro de téléphone", "+33 (0)2.33.12.34.56"),
        ("Écrire à j.dupont+rsa@orange.fr.", "à une adresse électronique", "j.dupont+rsa@orange.fr"),
        ("NIR 1 85 05 50 129 123 45", "à un numéro de sécurité sociale", "1 85 05 50 129 123 45"),
        ("285052A129123", "à un numéro de sécurité sociale", "285052A129123"),
        ("née le 03/05/1985 à Coutances", "à une date de naissance", "03/05/1985"),
        ("née le 1er mai 1985", "à une date de naissance", "1er mai 1985"),
        ("J'ai reçu Mme Lefèvre hier", "au nom de quelqu'un", "Mme Lefèvre"),
        ("M. de La Tour est venu", "au nom de quelqu'un", "M. de La"),
        ("Madame Éloïse", "au nom de quelqu'un", "Madame Éloïse"),
    ],
)
def test_what_looks_like_somebody_s_is_told(text: str, kind: str, passage: str) -> None:
    assert [(one.kind, one.passage) for one in identifying(text)] == [(kind, passage)]


@pytest.mark.parametrize(
    "text",
    [
        "Mme L. est arrivée à 9 h 20.", "M. D. n'a pas rappelé.", "Le 12 novembre 2026, trois personnes.",
        "15 heures, 500 €",
        "Le 10/11/2026 à 14 h 30", "la madame du bureau", "Code du travail D6313-3-1", "50 129 Manche", "",
    ],
)  # fmt: skip
def test_ordinary_words_are_left_in_peace(text: str) -> None:
    assert identifying(text) == []


def test_each_is_told_once_and_not_without_end() -> None:
    assert len(identifying("Mme Roux", "Mme Roux")) == 1
    assert len(identifying(" ".join(f"personne{at}@exemple.fr" for at in range(500)))) == 20


@given(st.text(max_size=400))
def test_any_text_is_read_and_what_is_told_is_in_it(text: str) -> None:
    for one in identifying(text):
        assert one.passage in text
        assert one.kind in PATTERNS
