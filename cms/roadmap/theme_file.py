"""Reading a table of themes sent by a Département: pure, from bytes to rows and errors by line.

The file is what a spreadsheet exports: separators `;` `,` or tab, UTF-8 with or without BOM, or cp1252.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from cms.core.text import fold

MAX_BYTES = 1_000_000
MAX_ROWS = 1_000
MAX_CODE = 20
MAX_TITLE = 200
MAX_DESCRIPTION = 5_000
MAX_ORDER = 32_767
SEPARATORS = (";", "\t", ",")

HEADERS = {
    "code": {"code", "codetheme", "codedutheme"},
    "objective": {"objectif", "objective", "codeobjectif", "codedelobjectif", "axe"},
    "title": {"titre", "title", "intitule", "libelle", "theme", "nom", "name"},
    "description": {"description", "presentation", "texte"},
    "order": {"ordre", "order", "rang", "position"},
    "is_example": {"exemple", "example", "estunexemple", "isexample"},
}
FRENCH = {
    "code": "code",
    "objective": "objectif",
    "title": "titre",
    "description": "description",
    "order": "ordre",
    "is_example": "exemple",
}
REQUIRED = ("code", "title")
YES = {"oui", "o", "1", "vrai", "true", "yes", "x"}
NO = {"", "non", "n", "0", "faux", "false", "no"}
CODE = re.compile(r"[A-Z0-9-]+")


class UnreadableThemeFile(Exception):
    """The file as a whole cannot be read; the message, in French, says why."""


@dataclass(frozen=True)
class ThemeRow:
    """One theme as written in the file. None: the file does not say, what is stored stays."""

    line: int
    code: str
    title: str
    objective: str = ""
    description: str | None = None
    order: int | None = None
    is_example: bool = False


@dataclass(frozen=True)
class LineError:
    line: int
    message: str

    def __str__(self) -> str:
        return f"Ligne {self.line} : {self.message}"


@dataclass(frozen=True)
class ThemeFile:
    rows: tuple[ThemeRow, ...]
    errors: tuple[LineError, ...]
    ignored_columns: tuple[str, ...] = ()


def read_theme_file(content: bytes) -> ThemeFile:
    """Return the rows and the errors of a file.

    Raises UnreadableThemeFile when there is nothing to read line by line.
    """
    text = _decode(content)
    separator, columns, ignored = _read_header(text)
    rows: list[ThemeRow] = []
    errors: list[LineError] = []
    seen: dict[str, int] = {}
    for line, cells in islice(_rows(text, separator), 1, None):
        if len(rows) + len(errors) >= MAX_ROWS:
            raise UnreadableThemeFile(
                f"Ce fichier compte plus de {MAX_ROWS} lignes : ce n'est pas une feuille de route."
            )
        row, found = _read_row(line, cells, columns)
        if row and row.code in seen:
            found = [LineError(line, f"le code « {row.code} » est déjà à la ligne {seen[row.code]}.")]
        if found:
            errors += found
        elif row:
            seen[row.code] = line
            rows.append(row)
    if not rows and not errors:
        raise UnreadableThemeFile("Ce fichier ne contient aucun thème sous la ligne d'en-têtes.")
    return ThemeFile(tuple(rows), tuple(errors), ignored)


def _decode(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise UnreadableThemeFile("Ce fichier est trop lourd : un million d'octets au plus.")
    if not content.strip():
        raise UnreadableThemeFile("Ce fichier est vide.")
    if b"\0" in content:
        raise UnreadableThemeFile(
            "Ce fichier n'est pas du texte. Dans le tableur, choisissez « Enregistrer sous », puis le format CSV."
        )
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableThemeFile("Les caractères de ce fichier sont illisibles : enregistrez-le en UTF-8.")


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, each with the number of its first line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableThemeFile(f"Ligne {line} : le tableau est mal formé (une cellule est trop longue).") from error


def _read_header(text: str) -> tuple[str, list[str | None], tuple[str, ...]]:
    """Choose the separator that makes sense of the first row; return it with what each column holds."""
    headers = {separator: next(_rows(text, separator), (0, []))[1] for separator in SEPARATORS}
    separator = max(SEPARATORS, key=lambda choice: sum(_column(cell) is not None for cell in headers[choice]))
    columns = [_column(cell) for cell in headers[separator]]
    for name in REQUIRED:
        if name not in columns:
            raise UnreadableThemeFile(
                f"La colonne « {FRENCH[name]} » manque. La première ligne nomme les colonnes : "
                f"{';'.join(FRENCH.values())}."
            )
    for name, word in FRENCH.items():
        if columns.count(name) > 1:
            raise UnreadableThemeFile(f"La colonne « {word} » est présente deux fois dans la première ligne.")
    ignored = tuple(
        cell.strip()
        for cell, column in zip(headers[separator], columns, strict=True)
        if column is None and cell.strip()
    )
    return separator, columns, ignored


def _column(header: str) -> str | None:
    name = re.sub(r"[^a-z0-9]", "", fold(header))
    return next((column for column, names in HEADERS.items() if name in names), None)


def _read_row(
    line: int, cells: Sequence[str], columns: Sequence[str | None]
) -> tuple[ThemeRow | None, list[LineError]]:
    if any(cell.strip() for cell in cells[len(columns) :]):
        return None, [LineError(line, "il y a plus de cellules que de colonnes (un séparateur de trop ?).")]
    values = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
    errors: list[LineError] = []

    def read(column: str, parse: Callable[[str], object]) -> object:
        try:
            return parse(values.get(column, ""))
        except ValueError as error:
            errors.append(LineError(line, str(error)))
            return None

    code = read("code", _code)
    title = read("title", _title)
    description = read("description", _description) if "description" in columns else None
    order = read("order", _order)
    is_example = read("is_example", _is_example)
    if errors:
        return None, errors
    objective = " ".join(values.get("objective", "").split())
    return ThemeRow(line, code, title, objective, description, order, is_example), []  # type: ignore[arg-type]


def _code(cell: str) -> str:
    code = cell.strip().upper()
    if not code:
        raise ValueError("le code manque.")
    if not CODE.fullmatch(code):
        raise ValueError(
            f"le code « {code[:40]} » doit s'écrire avec des lettres sans accent, des chiffres et des tirets."
        )
    if len(code) > MAX_CODE:
        raise ValueError(f"le code « {code[:40]} » dépasse {MAX_CODE} caractères.")
    return code


def _title(cell: str) -> str:
    title = " ".join(cell.split())
    if not title:
        raise ValueError("le titre manque.")
    if len(title) > MAX_TITLE:
        raise ValueError(f"le titre dépasse {MAX_TITLE} caractères.")
    return title


def _description(cell: str) -> str:
    description = "\n".join(line.strip() for line in cell.strip().splitlines())
    if len(description) > MAX_DESCRIPTION:
        raise ValueError(f"la description dépasse {MAX_DESCRIPTION} caractères.")
    return description


def _order(cell: str) -> int | None:
    digits = cell.strip()
    if not digits:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", digits) or int(digits) > MAX_ORDER:
        raise ValueError(f"l'ordre « {digits[:40]} » n'est pas un nombre entier entre 0 et {MAX_ORDER}.")
    return int(digits)


def _is_example(cell: str) -> bool:
    word = fold(cell.strip())
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueError(f"« {cell.strip()[:40]} » ne se comprend pas dans la colonne exemple : écrivez oui ou non.")
