"""Graphs, walks and files of simulations, without a database."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from coordination.demo.files import read_files
from interview_toolkit.simulations.checks import MOST_NODES, problems_of
from interview_toolkit.simulations.drawing import draw
from interview_toolkit.simulations.enums import Initiative, Move
from interview_toolkit.simulations.files import ScenarioFile, Unreadable, read_file, write_file
from interview_toolkit.simulations.graph import Graph, Node, Option, read, shape_of, stored
from interview_toolkit.simulations.speech import Part, parts_of
from interview_toolkit.simulations.walk import (
    MOST_TURNS,
    Choice,
    Held,
    NotOffered,
    Turn,
    follow,
    parting,
    reading_of,
    shuffled,
)
from tests.factories.toolkit import GRAPH

KNOWN = {"QUESTION"}
DEMO = read_files().demo
SCENARIOS = {item["code"]: read(item) for item in DEMO["scenarios"]}
CODES = {item["code"] for item in DEMO["techniques"]}


def changed(change: Callable[[dict[str, Any]], None]) -> Graph:
    graph = copy.deepcopy(GRAPH)
    change(graph)
    return read(graph)


def node(graph: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in graph["nodes"] if one["id"] == name)


def option(graph: dict[str, Any], name: str, at: int) -> dict[str, Any]:
    return node(graph, name)["options"][at]


def test_a_sound_graph_has_no_problem_and_is_stored_as_it_is_read() -> None:
    graph = read(GRAPH)
    assert problems_of(graph, techniques=KNOWN) == []
    assert read(stored(graph)) == graph


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda g: g.update(start=""), "Dites par quel moment la simulation commence."),
        (lambda g: g.update(start="ailleurs"), "Elle commence par « ailleurs », qui n'existe pas."),
        (lambda g: g.update(nodes=[]), "La simulation n'a encore aucun moment : ajoutez ce que dit la personne."),
        (lambda g: g.update(nodes=g["nodes"] * 60), f"{MOST_NODES} moments au plus : il y en a 300."),
        (
            lambda g: option(g, "suite", 1).update(next="nulle-part"),
            "Moment « suite » : réplique 2, elle mène à « nulle-part », qui n'existe pas.",
        ),
        (
            lambda g: option(g, "suite", 1).update(next=""),
            "Moment « suite » : réplique 2, dites à quel moment elle mène.",
        ),
        (
            lambda g: option(g, "repli", 1).update(next="accueil"),
            "Moment « rupture » : aucune réplique n'y mène depuis le début.",
        ),
        (
            lambda g: option(g, "suite", 1).update(next="suite"),
            "Moment « suite » : d'ici, aucune suite de répliques n'arrive à une fin.",
        ),
        (
            lambda g: node(g, "accord").update(options=[option(g, "suite", 0)]),
            "Moment « accord » : une fin n'a pas de répliques.",
        ),
        (
            lambda g: node(g, "accord").update(outcome="gagné"),
            "Moment « accord » : dites comment l'échange se termine : accord, suspens ou rupture.",
        ),
        (lambda g: node(g, "accord").update(debrief=" "), "Moment « accord » : écrivez la question de relecture."),
        (lambda g: node(g, "suite").update(person_line=""), "Moment « suite » : écrivez ce que dit la personne."),
        (
            lambda g: node(g, "suite").update(options=[]),
            "Moment « suite » : il n'y a rien à répondre. Ajoutez des répliques, ou faites-en une fin.",
        ),
        (
            lambda g: option(g, "suite", 0).update(label=""),
            "Moment « suite » : réplique 1, écrivez ce que dit le professionnel.",
        ),
        (
            lambda g: option(g, "suite", 0).update(tags=["MAGIE"]),
            "Moment « suite » : réplique 1, la technique « MAGIE » n'existe pas.",
        ),
        (
            lambda g: option(g, "suite", 0).update(move="danser"),
            "Moment « suite » : réplique 1, « danser » n'est pas un mouvement connu.",
        ),
        (
            lambda g: option(g, "suite", 0).update(initiative=""),
            "Moment « suite » : réplique 1, dites qui a l'initiative ensuite.",
        ),
        (lambda g: node(g, "suite").update(audio=3), "Moment « suite » : le son n'a pas de transcription."),
        (
            lambda g: node(g, "repli").update(id="suite"),
            "Moment « suite » : ce repère est donné à 2 moments. Il en faut un par moment.",
        ),
        (
            lambda g: node(g, "repli").update(id=""),
            "Moment n° 2 : il n'a pas de repère. Donnez-en un, court, pour que d'autres y mènent.",
        ),
        (lambda g: g.update(nodes=g["nodes"][:3]), "Elle n'a aucune fin : ajoutez-en une au moins."),
    ],
)
def test_each_problem_names_its_moment(change: Any, said: str) -> None:
    assert said in map(str, problems_of(changed(change), techniques=KNOWN))


@pytest.mark.parametrize("code", SCENARIOS)
def test_the_scenarios_of_the_demonstration_are_sound_and_every_end_is_reached(code: str) -> None:
    graph = SCENARIOS[code]
    assert problems_of(graph, techniques=CODES) == []
    ends = {one.id for one in graph.nodes if one.is_end}
    assert {follow(graph, way).here.id for way in ways_to_ends(graph).values()} == ends
    assert len(ends) == 3


def ways_to_ends(graph: Graph) -> dict[str, list[Choice]]:
    """The shortest way to each end."""
    ways: dict[str, list[Choice]] = {graph.start: []}
    todo = [graph.start]
    while todo:
        here = graph.by_id[todo.pop(0)]
        for at, one in enumerate(here.options):
            if one.next not in ways:
                ways[one.next] = [*ways[here.id], (here.id, at)]
                todo.append(one.next)
    return {name: way for name, way in ways.items() if graph.by_id[name].is_end}


@given(code=st.sampled_from(sorted(SCENARIOS)), draws=st.lists(st.integers(0, 7), min_size=1, max_size=60))
def test_any_walk_is_replayable_and_shows_the_same(code: str, draws: list[int]) -> None:
    graph = SCENARIOS[code]
    choices: list[Choice] = []
    walk = follow(graph, choices)
    for draw_ in draws:
        if walk.is_over:
            break
        choices.append((walk.here.id, draw_ % len(walk.here.options)))
        walk = follow(graph, choices)
    again = follow(read(stored(graph)), choices)
    assert again == walk
    assert reading_of(again.turns) == reading_of(walk.turns)
    assert [(turn.node.id, turn.choice) for turn in walk.turns] == choices


@pytest.mark.parametrize(
    "choices",
    [
        [("suite", 0)], [("accueil", 2)], [("accueil", -1)], [("accueil", 0), ("accueil", 0)],
        [("accueil", 0), ("suite", 1), ("accord", 0)], [("accueil", 0), *[("suite", 0)] * MOST_TURNS],
    ],
)  # fmt: skip
def test_what_is_not_offered_leads_nowhere(choices: list[Choice]) -> None:
    with pytest.raises(NotOffered):
        follow(read(GRAPH), choices)


def test_the_reading_says_who_held_what_and_when() -> None:
    turns = follow(read(GRAPH), [("accueil", 1), ("repli", 0), ("accueil", 0), ("suite", 0), ("suite", 1)]).turns
    reading = reading_of(turns)
    assert reading.problem == Held("personne", 4)
    assert reading.solution == Held("partagee", 5)
    assert reading.advice_first == (1,)
    assert reading.techniques == {"QUESTION": (3, 5)}
    assert reading.turning_points == {1, 4, 5}
    nothing = reading_of(())
    assert (nothing.problem, nothing.solution, nothing.advice_first) == (None, None, ())


def led(*moves: tuple[str, str]) -> list[Turn]:
    """Turns of one option each: what it does, who has the initiative after it."""
    said = [Node(f"n{at}", "…", options=(Option("…", "…", *one),)) for at, one in enumerate(moves)]
    return [Turn(at, one, 0) for at, one in enumerate(said, start=1)]


@pytest.mark.parametrize(
    ("moves", "problem", "solution"),
    [
        # The target negotiated with the person is what defines the problem, not the information given before.
        (
            [("informer", "professionnel"), ("negocier", "partagee"), ("negocier", "personne")],
            Held("partagee", 2),
            Held("personne", 3),
        ),
        # Even when nothing comes after it.
        ([("informer", "professionnel"), ("negocier", "partagee")], Held("partagee", 2), Held("partagee", 2)),
        ([("negocier", "personne")], Held("personne", 1), Held("personne", 1)),
        # Whoever had defined it with the person keeps it.
        ([("refleter", "personne"), ("negocier", "partagee")], Held("personne", 1), Held("partagee", 2)),
        # To advise or to decide defines nothing, and does not make the professional's problem another's.
        (
            [("informer", "professionnel"), ("conseiller", "professionnel")],
            Held("professionnel", 1),
            Held("professionnel", 2),
        ),
        ([("decider_a_la_place", "professionnel")], None, Held("professionnel", 1)),
        ([("explorer", "personne"), ("informer", "professionnel")], Held("professionnel", 2), None),
    ],
)
def test_negotiating_says_the_problem_as_well_as_the_solution(
    moves: list[tuple[str, str]], problem: Held | None, solution: Held | None
) -> None:
    reading = reading_of(led(*moves))
    assert (reading.problem, reading.solution) == (problem, solution)


@given(st.lists(st.tuples(st.sampled_from(list(Move)), st.sampled_from(list(Initiative))), max_size=12))
def test_a_problem_negotiated_with_the_person_is_never_said_to_be_the_professional_s(
    moves: list[tuple[Move, Initiative]],
) -> None:
    reading = reading_of(led(*moves))
    until = reading.solution.turn if reading.solution else 0
    shared = [
        at
        for at, (move, initiative) in enumerate(moves[:until], start=1)
        if move == Move.NEGOTIATE and initiative != Initiative.PROFESSIONAL
    ]
    if shared and reading.problem and reading.problem.by == Initiative.PROFESSIONAL:
        assert reading.problem.turn > shared[-1]
    assert reading.problem is None or reading.problem.turn <= (until or len(moves))


def test_gestures_and_quotations_of_a_line_are_told_from_what_is_said() -> None:
    assert parts_of("« Quelque chose »… (Vous laissez un temps.) Je vous écoute.") == (
        Part("“Quelque chose”…"),
        Part("Vous laissez un temps.", is_gesture=True),
        Part("Je vous écoute."),
    )
    assert parts_of("(Silence)") == (Part("Silence", is_gesture=True),)
    assert parts_of("Un stage (une semaine) ici.") == (Part("Un stage (une semaine) ici."),)
    assert parts_of(" ") == ()


def test_versions_that_differ_in_words_only_have_one_shape() -> None:
    shape = shape_of(read(GRAPH))
    assert shape_of(changed(lambda g: node(g, "suite").update(person_line="Autre"))) == shape
    assert shape_of(changed(lambda g: g["nodes"].reverse())) == shape
    for change in (
        lambda g: g.update(start="repli"),
        lambda g: node(g, "accord").update(outcome="suspens"),
        lambda g: option(g, "suite", 0).update(next="repli"),
        lambda g: node(g, "suite")["options"].reverse(),
        lambda g: node(g, "suite")["options"].append(option(g, "suite", 0)),
    ):
        assert shape_of(changed(change)) != shape


def test_two_conversations_part_where_they_differ() -> None:
    one = follow(read(GRAPH), [("accueil", 0), ("suite", 0), ("suite", 1)]).turns
    other = follow(read(GRAPH), [("accueil", 0), ("suite", 1)]).turns
    assert parting(one, other) == 2
    assert parting(one, one) == 4


def test_the_order_shown_is_kept_by_its_seed() -> None:
    here = SCENARIOS["SCENARIO-MME-L"].by_id["n1"]
    orders = {tuple(shuffled(here, seed=seed)) for seed in range(50)}
    assert len(orders) == 6
    assert shuffled(here, seed=7) == shuffled(here, seed=7)


def test_the_map_shows_every_moment_and_every_reply() -> None:
    graph = SCENARIOS["SCENARIO-RELAIS"]
    drawing = draw(graph)
    assert {box.id for box in drawing.boxes} == set(graph.by_id)
    assert len(drawing.arrows) == sum(len(one.options) for one in graph.nodes)
    corners = {(box.x, box.y) for box in drawing.boxes}
    assert len(corners) == len(drawing.boxes)


# Files


def file_of(**changes: Any) -> bytes:
    return yaml.safe_dump({"title": "Essai", "duration_minutes": 20} | GRAPH | changes, allow_unicode=True).encode()


@pytest.mark.parametrize("code", SCENARIOS)
def test_a_file_written_is_read_back(code: str) -> None:
    item = next(one for one in DEMO["scenarios"] if one["code"] == code)
    file = read_file(yaml.safe_dump(item, allow_unicode=True).encode())
    assert file.graph == SCENARIOS[code]
    assert read_file(write_file(file).encode()) == file
    assert isinstance(file, ScenarioFile)
    assert file.said["person"] == item["person"]


BOMB = "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Ce fichier ne décrit pas un scénario"),
        (b"\xff\xfe", "pas du texte en UTF-8"),
        (b"title: [", "Ce fichier n'est pas du YAML, ligne"),
        (b"title: 'a\x00'", "caractères interdits"),
        (b"- 1\n- 2", "ne décrit pas un scénario"),
        (BOMB.encode(), "ancres"),
        (b"title: x\nnodes: &n\n- *n", "ancres"),
        (b"[" * 5000, "niveaux"),
        (b"!!python/object/apply:os.system ['true']", "n'est pas du YAML"),
        (b"a: 1\n---\nb: 2", "plusieurs documents"),
        (b"x" * (512 * 1024 + 1), "512 Kio"),
        (file_of(nodes=[{"id": f"n{at}"} for at in range(5000)]), "trop de valeurs"),
        (file_of(nodes=[{"id": f"n{at}"} for at in range(500)]), "500 moments : 200 au plus"),
        (file_of(nodes="beaucoup"), "nodes"),
        (file_of(nodes=[1, 2]), "nodes"),
        (file_of(nodes=[{"id": "a", "options": "x"}]), "options"),
        (file_of(title=3), "title"),
        (file_of(title=""), "pas de titre"),
        (file_of(start=["a"]), "start"),
        (file_of(themes="PRO-01"), "themes"),
        (file_of(duration_minutes=True), "duration_minutes"),
        (file_of(duration_minutes=10**9), "duration_minutes"),
        (b"title: 2026-02-30\nnodes: []", "n'est pas"),
    ],
)
def test_a_hostile_file_is_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_file(content)


def written(change: Callable[[dict[str, Any]], None]) -> bytes:
    graph = copy.deepcopy(GRAPH)
    change(graph)
    return file_of(**graph)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (written(lambda g: node(g, "suite").update(id=12)), "Moment n° 3 : « id » attend un texte .*le nombre 12"),
        (
            written(lambda g: node(g, "accord").update(end="oui")),
            "Moment « accord » : « end » attend true ou false, et non « oui »",
        ),
        (
            written(lambda g: option(g, "suite", 0).update(tags="SILENCE")),
            "Moment « suite », réplique 1 : « tags » attend une liste de codes, comme .*, et non « SILENCE »",
        ),
        (
            written(lambda g: option(g, "suite", 1).update(advice_first="oui")),
            "Moment « suite », réplique 2 : « advice_first » attend true ou false",
        ),
        (written(lambda g: option(g, "suite", 1).update(label=["a"])), "réplique 2 : « label » .*non une liste"),
        (written(lambda g: node(g, "suite").update(options=["a"])), "Moment « suite » : « options », n° 1"),
        (written(lambda g: node(g, "suite").update(image="x.png")), "Moment « suite » : « image » attend un nombre"),
        (written(lambda g: node(g, "suite").update(person_line="a\0b")), "« suite » : « person_line » .*interdits"),
        (written(lambda g: node(g, "suite").update(id="x" * 41)), "« id » attend un texte de 40 caractères au plus"),
        (file_of(title="a\x07"), "« title » contient des caractères interdits"),
        (file_of(start="\0"), "« start » contient"),
        (file_of(pathway_step="\0"), "« pathway_step » contient"),
        (file_of(themes=["\0"]), "« themes » contient"),
        (file_of(code="A\0"), "« code » attend"),
        (file_of(code="essai n° 1"), "« code » attend des capitales, des chiffres et des tirets.*« essai n° 1 »"),
        (file_of(feedback="jamais"), "« feedback » attend now ou end, et non « jamais »"),
        (b"title: a\nnodes: []\nduration_minutes: 0x" + b"f" * 6000, "« duration_minutes »"),
        (b"title: a\nstart: b\ntitle: c\nnodes: []", r"« title » est écrit deux fois \(ligne 3\)"),
        (
            b"title: a\nnodes:\n- id: n1\n  options:\n  - {label: a, next: b, label: c}",
            r"Moment « n1 » : « label » est écrit deux fois \(ligne 5\)",
        ),
        (written(lambda g: [one.update(end=1) for one in g["nodes"] * 2]), "« repli » : « end »"),
    ],
)
def test_what_is_not_of_its_kind_is_refused_with_its_moment_and_its_field(content: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_file(content)


def test_what_a_file_says_and_is_not_taken_is_told() -> None:
    file = read_file(written(lambda g: (node(g, "suite").update(image=3, humeur="gaie"), g.update(feedback="now"))))
    assert file.said["feedback"] == "now"
    assert file.notes == (
        "Champs inconnus, laissés de côté : humeur.",
        "Les images et les sons ne voyagent pas avec le fichier : à remettre aux moments « suite ».",
    )
    assert write_file(file).startswith("# Les images et les sons ne voyagent pas avec le fichier")


SAID = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=30).map(
    str.strip
)
OPTIONS = st.builds(
    Option,
    label=SAID,
    next=SAID,
    move=SAID,
    initiative=SAID,
    tags=st.lists(SAID, max_size=2).map(tuple),
    advice_first=st.booleans(),
    feedback=SAID,
)
MOMENTS = st.builds(
    Node, SAID, SAID, SAID, st.lists(OPTIONS, max_size=2).map(tuple), image=st.none() | st.integers(1, 9)
)
ENDS = st.builds(Node, SAID, SAID, SAID, is_end=st.just(True), outcome=SAID, debrief=SAID)


@given(
    said=st.fixed_dictionaries(
        {"title": SAID.filter(bool)},
        optional={
            "feedback": st.sampled_from(["now", "end"]),
            "code": st.from_regex(r"\A[A-Z0-9-]{1,40}\Z"),
            "person": SAID.filter(bool),
        },
    ),
    themes=st.lists(SAID, max_size=3).map(tuple),
    minutes=st.integers(1, 240),
    graph=st.builds(Graph, SAID, st.lists(MOMENTS | ENDS, max_size=4).map(tuple)),
)
def test_any_scenario_goes_out_as_a_file_and_comes_back_the_same(
    said: dict[str, str], themes: tuple[str, ...], minutes: int, graph: Graph
) -> None:
    back = read_file(write_file(ScenarioFile(said, themes, minutes, graph)).encode())
    assert (back.said, back.themes, back.minutes, back.graph) == (said, themes, minutes, graph)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_a_scenario_or_refused(content: bytes) -> None:
    try:
        read_file(content)
    except Unreadable as refusal:
        assert str(refusal).endswith(".")
