"""A scenario as a YAML file, read without trusting it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from interview_toolkit.simulations import graph
from interview_toolkit.simulations.checks import MOST_NODES
from interview_toolkit.simulations.enums import FeedbackTime
from interview_toolkit.simulations.shapes import (
    CODE_TEXT,
    FLAG,
    LIST,
    MINUTES,
    NUMBER,
    TEXTS_LIST,
    Shape,
    in_place,
    one_of,
    shown,
    text,
    wrong_fields,
)

MOST_BYTES = 512 * 1024
MOST_VALUES = 20_000
DEEPEST = 12
MOST_SAID = 5
TEXTS = {
    "code": CODE_TEXT,
    "title": text(255),
    "description": text(20_000),
    "learner_role": text(120),
    "person": text(60),
    "pathway_step": text(40),
    "feedback": one_of(FeedbackTime.values),
}
WHOLE = TEXTS | {"start": text(40), "themes": TEXTS_LIST, "duration_minutes": MINUTES, "nodes": LIST}
NODE = {
    "id": text(40),
    "person_line": text(1_000),
    "stage": text(300),
    "end": FLAG,
    "outcome": text(40),
    "debrief": text(1_000),
    "image": NUMBER,
    "audio": NUMBER,
    "transcript": text(20_000),
    "options": LIST,
}
OPTION = {
    "label": text(600),
    "next": text(40),
    "move": text(40),
    "initiative": text(40),
    "tags": TEXTS_LIST,
    "advice_first": FLAG,
    "feedback": text(600),
}


class Unreadable(ValueError):
    """Why a file is not a scenario; shown as it stands."""


@dataclass(frozen=True)
class ScenarioFile:
    """`said` holds the texts of `TEXTS` the file gives; `themes` are codes; `notes` tell what of it is not taken."""

    said: dict[str, str]
    themes: tuple[str, ...]
    minutes: int
    graph: graph.Graph
    notes: tuple[str, ...] = ()


def read_file(content: bytes) -> ScenarioFile:
    """Read a scenario: what is wrong with its graph is for `checks`. Raises Unreadable."""
    value = _parse(content)
    if not isinstance(value, Mapping):
        raise Unreadable("Ce fichier ne décrit pas un scénario : il faut title, start et nodes.")
    nodes = value.get("nodes")
    if isinstance(nodes, list) and len(nodes) > MOST_NODES:
        raise Unreadable(f"Ce scénario a {len(nodes)} moments : {MOST_NODES} au plus.")
    if wrong := list(_wrong(value)):
        more = len(wrong) - MOST_SAID
        rest = [f"{more} autre{'s' if more > 1 else ''} point{'s' if more > 1 else ''} à corriger."] if more > 0 else []
        raise Unreadable(" ".join([*wrong[:MOST_SAID], *rest]))
    said = {name: value[name].strip() for name in TEXTS if value.get(name)}
    if not said.get("title"):
        raise Unreadable("Ce scénario n'a pas de titre (title).")
    minutes = value.get("duration_minutes")
    read = graph.read(value)
    return ScenarioFile(
        said, tuple(value.get("themes") or ()), 20 if minutes is None else minutes, read, tuple(_notes(value, read))
    )


def write_file(file: ScenarioFile) -> str:
    """The text `read_file` reads. Images and sounds stay where they are: the first line says at which moments."""
    said: dict[str, Any] = {**file.said, "themes": list(file.themes), "duration_minutes": file.minutes}
    dumped = yaml.safe_dump(
        said | graph.stored(file.graph), allow_unicode=True, sort_keys=False, width=110, default_flow_style=False
    )
    left = _with_files(file.graph)
    return f"# {_files_left(left)}\n{dumped}" if left else dumped


def _with_files(read: graph.Graph) -> list[str]:
    return [node.id for node in read.nodes if node.image or node.audio]


def _files_left(names: list[str]) -> str:
    """One line, whatever the names."""
    told = " ".join(", ".join(f"« {name} »" for name in names).split())
    return f"Les images et les sons ne voyagent pas avec le fichier : à remettre aux moments {told}."


def _wrong(value: Mapping[Any, Any]) -> Iterator[str]:
    """A sentence for each field that is not of its kind, with the moment it is in."""
    yield from wrong_fields(value, WHOLE)
    nodes = value.get("nodes")
    if nodes is None:
        yield "« nodes » manque : c'est la liste des moments."
    if not isinstance(nodes, list):
        return
    for at, node in enumerate(nodes, start=1):
        if not isinstance(node, Mapping):
            yield f"« nodes », n° {at} : un moment attend des champs (id, person_line, options)."
            continue
        name = place_of(node.get("id"), at)
        yield from wrong_fields(node, NODE, name)
        options = node.get("options")
        for number, option in enumerate(options if isinstance(options, list) else (), start=1):
            if isinstance(option, Mapping):
                yield from wrong_fields(option, OPTION, f"{name}, réplique {number}")
            else:
                yield f"{name} : « options », n° {number} : une réplique attend des champs (label, next, move)."


def place_of(name: Any, at: int) -> str:
    """A moment as a sentence names it: by its name when it has one, else by its place."""
    return f"Moment « {shown(name)} »" if isinstance(name, str) and shown(name) else f"Moment n° {at}"


def _notes(value: Mapping[Any, Any], read: graph.Graph) -> Iterator[str]:
    nodes = value["nodes"]
    options = [option for node in nodes for option in node.get("options") or ()]
    fields: list[tuple[Mapping[str, Shape], list[Any]]] = [(WHOLE, [value]), (NODE, nodes), (OPTION, options)]
    unknown = {shown(str(name)): None for known, rows in fields for row in rows for name in row if name not in known}
    if unknown:
        yield f"Champs inconnus, laissés de côté : {', '.join(unknown)[:200]}."
    if left := _with_files(read):
        yield _files_left(left)


def _parse(content: bytes) -> Any:
    """The value of a YAML text of one document, without anchors, within limits. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(f"Ce fichier pèse plus de {MOST_BYTES // 1024} Kio.")
    try:
        said = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("Ce fichier n'est pas du texte en UTF-8.") from None
    if "\0" in said:
        raise Unreadable("Ce fichier contient des caractères interdits.")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _look_through(said, loader)
        reader = loader(said)
        tree = reader.get_single_node()
        if tree is None:
            return None
        _refuse_twice(tree)
        return reader.construct_document(tree)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        if isinstance(error, Unreadable):
            raise
        mark = getattr(error, "problem_mark", None)
        where = f", ligne {mark.line + 1}" if mark else ""
        raise Unreadable(f"Ce fichier n'est pas du YAML{where}.") from None


