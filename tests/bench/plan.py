"""What is asked of the site: the ladder, then its pages, each by the people who use it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any, LiteralString
from uuid import uuid4

from tests.bench.databases import ROOT, Connection, environment
from tests.bench.driving import Ask, forever
from tests.bench.seed import learners_among

COORDINATOR = "coordination@demo.example"
LEARNERS = 80  # each finishes each lesson once
READERS = 40


@dataclass(frozen=True)
class Scene:
    """What is measured under one name. `asks(round)` gives the requests of one burst; `between` is done before
    each; `clients` ask at once."""

    name: str
    asks: Callable[[int], Iterator[Ask]]
    between: Callable[[], None] | None = None
    clients: int | None = None
    is_last: bool = False
    """Measured once, after all rounds: it disturbs the others."""


def sessions(database: str, emails: list[str]) -> dict[str, str]:
    result = subprocess.run(
        [sys.executable, "-m", "tests.bench.sessions", *emails],
        env=environment(database), cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    keys: dict[str, str] = json.loads(result.stdout.splitlines()[-1])
    return keys


def scenes(database: str, connection: Connection, *, people: int, rounds: int) -> list[Scene]:
    """Everything that is measured on one database."""
    emails = [f"bench{rank}@bench.example" for rank in learners_among(people, LEARNERS)]
    keys = sessions(database, [*emails, COORDINATOR])
    learners = [keys[email] for email in emails[:: LEARNERS // READERS]]
    coordinator = keys[COORDINATOR]
    course, manifest = longest_course(connection)
    lessons = [step for step in manifest if step["rule"] == "confirmed"]
    played = next(step for step in manifest if step["rule"] == "activities")
    activity = f"/formations/etape/{played['step_key']}/activites/{played['activities'][0]['key']}/"
    iri = content_iri(connection, played["activities"][0]["content"])
    writes = progress_writes(connection, keys, lessons, rounds)
    turns, waiting = asks_of(connection, PLAYS, keys), asks_of(connection, TRIADS, keys)

    def reads(*paths: str, people: list[str] = learners) -> Callable[[int], Iterator[Ask]]:
        asks = [Ask(path, key) for key in people for path in paths]
        return lambda turn: forever(asks, turn)

    def inserts(turn: int) -> Iterator[Ask]:
        return (
            Ask(ask.path, ask.session, "") for ask in forever([Ask("/bench/insert/", key) for key in learners], turn)
        )

    def a_learner_moves() -> None:
        """Someone begins the course, or (never seen elsewhere, but the same work for the page) has not begun it."""
        connection.execute(FLIP, {"email": emails[0]})

    def someone_arrives() -> None:
        connection.execute("UPDATE core_stamp SET number = number + 1 WHERE name = 'training:0'")

    return [
        Scene("nue", lambda turn: forever([Ask("/bench/bare/")], turn)),
        Scene("session", reads("/bench/signed-in/")),
        Scene("insertion", inserts),
        Scene("attestation, PDF", lambda turn: forever([Ask("/bench/attestation/")], turn)),
        # Always another lesson than the one before: the place where one stopped is written each time.
        Scene("leçon", reads(*(lesson["path"] for lesson in lessons))),
        # The same lesson again: nothing to write.
        Scene("leçon, relue", lambda turn: forever([Ask(lessons[0]["path"], key) for key in learners], turn)),
        Scene("leçon avec activité", lambda turn: forever([Ask(played["path"], key) for key in learners], turn)),
        Scene("activité, départ", reads(activity)),
        # An answer among others: what a player says most.
        Scene("activité, résultat", lambda turn: results(f"{activity}resultats/", learners, iri)),
        Scene("formation", reads(course)),
        Scene("catalogue", reads("/formations/")),
        Scene("recherche", reads("/socle/recherche/?q=accompagner", "/socle/recherche/?q=beneficiaire")),
        Scene("mon parcours", reads("/mon-parcours/")),
        Scene("thème", reads("/feuille-de-route/PRO-02/")),
        Scene("technique", reads("/entretien/techniques/reformuler-et-refleter/")),
        Scene("pratiques", reads("/entretien/pratiques/")),
        Scene("simulation, un tour", lambda turn: forever(turns, turn)),
        Scene("triade, attente", lambda turn: forever(waiting, turn)),
        Scene("progression", lambda turn: iter(writes[turn])),
        Scene("pilotage", reads("/pilotage/", people=[coordinator])),
        Scene("personnes", reads("/pilotage/personnes/", people=[coordinator])),
        # Before each look, a learner's state changes: the figures are adjusted and drawn again.
        Scene("pilotage, un fait avant", reads("/pilotage/", people=[coordinator]), between=a_learner_moves, clients=1),
        # Before each look, someone joins an organisation: everyone is counted again. Rare, so measured last.
        Scene(
            "pilotage, une arrivée avant",
            reads("/pilotage/", people=[coordinator]),
            between=someone_arrives,
            clients=1,
            is_last=True,
        ),
    ]


FLIP = """
UPDATE courses_enrolmentstate SET status = CASE status WHEN 'in_progress' THEN 'not_started' ELSE 'in_progress' END
WHERE status <> 'completed' AND enrolment_id IN (
    SELECT enrolment.id FROM courses_enrolment enrolment
    JOIN accounts_user person ON person.id = enrolment.person_id WHERE person.email = %(email)s
)
"""

GROWING = (
    "leçon",
    "leçon, relue",
    "activité, départ",
    "activité, résultat",
    "formation",
    "catalogue",
    "recherche",
    "mon parcours",
    "thème",
    "technique",
    "pratiques",
    "simulation, un tour",
    "triade, attente",
    "progression",
    "pilotage",
    "pilotage, un fait avant",
    "personnes",
)


def longest_course(connection: Connection) -> tuple[str, list[dict[str, Any]]]:
    """Address and manifest of the course with most steps."""
    row = connection.execute(
        "SELECT manifest FROM courses_courseversion ORDER BY jsonb_array_length(manifest) DESC, course_id LIMIT 1"
    ).fetchone()
    assert row is not None
    manifest: list[dict[str, Any]] = row[0]  # type: ignore[assignment]
    module, _step = manifest[0]["path"].rstrip("/").rsplit("/", 1)
    return module.rsplit("/", 1)[0] + "/", manifest


# An interview begun by each learner, and a triad in which each waits for the two others: who, and the address.
PLAYS = """
WITH version AS (SELECT * FROM simulations_scenarioversion ORDER BY id LIMIT 1), play AS (
    INSERT INTO simulations_play (public_id, person_id, scenario_id, version_id, seed, started_at, outcome)
    SELECT gen_random_uuid(), person.id, version.scenario_id, version.id, 7, now(), ''
    FROM accounts_user person, version WHERE person.email = ANY(%s) RETURNING public_id, person_id
) SELECT person.email, '/entretien/jouer/' || play.public_id || '/'
FROM play JOIN accounts_user person ON person.id = play.person_id
"""
TRIADS = """
WITH version AS (SELECT * FROM observations_gridversion ORDER BY id LIMIT 1), opened AS (
    INSERT INTO triads_triad (public_id, version_id, situation, minutes, opened_at)
    SELECT gen_random_uuid(), version.id, person.id::text, 10, now()
    FROM accounts_user person, version WHERE person.email = ANY(%s) RETURNING id, public_id, situation
), seat AS (
    INSERT INTO triads_seat (triad_id, person_id, role, joined_at, levels, remarks)
    SELECT id, situation::bigint, 'observateur', now(), '{}', '[]' FROM opened RETURNING triad_id, person_id
) SELECT person.email, '/entretien/triade/' || opened.public_id || '/etat/'
FROM opened JOIN seat ON seat.triad_id = opened.id JOIN accounts_user person ON person.id = seat.person_id
"""


def asks_of(connection: Connection, query: LiteralString, keys: dict[str, str]) -> list[Ask]:
    rows = connection.execute(query, [list(keys)]).fetchall()
    return [Ask(str(address), keys[str(email)]) for email, address in rows]


def content_iri(connection: Connection, content: int) -> str:
    """What statements about a content are about (`courses.h5p.models.Content.iri`)."""
    row = connection.execute("SELECT public_id FROM h5p_content WHERE id = %s", [content]).fetchone()
    assert row is not None
    return f"{os.environ.get('BASE_URL', 'http://127.0.0.1:8000')}/h5p/{row[0]}"


def results(address: str, learners: list[str], iri: str) -> Iterator[Ask]:
    """Each learner in turn answers a question, always anew."""
    for sequence, session in enumerate(cycle(learners)):
        statement = {
            "verb": {"id": "http://adlnet.gov/expapi/verbs/answered"},
            "object": {"id": f"{iri}?subContentId=question-{sequence % 10}"},
            "context": {"contextActivities": {"parent": [{"id": iri}]}},
            "result": {"response": "1", "success": True, "score": {"raw": 1, "min": 0, "max": 1, "scaled": 1}},
        }
        said = {"id": str(uuid4()), "sequence": time.time_ns() // 1_000, "statement": statement}
        yield Ask(address, session, json.dumps({"statements": [said]}), "application/json")


def progress_writes(
    connection: Connection,
    keys: dict[str, str],
    lessons: list[dict[str, Any]],
    rounds: int,
) -> list[list[Ask]]:
    """Each learner finishes each lesson once; the same number of them each round, those of a lesson together."""
    rows = connection.execute(
        """
        SELECT person.email, enrolment.public_id FROM courses_enrolment enrolment
        JOIN accounts_user person ON person.id = enrolment.person_id
        JOIN courses_courseversion version ON version.id = enrolment.version_id
        WHERE person.email = ANY(%s) AND jsonb_path_exists(version.manifest, '$[*] ? (@.step_key == $key)', %s)
        """,
        [list(keys), json.dumps({"key": lessons[0]["step_key"]})],
    ).fetchall()
    asks = [
        Ask(
            f"/formations/etape/{enrolment}/{lesson['step_key']}/terminer/",
            keys[str(email)],
            f"key={uuid4()}",
            expected=(302,),
        )
        for lesson in lessons
        for email, enrolment in rows
        if str(email).startswith("bench")
    ]
    share = len(asks) // rounds
    return [asks[turn * share : (turn + 1) * share] for turn in range(rounds)]
