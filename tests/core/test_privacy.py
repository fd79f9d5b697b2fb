"""What looks like somebody's in a text, and what does not."""

from collections.abc import Iterator

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from cms.core.privacy import KINDS, identifying

NBSP, THIN = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
PHONE, NIR = "à un numéro de téléphone", "à un numéro de sécurité sociale"
BIRTH, NAME, EMAIL = "à une date de naissance", "au nom de quelqu'un", "à une adresse électronique"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel("2026-11-30T10:00:00+01:00", tick=False):
        yield


@pytest.mark.parametrize(
    ("text", "kind", "passage"),
    [
        ("Rappeler au 06 12 34 56 78 demain", PHONE, "06 12 34 56 78"),
        ("tel. 0612345678", PHONE, "0612345678"),
        ("+33 (0)2.33.12.34.56", PHONE, "+33 (0)2.33.12.34.56"),
        ("au 06/12/34/56/78.", PHONE, "06/12/34/56/78"),
        ("au 06 - 12 - 34 - 56 - 78", PHONE, "06 - 12 - 34 - 56 - 78"),
        (f"au 06{NBSP}12{NBSP}34{NBSP}56{NBSP}78", PHONE, f"06{NBSP}12{NBSP}34{NBSP}56{NBSP}78"),
        (f"au 06{THIN}12{THIN}34{THIN}56{THIN}78", PHONE, f"06{THIN}12{THIN}34{THIN}56{THIN}78"),
        ("au 06 12 34 5678", PHONE, "06 12 34 5678"),
        ("Écrire à j.dupont+rsa@orange.fr.", EMAIL, "j.dupont+rsa@orange.fr"),
        ("NIR 1 85 05 50 129 123 45", NIR, "1 85 05 50 129 123 45"),
        ("NIR 1-85-05-50-129-123-45", NIR, "1-85-05-50-129-123-45"),
        (f"NIR 1{NBSP}85{NBSP}05{NBSP}50{NBSP}129{NBSP}123", NIR, f"1{NBSP}85{NBSP}05{NBSP}50{NBSP}129{NBSP}123"),
        ("285052A129123", NIR, "285052A129123"),
        ("285052a129123", NIR, "285052a129123"),
        ("née le 03/05/1985 à Coutances", BIRTH, "03/05/1985"),
        ("née le 1er mai 1985", BIRTH, "1er mai 1985"),
        (f"née le 1er{NBSP}mai{NBSP}1985", BIRTH, f"1er{NBSP}mai{NBSP}1985"),
        ("le 12 aout 1985", BIRTH, "12 aout 1985"),
        ("le 12 / 03 / 1985,", BIRTH, "12 / 03 / 1985"),
        ("le 12/03/85", BIRTH, "12/03/85"),
        ("le 12.03.85", BIRTH, "12.03.85"),
        ("1985-03-12", BIRTH, "1985-03-12"),
        ("son fils, né le 12/05/2019", BIRTH, "12/05/2019"),
        ("DDN : 12/05/2010", BIRTH, "12/05/2010"),
        ("J'ai reçu Mme Lefèvre hier", NAME, "Mme Lefèvre"),
        ("J'ai reçu mme Durand hier", NAME, "mme Durand"),
        ("MME DURAND EST VENUE", NAME, "MME DURAND"),
        ("j'ai reçu madame durand hier", NAME, "madame durand"),
        ("monsieur Durand a signé", NAME, "monsieur Durand"),
        ("mr durand a signé", NAME, "mr durand"),
        ("M.Durand a signé", NAME, "M.Durand"),
        ("M Durand a signé", NAME, "M Durand"),
        ("Mme. Durand a signé", NAME, "Mme. Durand"),
        ("MM. Durand et Petit", NAME, "MM. Durand"),
        (f"Mme{NBSP}Durand", NAME, f"Mme{NBSP}Durand"),
        (f"Mme{THIN}Durand", NAME, f"Mme{THIN}Durand"),
        ("Mme\r\nDurand", NAME, "Mme\r\nDurand"),
        ("Mme\nDurand\nElle est venue", NAME, "Mme\nDurand"),
        ("M. de La Tour est venu", NAME, "M. de La Tour"),
        ("Mme de La Fontaine écrit", NAME, "Mme de La Fontaine"),
        ("Mme de la Fontaine écrit", NAME, "Mme de la Fontaine"),
        ("Mme Le Goff écrit", NAME, "Mme Le Goff"),
        ("Madame Le Goff Martin écrit", NAME, "Madame Le Goff Martin"),
        ("Mme d'Ormesson écrit", NAME, "Mme d'Ormesson"),
        ("M. Jean-Pierre Durand écrit", NAME, "M. Jean-Pierre Durand"),
        ("Madame Éloïse", NAME, "Madame Éloïse"),
        ("Madame E\u0301loi\u0308se", NAME, "Madame E\u0301loi\u0308se"),
        ("Monsieur et Madame Durand", NAME, "Madame Durand"),
        ("Mme L. et Mme Durand", NAME, "Mme Durand"),
    ],
)
def test_what_looks_like_somebody_s_is_told(text: str, kind: str, passage: str) -> None:
    assert [(one.kind, one.passage) for one in identifying(text)] == [(kind, passage)]


@pytest.mark.parametrize(
    "text",
    [
        "Mme L. est arrivée à 9 h 20.", "M. D. n'a pas rappelé.", "Mme L est venue", "M.D.", "M. L, M. D",
        "Le 12 novembre 2026, trois personnes.", "15 heures, 500 €", "Le 10/11/2026 à 14 h 30", "Le 03/05/2026 10 h",
        "la madame du bureau", "Madame n'a pas appelé", "Madame est venue", "monsieur parle peu", "Madame, Monsieur,",
        "Madame\nNous vous écrivons", "Bonjour madame", "Code du travail D6313-3-1", "50 129 Manche", "",
        "l'arrêté du 3 mars 2019", "la loi du 2 janvier 2002", "la loi n° 2008-1249 du 1er décembre 2008",
        "le décret en date du 3 mars 1985", "Le 12/05/2010 nous avons lancé l'atelier", "depuis le 12/05/10",
        "Madame La Présidente", "Madame la présidente", "Monsieur le Maire", "Madame la Sous-Préfète",
        "Madame le Maire", "comme Durand", "la taille M ou L", "de 25 à 30, puis 30/40/50", "version 1.2.50",
    ],
)  # fmt: skip
def test_ordinary_words_are_left_in_peace(text: str) -> None:
    assert identifying(text) == []


def test_each_is_told_once_and_not_without_end() -> None:
    assert len(identifying("Mme Roux", "Mme Roux")) == 1
    assert len(identifying(" ".join(f"personne{at}@exemple.fr" for at in range(500)))) == 20


@pytest.mark.parametrize(
    "part",
    [
        "a", "1", "0 ", "0" * 9 + " ", "01 ", "1 85 ", "a.", "a@", "a@a.", "M. ", "Mme de ", "Mme de la ", "Mme\n",
        "Mme L ", "mm", " ", "12/", "12 / 03 / ", "1er mai ", "la loi ", "la loi du 1er mai 1985 ", "Mme d'",
        "Mme L'a'",
    ],
)  # fmt: skip
def test_a_million_signs_are_read_to_their_end(part: str) -> None:
    """A pattern that came back on its steps would not see the end of it."""
    assert len(identifying((part * 1_000_000)[:1_000_000])) <= 20


@given(st.text(max_size=400))
def test_any_text_is_read_and_what_is_told_is_in_it(text: str) -> None:
    for one in identifying(text):
        assert one.passage in text
        assert one.kind in KINDS
