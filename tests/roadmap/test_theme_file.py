"""Reading a file of themes: the same rows whatever the spreadsheet; a French sentence when it cannot be read."""

import csv
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cms.roadmap.theme_file import MAX_BYTES, ThemeRow, UnreadableThemeFile, read_theme_file

HEADER = ["code", "objectif", "titre", "description", "ordre", "exemple"]
LETTERS = "abcdefghijklmnopqrstuvwxyzéèêàçùôîïœŒÉÀABC"
TEXT = st.text(alphabet=LETTERS + " ;,\t\"'-’«»0123456789", max_size=60)
TITLE = TEXT.filter(lambda text: text.strip())
CODES = st.text(alphabet="ABCDEFGHIJ0123456789-", min_size=1, max_size=20)


@st.composite
def tables(draw):
    codes = draw(st.lists(CODES, min_size=1, max_size=6, unique=True))
    return [
        [code, draw(st.sampled_from(["SEC", "EMP"])), draw(TITLE), draw(TEXT), str(draw(st.integers(0, 999))), choice]
        for code in codes
        for choice in [draw(st.sampled_from(["oui", "non", "", "1", "VRAI"]))]
    ]


def write(rows, *, separator=";", encoding="utf-8", header=HEADER, end="\r\n"):
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator, lineterminator=end).writerows([header, *rows])
    return buffer.getvalue().encode(encoding)


@given(
    rows=tables(),
    separator=st.sampled_from(";,\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
    end=st.sampled_from(["\r\n", "\n"]),
)
def test_any_separator_and_encoding_give_the_same_rows(rows, separator, encoding, end):
    content = write(rows, separator=separator, encoding=encoding, end=end)
    if encoding == "cp1252":
        assume(not _is_utf8(content))

    read = read_theme_file(content)

    assert read.errors == ()
    assert [(row.code, row.objective, row.title, row.description, row.order, row.is_example) for row in read.rows] == [
        (code, objective, " ".join(title.split()), description.strip(), int(order), example in ("oui", "1", "VRAI"))
        for code, objective, title, description, order, example in rows
    ]


def _is_utf8(content):
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return not content.isascii()


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_words(content):
    try:
        read = read_theme_file(content)
    except UnreadableThemeFile as error:
        assert str(error).endswith(".")
    else:
        assert read.rows or read.errors


@given(st.text(max_size=400))
def test_any_text_under_a_good_header_is_read_or_refused_by_line(text):
    content = ("code;titre\n" + text).encode("utf-8", "surrogatepass")
    try:
        read = read_theme_file(content)
    except UnreadableThemeFile:
        return
    assert all(error.line >= 2 for error in read.errors)


@pytest.mark.parametrize(
    "header",
    ["CODE;Titre;Objectif", "code du thème;Intitulé;axe", "code;title;objective", "Code ; Libellé ; Code objectif"],
)
def test_headers_are_tolerant(header):
    assert read_theme_file(f"{header}\nA-1;Accueil;SEC\n".encode()).rows == (ThemeRow(2, "A-1", "Accueil", "SEC"),)


def test_what_the_file_does_not_say_is_left_unsaid():
    assert read_theme_file(b"code;titre\na-1;  Premier   accueil \n").rows == (ThemeRow(2, "A-1", "Premier accueil"),)


def test_lines_are_those_of_the_file_even_after_a_cell_of_several_lines():
    content = b'code;titre;description\n\nA;Un;"deux\nlignes"\nB;;x\n'

    assert [str(error) for error in read_theme_file(content).errors] == ["Ligne 5 : le titre manque."]


def test_every_error_is_listed_with_its_line():
    content = (
        "code;titre;ordre;exemple\n"
        "A;Un;1;oui\n"
        "a;Encore;2;non\n"
        "É;Accent;3;non\n"
        f"B;{'x' * 201};4;non\n"
        "C;Trois;-1;non\n"
        "D;Quatre;1;peut-être\n"
        ";Sans code;1;non\n"
        "F;Trop;1;non;reste\n"
    ).encode()

    assert [str(error) for error in read_theme_file(content).errors] == [
        "Ligne 3 : le code « A » est déjà à la ligne 2.",
        "Ligne 4 : le code « É » doit s'écrire avec des lettres sans accent, des chiffres et des tirets.",
        "Ligne 5 : le titre dépasse 200 caractères.",
        "Ligne 6 : l'ordre « -1 » n'est pas un nombre entier entre 0 et 32767.",
        "Ligne 7 : « peut-être » ne se comprend pas dans la colonne exemple : écrivez oui ou non.",
        "Ligne 8 : le code manque.",
        "Ligne 9 : il y a plus de cellules que de colonnes (un séparateur de trop ?).",
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "vide"),
        (b"  \r\n \n", "vide"),
        (b"\xef\xbb\xbf", "manque"),
        (b"PK\x03\x04\x00\x00zip", "n'est pas du texte"),
        ("code;titre\nA;B".encode("utf-16"), "n'est pas du texte"),
        (b"code;titre\nA;\x81\x8d\x8f", "illisibles"),
        (b"nom;prenom\nx;y\n", "code"),
        (b"code;objectif\nA;SEC\n", "titre"),
        (b"code;titre;titre\nA;B;C\n", "deux fois"),
        (b"code;titre\n", "aucun th"),
        (b"code;titre\n" + b"x" * 10_000_000, "trop lourd"),
        (b"code;titre\nA;" + b"x" * 200_000, "trop longue"),
        (b"code;titre\n" + b"A;B\n" * 2_000, "lignes"),
    ],
)
def test_a_hostile_file_is_refused_in_a_french_sentence(content, reason):
    with pytest.raises(UnreadableThemeFile, match=reason):
        read_theme_file(content[: MAX_BYTES + 1] if len(content) > MAX_BYTES else content)
