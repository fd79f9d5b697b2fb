"""The map of a graph, as an SVG drawn by the server: a row for each depth, an arrow for each option. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from interview_toolkit.simulations.enums import Outcome
from interview_toolkit.simulations.graph import Graph, Node

WIDTH, HEIGHT, GAP_X, GAP_Y, EDGE = 150, 54, 26, 46, 12


@dataclass(frozen=True, slots=True)
class Box:
    """A node on the map. `look` is start, end-<outcome>, lost or plain; `count`: how many times it was come to."""

    id: str
    x: int
    y: int
    words: str
    look: str
    count: int | None = None
    href: str = ""
    play: str = ""

    @property
    def end(self) -> int:
        return self.x + WIDTH

    @property
    def middle(self) -> int:
        return self.x + WIDTH // 2

    @property
    def baseline(self) -> int:
        return self.y + 22

    @property
    def second(self) -> int:
        return self.y + 40


@dataclass(frozen=True, slots=True)
class Arrow:
    """An option on the map. `weight` is the width of its line; `is_unused`: nobody ever chose it."""

    path: str
    title: str
    weight: str
    is_unused: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def draw(
    graph: Graph,
    *,
    counts: Mapping[tuple[str, int], int] | None = None,
    came: Mapping[str, int] | None = None,
    hrefs: Mapping[str, str] | None = None,
    plays: Mapping[str, str] | None = None,
) -> Drawing:
    """Place the nodes by depth, then in the order their author wrote them; `counts` weigh the options.

    `came` says how many times each node was come to, `hrefs` where it leads and `plays` where it is played, by name.
    A missing number is not told.
    """
    rows: dict[int, list[str]] = {}
    lost = max(graph.depths.values(), default=-1) + 1
    for name in graph.by_id:
        rows.setdefault(graph.depths.get(name, lost), []).append(name)
    order = {node.id: at for at, node in enumerate(graph.nodes)}
    widest = max((len(row) for row in rows.values()), default=1)
    width = 2 * EDGE + widest * WIDTH + (widest - 1) * GAP_X
    boxes: dict[str, Box] = {}
    for depth, row in sorted(rows.items()):
        row.sort(key=order.__getitem__)
        left = (width - len(row) * WIDTH - (len(row) - 1) * GAP_X) // 2
        for at, name in enumerate(row):
            node = graph.by_id[name]
            look = "lost" if name not in graph.depths else "start" if name == graph.start else "plain"
            look = f"end-{node.outcome or 'none'}" if node.is_end else look
            x, y = left + at * (WIDTH + GAP_X), EDGE + depth * (HEIGHT + GAP_Y)
            boxes[name] = Box(
                name,
                x,
                y,
                _words(node),
                look,
                (came or {}).get(name),
                (hrefs or {}).get(name, ""),
                (plays or {}).get(name, ""),
            )
    height = 2 * EDGE + (max(rows, default=0) + 1) * (HEIGHT + GAP_Y) - GAP_Y
    return Drawing(width, height, tuple(boxes.values()), tuple(_arrows(graph, boxes, counts)))


def _arrows(graph: Graph, boxes: Mapping[str, Box], counts: Mapping[tuple[str, int], int] | None) -> list[Arrow]:
    most = max(counts.values(), default=1) or 1 if counts else 1
    arrows = []
    for node in graph.by_id.values():
        for at, option in enumerate(node.options):
            if option.next not in boxes:
                continue
            count = (counts or {}).get((node.id, at))
            said = "" if count is None else f" ({count} fois)"
            path = _line(boxes[node.id], boxes[option.next], at, len(node.options))
            weight = f"{1.2 + 4 * (count or 0) / most:.1f}"
            arrows.append(Arrow(path, f"{option.label}{said}", weight, count == 0))
    return arrows


def _line(one: Box, other: Box, at: int, count: int) -> str:
    """A curve from under a box to above another; round the side when it goes back up."""
    x1 = one.x + WIDTH * (at + 1) // (count + 1)
    y1, x2, y2 = one.y + HEIGHT, other.middle, other.y
    if other.y > one.y:
        bend = (y2 - y1) // 2
        return f"M{x1} {y1} C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2 - 5}"
    side = max(one.x, other.x) + WIDTH + 10
    return f"M{x1} {y1} C{x1} {y1 + 30} {side} {y1 + 30} {side} {(y1 + y2) // 2} S{side} {y2 - 30} {x2 + 12} {y2 - 5}"


def _words(node: Node) -> str:
    """What is said there; for an end, how it ends first."""
    return _short(f"{Outcome(node.outcome).word} : {node.line}" if node.outcome in Outcome.values else node.line)


def _short(words: str, most: int = 21) -> str:
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"
