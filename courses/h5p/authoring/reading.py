"""What a browser sends of a form, as parameters; and what is wrong with it, field by field.

A field is named by its place: "p/statements/n3/text". A list sends, under its own name, the token of each of its items
in their order: to move one is to move its token, and the names of its fields do not change.
"""

import json
import math
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from courses.h5p.authoring.opening import Opener, has_default, written
from courses.h5p.authoring.widgets import (
    DEEPEST,
    FILES,
    HOLDERS,
    MOST,
    NESTED,
    Libraries,
    count,
    inner_of,
    is_hidden,
    is_required,
    members_of,
    options_of,
)
from courses.h5p.authoring.words import LINE_END, kept, readable
from courses.h5p.engine.archive import Unreadable
from courses.h5p.engine.documents import parse
from courses.h5p.engine.limits import Limits
from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.semantics import LARGEST, Field, as_list, as_number, is_number, rich_text

ROOT = "p"
TOKEN = re.compile(r"[a-z0-9]{1,24}")
CARRIED = Limits(json_values=50_000, json_depth=48)
FILL, CHOOSE = "Remplissez ce champ.", "Choisissez dans la liste."


class Posted(Protocol):
    """A form as Django gives it (`QueryDict`)."""

    def get(self, name: str, /) -> Any: ...

    def getlist(self, name: str, /) -> list[Any]: ...


class TooMuch(ValueError):
    """More fields than a form takes; the message is for who sent it."""


class NotTaken(ValueError):
    """Why a file is not taken, in words."""


@dataclass
class Read:
    """`errors`: what is wrong, by the path of the parameter ("/statements/0/text") in the walk of semantics."""

    params: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def tell(self, path: str, words: str) -> None:
        """Say it of the closest field shown."""
        while path and path not in self.seen:
            path = path.rpartition("/")[0]
        if words not in self.errors.setdefault(path, []):
            self.errors[path].append(words)


@dataclass(frozen=True, slots=True)
class Action:
    """What a button other than the one that saves asks of a list: add, remove, up, down."""

    verb: str
    where: str = ""
    token: str = ""

    @classmethod
    def parse(cls, text: object) -> "Action | None":
        """Read "add:p/statements" or "up:p/statements:n3"."""
        verb, _, rest = str(text or "").partition(":")
        where, _, token = rest.rpartition(":") if verb != "add" else (rest, "", "")
        return cls(verb, where, token) if verb in ("add", "remove", "up", "down", "show") else None


def params_from(
    data: Posted,
    fields: list[Field],
    libraries: Libraries,
    *,
    files: Mapping[str, Any] | None = None,
    take: Callable[[Any, str], dict[str, Any]] | None = None,
    action: Action | None = None,
) -> Read:
    """Return the parameters a form sends, not normalised yet. Raises TooMuch.

    `take(file, kind)` keeps a file and returns what parameters say of it, or raises NotTaken; without it files sent are
    left aside. `action` is done to the list it names.
    """
    reader = Reader(data, libraries, files or {}, take, action)
    reader.read.params = reader.members(fields, "", ROOT)
    return reader.read


