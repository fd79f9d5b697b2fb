"""Parameters brought to what the semantics of their library allow, in one walk.

Nothing is refused: what has no place is left out, as H5P core does when it displays a content (`H5PContentValidator`),
and the walk says which libraries and which files the content really uses.
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeGuard

import nh3

from courses.h5p.engine.archive import CONTROL, Deadline
from courses.h5p.engine.files import CONTENT, extension
from courses.h5p.engine.issues import Issues
from courses.h5p.engine.libraries import Source
from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.patterns import Patterns

Field = dict[str, Any]

LARGEST = 1e15
BARE_AMPERSAND = re.compile(r"&(?!#\d+;|#x[0-9a-f]+;|[a-z][a-z0-9]*;)", re.IGNORECASE)
CHARACTER = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z][a-z0-9]*);|.", re.IGNORECASE | re.DOTALL)
MARKUP = str.maketrans({"<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
WEB = re.compile(r"https?://\S+", re.IGNORECASE)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)

# What rich text may hold at most, whatever the semantics ask for; and what goes along with some of it.
ALWAYS = frozenset({"div", "span", "p", "br"})
ALONG = {
    "table": {"tr", "td", "th", "colgroup", "col", "thead", "tbody", "tfoot", "caption", "figure", "figcaption"},
    "strong": {"b"},
    "em": {"i"},
    "ul": {"li"},
    "ol": {"li"},
    "del": {"s"},
    "strike": {"s"},
}
HARMLESS = frozenset(
    "a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure"
    " h1 h2 h3 h4 h5 h6 hr i ins kbd li mark ol p pre q s samp small span strike strong sub summary sup"
    " table tbody td tfoot th thead tr tt u ul var".split()
)
ATTRIBUTES = {
    "*": {"class", "dir", "lang", "title", "style"},
    "a": {"href", "target"},
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start", "reversed", "type"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "headers", "scope"},
}
STYLES = {
    "family": "font-family",
    "size": "font-size",
    "color": "color",
    "background": "background-color",
    "spacing": "letter-spacing",
    "height": "line-height",
}
SCHEMES = {"http", "https", "mailto", "tel"}
FILE_KEYS = ("width", "height", "codecs", "bitrate", "aspectRatio")
METADATA_KEYS = (
    "title", "a11yTitle", "license", "licenseVersion", "licenseExtras", "yearFrom", "yearTo", "source",
    "authorComments", "contentType", "defaultLanguage",
)  # fmt: skip
METADATA_LISTS = {"authors": ("name", "role"), "changes": ("date", "author", "log")}
COPYRIGHT_KEYS = ("title", "author", "year", "source", "license", "version")


@dataclass
class Walk:
    """What a walk found: the parameters as they may be shown, the libraries met (main first), the local files cited."""

    params: dict[str, Any] = field(default_factory=dict)
    libraries: dict[LibraryName, None] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)


def normalise(main: LibraryName, params: dict[str, Any], *, source: Source, deadline: Deadline, issues: Issues) -> Walk:
    """Return the parameters of a content of library `main`, as its semantics allow them.

    `source` knows every library the content may use. Raises OutOfTime.
    """
    with Patterns(deadline) as patterns:
        walker = Walker(source, deadline, issues, patterns)
        walker.walk.params = walker.library_params(main, params, "")
    return walker.walk


class Walker:
    """One walk. Each reader returns the value to keep, or None when there is nothing worth keeping."""

    def __init__(self, source: Source, deadline: Deadline, issues: Issues, patterns: Patterns) -> None:
        self.source = source
        self.deadline = deadline
        self.issues = issues
        self.patterns = patterns
        self.walk = Walk()
        self.readers: dict[str, Callable[[Any, Field, str], Any]] = {
            "text": self.text,
            "number": self.number,
            "boolean": self.boolean,
            "select": self.select,
            "list": self.list,
            "group": self.group,
            "library": self.library,
            "image": self.file,
            "file": self.file,
            "audio": self.files,
            "video": self.files,
        }

    def library_params(self, name: LibraryName, params: Any, path: str) -> dict[str, Any]:
        self.walk.libraries[name] = None
        library = self.source.get(name)
        fields = (library.semantics if library else None) or []
        return self.members(params if isinstance(params, dict) else {}, fields, path)

    def members(self, value: dict[str, Any], fields: Iterable[Field], path: str) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for one in fields:
            name = one.get("name") if isinstance(one, dict) else None
            if isinstance(name, str) and value.get(name) is not None:
                read = self.value(value[name], one, f"{path}/{name}")
                if read is not None:
                    kept[name] = read
        return kept

    def value(self, value: Any, one: Field, path: str) -> Any:
        self.deadline.check()
        reader = self.readers.get(str(one.get("type")))
        return reader(value, one, path) if reader else None

    # What holds other values

    def group(self, value: Any, one: Field, path: str) -> Any:
        """A group of one field is that field, as the editor writes it."""
        fields = [inner for inner in as_list(one.get("fields")) if isinstance(inner, dict)]
        if len(fields) == 1 and not one.get("isSubContent"):
            return self.value(value, fields[0], path)
        if not isinstance(value, dict):
            return None
        kept = self.members(value, fields, path)
        if one.get("isSubContent") and is_uuid(value.get("subContentId")):
            kept["subContentId"] = value["subContentId"]
        return kept

    def list(self, value: Any, one: Field, path: str) -> Any:
        inner = one.get("field")
        items = list(value.values()) if isinstance(value, dict) else as_list(value)
        most = one.get("max")
        if is_number(most) and len(items) > most >= 0:
            self.tell("list-too-long", f"Seuls les {int(most)} premiers éléments sont gardés.", path)
            items = items[: int(most)]
        if not isinstance(inner, dict):
            return []
        read = (self.value(item, inner, f"{path}/{at}") for at, item in enumerate(items) if item is not None)
        return [item for item in read if item is not None]

    def library(self, value: Any, one: Field, path: str) -> Any:
        """`{library, params, subContentId, metadata}`: a content within the content."""
        if not isinstance(value, dict) or (name := LibraryName.parse(value.get("library"))) is None:
            return None
        options = [option.get("name") if isinstance(option, dict) else option for option in as_list(one.get("options"))]
        if str(name) not in options:
            self.tell(
                "library-not-allowed", f"« {name} » n'a pas sa place ici : cette partie est laissée de côté.", path
            )
            return None
        if self.source.get(name) is None:
            self.tell("library-unknown", f"« {name} » n'est ni dans le paquet ni sur ce site.", path)
            return None
        kept = {"library": str(name), "params": self.library_params(name, value.get("params"), f"{path}/params")}
        if is_uuid(value.get("subContentId")):
            kept["subContentId"] = value["subContentId"]
        if isinstance(value.get("metadata"), dict):
            kept["metadata"] = metadata(value["metadata"])
        return kept

    # Values

    def text(self, value: Any, one: Field, path: str) -> str | None:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        words = str(value)
        if isinstance(one.get("tags"), list):
            return rich_text(words, one) if self.fits(words, one, path) else ""
        most = one.get("maxLength")
        if is_number(most) and most >= 0:
            words = shortened(words, int(most))
        return plain_text(words) if self.fits(words, one, path) else ""

    def fits(self, words: str, one: Field, path: str) -> bool:
        """Whether a text is what the pattern of its field asks; a pattern that cannot be run in time asks nothing."""
        asked = one.get("regexp")
        if not isinstance(asked, dict) or not words:
            return True
        ignores_case = "i" in str(asked.get("modifiers") or "")
        fits = self.patterns.fits(asked.get("pattern"), words, ignores_case=ignores_case)
        if fits is None:
            self.tell("pattern-not-run", "Le contrôle prévu pour ce texte n'a pas pu être fait.", path)
        elif not fits:
            self.tell("text-does-not-fit", "Ce texte n'a pas la forme demandée : il est vidé.", path)
        return fits is not False

    def number(self, value: Any, one: Field, path: str) -> int | float | None:
        """Within `min` and `max`, on a step counted from `min`, with `decimals` at most."""
        read = as_number(value)
        if read is None:
            read = as_number(one.get("default"))
        if read is None:
            return None
        least, most, step = (as_number(one.get(name)) for name in ("min", "max", "step"))
        if step and step > 0:
            start = least or 0
            near = start + round((read - start) / step) * step
            read = near if not math.isclose(near, read, rel_tol=1e-9, abs_tol=1e-9) else read
        if least is not None:
            read = max(read, least)
        if most is not None:
            read = min(read, most)
        decimals = as_number(one.get("decimals"))
        if decimals is not None and 0 <= decimals <= 12:
            read = round(read, int(decimals))
        return int(read) if float(read).is_integer() and abs(read) < 2**53 else read

    def boolean(self, value: Any, one: Field, path: str) -> bool:
        return value is True or str(value).lower() in ("1", "true")

    def select(self, value: Any, one: Field, path: str) -> Any:
        values = [option.get("value") for option in as_list(one.get("options")) if isinstance(option, dict)]
        offered = {str(option): option for option in values if isinstance(option, str | int | float)}
        if one.get("multiple"):
            return [str(item) for item in as_list(value) if str(item) in offered]
        chosen = as_list(value)[0] if isinstance(value, list) and value else value
        if not isinstance(chosen, str | int | float):
            return None
        if str(chosen) in offered or not offered:
            return plain_text(str(chosen))
        if one.get("optional"):
            return None
        self.tell("unknown-choice", "Ce choix n'existe pas : le premier est pris à sa place.", path)
        return plain_text(str(next(iter(offered.values()))))

    # Files

    def files(self, value: Any, one: Field, path: str) -> Any:
        """A sound or a video, in one or several encodings."""
        variants = [value] if isinstance(value, dict) else as_list(value)
        read = (self.file(variant, one, f"{path}/{at}") for at, variant in enumerate(variants))
        return [variant for variant in read if variant is not None] or None

    def file(self, value: Any, one: Field, path: str) -> Any:
        where = value.get("path") if isinstance(value, dict) else None
        if not isinstance(where, str) or not where:
            return None
        where = where.removesuffix("#tmp")
        if not WEB.fullmatch(where):
            if not is_local(where):
                self.tell("unsafe-file", "Ce fichier n'est pas dans le paquet : il est laissé de côté.", path)
                return None
            self.walk.files.add(where)
        kept: dict[str, Any] = {"path": where}
        if isinstance(value.get("mime"), str):
            kept["mime"] = plain_text(value["mime"])
        kept |= plain_values(value, FILE_KEYS)
        if isinstance(value.get("copyright"), dict):
            kept["copyright"] = plain_values(value["copyright"], COPYRIGHT_KEYS)
        if isinstance(value.get("quality"), dict):
            kept["quality"] = plain_values(value["quality"], ("level", "label"))
        if isinstance(value.get("metadata"), dict):
            kept["metadata"] = metadata(value["metadata"]) | plain_values(value["metadata"], ("qualityName",))
        return kept

    def tell(self, code: str, words: str, path: str) -> None:
        self.issues.warn(code, words, f"content/content.json#{path}")


def plain_text(words: str) -> str:
    """Text without markup, escaped once, as content types expect it: what is already an entity stays."""
    return BARE_AMPERSAND.sub("&amp;", words).translate(MARKUP)


def shortened(words: str, most: int) -> str:
    """The first `most` characters as they are read: an entity is one, and is never cut."""
    if len(words) <= most:
        return words
    return "".join(found[0] for found in islice(CHARACTER.finditer(words), most))


def rich_text(words: str, one: Field) -> str:
    """HTML holding only the tags the field allows, and no script, event, or address that runs."""
    asked = {tag for tag in one["tags"] if isinstance(tag, str)}
    tags = (asked | ALWAYS).union(*(ALONG[tag] for tag in asked & ALONG.keys())) & HARMLESS
    font = one.get("font")
    styles = {"text-align", "margin-left", "width"}
    styles |= {STYLES[name] for name in font if name in STYLES} if isinstance(font, dict) else set()
    attributes = {tag: names for tag, names in ATTRIBUTES.items() if tag == "*" or tag in tags}
    return nh3.clean(
        words, tags=tags, attributes=attributes, url_schemes=SCHEMES, filter_style_properties=styles,
        link_rel="noopener noreferrer",
    )  # fmt: skip


def metadata(value: dict[str, Any]) -> dict[str, Any]:
    """Title, authors, licence: text only, known keys only."""
    kept = plain_values(value, METADATA_KEYS)
    for name, keys in METADATA_LISTS.items():
        people = [plain_values(item, keys) for item in as_list(value.get(name)) if isinstance(item, dict)]
        if people:
            kept[name] = people
    return kept


def plain_values(value: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key in keys:
        one = value.get(key)
        if isinstance(one, str):
            kept[key] = plain_text(one)
        elif is_number(one) and math.isfinite(one):
            kept[key] = one
    return kept


def is_local(path: str) -> bool:
    """A file of the content: no way out of its folder, and a kind of file contents may hold."""
    parts = path.split("/")
    return (
        not any(part in ("", ".", "..") for part in parts)
        and not CONTROL.search(path)
        and not any(letter in path for letter in "\\:?#%")
        and extension(path) in CONTENT
    )


def is_uuid(value: object) -> bool:
    return isinstance(value, str) and bool(UUID.fullmatch(value))


def is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_number(value: object) -> int | float | None:
    """A finite number, or its text; None for anything else."""
    try:
        read = float(value) if isinstance(value, str) else value
    except ValueError:
        return None
    return read if is_number(read) and abs(read) <= LARGEST else None


def as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
