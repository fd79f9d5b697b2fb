"""What keeps a simulation from being played to an end, each problem with the node it is in. Pure."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from interview_toolkit.simulations.enums import Initiative, Move, Outcome
from interview_toolkit.simulations.graph import Graph, Node, Option

MOST_NODES = 200
MOST_OPTIONS = 8


@dataclass(frozen=True, slots=True)
class Problem:
    """`node` is its name, `at` its place among the moments; without a place, it is about the whole."""

    node: str
    message: str
    at: int | None = None

    def __str__(self) -> str:
        if self.node:
            return f"Moment « {self.node} » : {self.message}"
        return self.message if self.at is None else f"Moment n° {self.at + 1} : {self.message}"


def problems_of(graph: Graph, *, techniques: Collection[str]) -> list[Problem]:
    """Return all that is wrong; empty when it can be published. `techniques` are the codes known here."""
    if not graph.nodes:
        return [Problem("", "La simulation n'a encore aucun moment : ajoutez ce que dit la personne.")]
    if len(graph.nodes) > MOST_NODES:
        return [Problem("", f"{MOST_NODES} moments au plus : il y en a {len(graph.nodes)}.")]
    found = [*_of_names(graph), *_of_start(graph)]
    for at, node in enumerate(graph.nodes):
        found += [Problem(node.id, message, at) for message in _of_node(graph, node, techniques)]
    return found


def _of_names(graph: Graph) -> Iterator[Problem]:
    counts = Counter(node.id for node in graph.nodes)
    seen: set[str] = set()
    for at, node in enumerate(graph.nodes):
        if not node.id:
            yield Problem("", "il n'a pas de repère. Donnez-en un, court, pour que d'autres y mènent.", at)
        elif node.id in seen:
            yield Problem(node.id, f"ce repère est donné à {counts[node.id]} moments. Il en faut un par moment.", at)
        seen.add(node.id)


def _of_start(graph: Graph) -> Iterator[Problem]:
    if not graph.start:
        yield Problem("", "Dites par quel moment la simulation commence.")
    elif graph.start not in graph.by_id:
        yield Problem("", f"Elle commence par « {graph.start} », qui n'existe pas.")
    if not any(node.is_end for node in graph.nodes):
        yield Problem("", "Elle n'a aucune fin : ajoutez-en une au moins.")


def _of_node(graph: Graph, node: Node, techniques: Collection[str]) -> Iterator[str]:
    if not node.line:
        yield "écrivez ce que dit la personne."
    if graph.start in graph.by_id and node.id not in graph.depths:
        yield "aucune réplique n'y mène depuis le début."
    if node.audio and not node.transcript:
        yield "le son n'a pas de transcription."
    if node.is_end:
        yield from _of_end(node)
        return
    if not node.options:
        yield "il n'y a rien à répondre. Ajoutez des répliques, ou faites-en une fin."
    elif len(node.options) > MOST_OPTIONS:
        yield f"{MOST_OPTIONS} répliques au plus : il y en a {len(node.options)}."
    elif node.id in graph.depths and node.id not in graph.leading_to_an_end:
        yield "d'ici, aucune suite de répliques n'arrive à une fin."
    for number, option in enumerate(node.options, start=1):
        for message in _of_option(graph, option, techniques):
            yield f"réplique {number}, {message}"


def _of_end(node: Node) -> Iterator[str]:
    if node.options:
        yield "une fin n'a pas de répliques."
    if node.outcome not in Outcome.values:
        yield "dites comment l'échange se termine : accord, suspens ou rupture."
    if not node.debrief:
        yield "écrivez la question de relecture."


def _of_option(graph: Graph, option: Option, techniques: Collection[str]) -> Iterator[str]:
    if not option.label:
        yield "écrivez ce que dit le professionnel."
    if not option.next:
        yield "dites à quel moment elle mène."
    elif option.next not in graph.by_id:
        yield f"elle mène à « {option.next} », qui n'existe pas."
    if option.move not in Move.values:
        yield f"« {option.move} » n'est pas un mouvement connu." if option.move else "dites ce qu'elle fait."
    if option.initiative not in Initiative.values:
        unknown = f"« {option.initiative} » n'est pas une initiative connue."
        yield unknown if option.initiative else "dites qui a l'initiative ensuite."
    for tag in option.tags:
        if tag not in techniques:
            yield f"la technique « {tag} » n'existe pas."