class Reader:
    def __init__(
        self,
        data: Posted,
        libraries: Libraries,
        files: Mapping[str, Any],
        take: Callable[[Any, str], dict[str, Any]] | None,
        action: Action | None,
    ) -> None:
        self.data = data
        self.libraries = libraries
        self.uploads = files
        self.take = take
        self.action = action
        self.read = Read()
        self.met = 0
        self.depth = 0
        self.level = 0

    def members(self, fields: list[Field], path: str, name: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in fields:
            key = one.get("name")
            if isinstance(key, str):
                value = self.value(one, f"{path}/{key}", f"{name}/{key}")
                if value is not None:
                    found[key] = value
        return found

    def value(self, one: Field, path: str, name: str, *, is_item: bool = False) -> Any:
        self.met += 1
        if self.met > MOST:
            raise TooMuch(f"Ce formulaire a plus de {MOST} champs : retirez-en, ou faites plusieurs activités.")
        self.read.seen.add(path)
        kind = str(one.get("type"))
        if is_hidden(one):
            return self.carried(f"{name}/@kept")
        inner = inner_of(one) if kind == "group" else None
        if inner is not None:
            return self.value(inner, path, name, is_item=is_item)
        if kind in HOLDERS:
            return self.holder(one, kind, path, name)
        if kind == "text":
            return self.text(one, path, name, is_item=is_item)
        if kind in FILES:
            return self.file(kind, path, name)
        readers: dict[str, Callable[[Field, str, str], Any]] = {
            "number": self.number,
            "boolean": self.boolean,
            "select": self.select,
        }
        return readers[kind](one, path, name) if kind in readers else None

    def holder(self, one: Field, kind: str, path: str, name: str) -> Any:
        """What holds other fields, as long as it is not too deep."""
        if self.level >= NESTED:
            return self.carried(f"{name}/@kept")
        self.level += 1
        readers = {"group": self.group, "list": self.items, "library": self.library}
        found = readers[kind](one, path, name)
        self.level -= 1
        return found

    def sent(self, name: str) -> str:
        value = self.data.get(name)
        return value if isinstance(value, str) else ""

    def group(self, one: Field, path: str, name: str) -> dict[str, Any]:
        found = self.members(members_of(one), path, name)
        if one.get("isSubContent"):
            found["subContentId"] = self.sent(f"{name}/@id") or str(uuid.uuid4())
        return found

    def text(self, one: Field, path: str, name: str, *, is_item: bool) -> str | None:
        words = LINE_END.sub("\n", self.sent(name)).replace("\x00", "")
        most = count(one, "maxLength")
        if isinstance(one.get("tags"), list):
            words = rich_text(words, one)
        else:
            if most is not None and len(words) > most:
                self.read.tell(path, f"{most} caractères au plus : il y en a {len(words)}.")
            words = kept(words)
        if is_required(one) and not readable(words).strip():
            self.read.tell(path, FILL)
        return words if words or is_item or has_default(one) else None

    def number(self, one: Field, path: str, name: str) -> int | float | None:
        words = re.sub(r"\s", "", self.sent(name)).replace(",", ".")
        if not words:
            if is_required(one):
                self.read.tell(path, FILL)
            return None
        read = as_number(words) if len(words) <= 40 else None
        if read is None or not math.isfinite(read):
            self.read.tell(path, f"Écrivez un nombre, de {LARGEST:.0f} au plus.")
            return None
        least, most = one.get("min"), one.get("max")
        if is_number(least) and read < least:
            self.read.tell(path, f"{least} au moins.")
        if is_number(most) and read > most:
            self.read.tell(path, f"{most} au plus.")
        return int(read) if float(read).is_integer() else read

    def boolean(self, one: Field, path: str, name: str) -> bool:
        return self.data.get(name) is not None

    def select(self, one: Field, path: str, name: str) -> Any:
        offered = {str(option.get("value")) for option in as_list(one.get("options")) if isinstance(option, dict)}
        if one.get("multiple"):
            return [value for value in self.data.getlist(name) if isinstance(value, str) and value in offered]
        value = self.sent(name)
        if not value:
            if is_required(one):
                self.read.tell(path, CHOOSE)
            return None
        if offered and value not in offered:
            self.read.tell(path, CHOOSE)
            return None
        return value if offered else written({}, value)

    def items(self, one: Field, path: str, name: str) -> list[Any]:
        inner = one.get("field")
        if not isinstance(inner, dict):
            return []
        tokens = list(dict.fromkeys(token for token in map(str, self.data.getlist(name)) if TOKEN.fullmatch(token)))
        added = self.change(tokens, name)
        items = [self.value(inner, f"{path}/{at}", f"{name}/{token}", is_item=True) for at, token in enumerate(tokens)]
        if added:
            items.append(Opener(self.libraries, is_new=True).value(inner, None, is_item=True))
        least, most = count(one, "min") or 0, count(one, "max")
        if len(items) < least:
            self.read.tell(path, f"Il en faut au moins {least}.")
        if most is not None and len(items) > most:
            self.read.tell(path, f"{most} au plus : il y en a {len(items)}.")
        return items

    def change(self, tokens: list[str], name: str) -> bool:
        """Do what is asked of this list, if it is this one; return whether an item is to be added."""
        action = self.action
        if action is None or action.where != name:
            return False
        if action.verb == "add":
            return True
        if action.token in tokens:
            at = tokens.index(action.token)
            tokens.pop(at)
            if action.verb != "remove":
                tokens.insert(max(0, at - 1) if action.verb == "up" else at + 1, action.token)
        return False

    def library(self, one: Field, path: str, name: str) -> dict[str, Any] | None:
        carried = self.carried(f"{name}/@kept")
        if carried is not None:
            return carried if isinstance(carried, dict) else None
        chosen = self.sent(name)
        library = LibraryName.parse(chosen)
        if not chosen:
            if is_required(one):
                self.read.tell(path, CHOOSE)
            return None
        fields = self.libraries.fields(library) if library in options_of(one) and library is not None else None
        if library is None or fields is None or self.depth >= DEEPEST:
            self.read.tell(path, "Ce qui est choisi n'a pas sa place ici.")
            return None
        if self.sent(f"{name}/@was") != chosen:
            return Opener(self.libraries, is_new=True).started(library)
        self.depth += 1
        params = self.members(fields, f"{path}/params", f"{name}/params")
        self.depth -= 1
        identifier = self.sent(f"{name}/@id") or str(uuid.uuid4())
        found: dict[str, Any] = {"library": chosen, "params": params, "subContentId": identifier}
        metadata = self.carried(f"{name}/@metadata")
        return found | {"metadata": metadata} if isinstance(metadata, dict) else found

    def file(self, kind: str, path: str, name: str) -> Any:
        now = None if self.sent(f"{name}/@remove") else self.carried(f"{name}/@now")
        file = self.uploads.get(f"{name}/@file")
        if file is not None and self.take is not None:
            try:
                taken = self.take(file, kind)
            except NotTaken as refusal:
                self.read.tell(path, str(refusal))
            else:
                now = [taken] if kind in ("audio", "video") else taken
        return now

    def carried(self, name: str) -> Any:
        """What a form carries without showing it, as JSON; None when it was tampered with."""
        text = self.sent(name)
        if not text:
            return None
        try:
            return parse(text.encode(), limits=CARRIED)
        except (Unreadable, UnicodeEncodeError):
            return None


def carry(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