def _look_through(said: str, loader: Any) -> None:
    """Before anything is built of it: not too many values, not too deep, and nothing that refers to another place."""
    depth = documents = 0
    for values, event in enumerate(yaml.parse(said, Loader=loader)):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Unreadable("Ce fichier contient des ancres (& et *) : écrivez chaque moment en entier.")
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            depth += 1
        if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise Unreadable(f"Ce fichier imbrique plus de {DEEPEST} niveaux.")
        if values > MOST_VALUES:
            raise Unreadable("Ce fichier contient trop de valeurs pour un scénario.")
    if documents > 1:
        raise Unreadable("Ce fichier contient plusieurs documents : un scénario par fichier.")


def _refuse_twice(node: yaml.Node, place: str = "") -> None:
    """YAML keeps the last of two fields of one name, and says nothing. Raises Unreadable."""
    if isinstance(node, yaml.SequenceNode):
        for one in node.value:
            _refuse_twice(one, place)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
        if name in seen:
            sentence = f"« {shown(name)} » est écrit deux fois (ligne {key.start_mark.line + 1})."
            raise Unreadable(in_place(place, sentence))
        seen.add(name)
        if not place and name == "nodes" and isinstance(value, yaml.SequenceNode):
            for at, moment in enumerate(value.value, start=1):
                _refuse_twice(moment, place_of(_name_of(moment), at))
        else:
            _refuse_twice(value, place)


def _name_of(moment: yaml.Node) -> Any:
    fields = moment.value if isinstance(moment, yaml.MappingNode) else []
    return next((value.value for key, value in fields if key.value == "id"), None)
