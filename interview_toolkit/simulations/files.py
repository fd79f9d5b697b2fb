"""A scenario as a YAML file, read without trusting it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from interview_toolkit.simulations import graph
from interview_toolkit.simulations.checks import MOST_NODES

MOST_BYTES = 512 * 1024
MOST_VALUES = 20_000
DEEPEST = 12
TEXTS = ("code", "title", "description", "learner_role", "person", "pathway_step")


class Unreadable(ValueError):
    """Why a file is not a scenario; shown as it stands."""


@dataclass(frozen=True)
class ScenarioFile:
    """`said` holds the texts of `TEXTS` the file gives; `themes` are codes."""

    said: dict[str, str]
    themes: tuple[str, ...]
    minutes: int
    graph: graph.Graph


def read_file(content: bytes) -> ScenarioFile:
    """Read a scenario: what is wrong with its graph is for `checks`. Raises Unreadable."""
    value = _parse(content)
    if not isinstance(value, Mapping):
        raise Unreadable("Ce fichier ne décrit pas un scénario : il faut title, start et nodes.")
    wrong = [name for name in (*TEXTS, "start") if not isinstance(value.get(name, ""), str)]
    nodes, minutes, themes = value.get("nodes"), value.get("duration_minutes", 20), value.get("themes", [])
    if not isinstance(nodes, list) or not all(isinstance(node, Mapping) for node in nodes):
        wrong.append("nodes")
    elif any(not _is_list_of_mappings(node.get("options", [])) for node in nodes):
        wrong.append("options")
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 1 <= minutes <= 240:
        wrong.append("duration_minutes")
    if not isinstance(themes, list) or not all(isinstance(theme, str) for theme in themes):
        wrong.append("themes")
    if wrong:
        raise Unreadable(f"Ce fichier n'est pas écrit comme il faut : {', '.join(wrong)}.")
    if len(nodes) > MOST_NODES:  # type: ignore[arg-type]  # a list, or it is wrong
        raise Unreadable(f"Ce scénario a {len(nodes)} moments : {MOST_NODES} au plus.")  # type: ignore[arg-type]
    said = {name: value[name].strip() for name in TEXTS if value.get(name)}
    if not said.get("title"):
        raise Unreadable("Ce scénario n'a pas de titre (title).")
    return ScenarioFile(said, tuple(themes), minutes, graph.read(value))


def write_file(file: ScenarioFile) -> str:
    """The text `read_file` reads."""
    said: dict[str, Any] = {**file.said, "themes": list(file.themes), "duration_minutes": file.minutes}
    return yaml.safe_dump(
        said | graph.stored(file.graph), allow_unicode=True, sort_keys=False, width=110, default_flow_style=False
    )


def _parse(content: bytes) -> Any:
    """The value of a YAML text of one document, without anchors, within limits. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(f"Ce fichier pèse plus de {MOST_BYTES // 1024} Kio.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("Ce fichier n'est pas du texte en UTF-8.") from None
    if "\0" in text:
        raise Unreadable("Ce fichier contient des caractères interdits.")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _look_through(text, loader)
        return yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        if isinstance(error, Unreadable):
            raise
        mark = getattr(error, "problem_mark", None)
        where = f", ligne {mark.line + 1}" if mark else ""
        raise Unreadable(f"Ce fichier n'est pas du YAML{where}.") from None


def _look_through(text: str, loader: Any) -> None:
    """Before anything is built of it: not too many values, not too deep, and nothing that refers to another place."""
    depth = documents = 0
    for values, event in enumerate(yaml.parse(text, Loader=loader)):
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


def _is_list_of_mappings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, Mapping) for one in value)
