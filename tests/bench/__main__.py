"""`make bench`: what each page costs, with 200, 2 000 and 20 000 professionals. See docs/bench.md."""

import argparse
import contextlib
import itertools
import sys
import time

import psutil

from tests.bench import databases
from tests.bench.driving import Slice, WrongAnswer, burst, queries_of
from tests.bench.plan import GROWING, LEARNERS, Scene, scenes
from tests.bench.report import Measure, goals, table
from tests.bench.serving import Served, processor_seconds, served

CLIENTS = 4


def say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {words}", file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[200, 2_000, 20_000], metavar="N",
                        help="nombres de professionnels ; 200000 est possible")  # fmt: skip
    parser.add_argument("--rounds", type=int, default=4, help="tours entrelacés")
    parser.add_argument("--seconds", type=float, default=1.5, help="durée d'une page dans un tour")
    parser.add_argument("--only", nargs="+", metavar="PAGE", help="ces pages seulement, et l'échelle")
    return parser.parse_args()


def measured(site: Served, server: psutil.Process, scene: Scene, turn: int, seconds: float) -> Slice:
    """One burst, with the processor time the site and PostgreSQL spent on it."""
    before = processor_seconds(site.process, server)
    result = burst(
        site.port, scene.asks(turn), clients=scene.clients or CLIENTS, seconds=seconds, between=scene.between
    )
    result.processor = processor_seconds(site.process, server) - before
    return result


def main() -> None:
    options = arguments()
    started = time.monotonic()
    say("Fichiers statiques et contenu de démonstration (gardés pour la prochaine fois)…")
    server = databases.start_server()
    content = databases.content_database(server)
    databases.static_files()
    postgres = psutil.Process(server.pid)
    with contextlib.ExitStack() as stack:
        sites: dict[int, tuple[Served, list[Scene]]] = {}
        for people in options.sizes:
            say(f"{people} professionnels…")
            name = databases.seeded_database(server, content, people=people, learners=LEARNERS)
            stack.callback(databases.drop, server, name)
            if people == min(options.sizes):
                databases.manage(name, "check_progress")
            connection = stack.enter_context(server.connect(name))
            wanted = [
                scene
                for scene in scenes(name, connection, people=people, rounds=options.rounds + 2)
                if not options.only or scene.name in (*options.only, "nue", "session", "insertion")
            ]
            sites[people] = stack.enter_context(served(name)), wanted
        measures = measure(sites, postgres, rounds=options.rounds, seconds=options.seconds)
    print(f"\n{conditions(options)}\n\n{table(measures)}\n\nButs")
    for goal in goals(measures, GROWING):
        print(goal)
    print(f"\n{time.monotonic() - started:.0f} s")


def measure(
    sites: dict[int, tuple[Served, list[Scene]]], postgres: psutil.Process, *, rounds: int, seconds: float
) -> list[Measure]:
    """Each page at each size in turn, round after round, so that what disturbs the machine disturbs all alike."""
    measures: dict[tuple[str, int], Measure] = {}
    for people, (site, wanted) in sites.items():
        say(f"Premier tour, non mesuré, {people} professionnels…")
        for scene in list(wanted):
            first = next(scene.asks(0))
            try:
                queries = queries_of(site.port, first)
                if not scene.is_last:
                    measured(site, postgres, scene, 0, 0.5)
                    queries = queries if first.body is not None else queries_of(site.port, first)
            except WrongAnswer as error:
                say(f"« {scene.name} » ne répond pas comme prévu, laissée de côté : {error}")
                wanted.remove(scene)
                continue
            measures[scene.name, people] = Measure(scene.name, people, queries)
    for turn in range(1, rounds + 2):
        say(f"Tour {turn} sur {rounds}…" if turn <= rounds else "Ce qui dérange les autres, pour finir…")
        names = [scene.name for _site, wanted in sites.values() for scene in wanted]
        for name, (people, (site, wanted)) in itertools.product(dict.fromkeys(names), sites.items()):
            for scene in wanted:
                if scene.name == name and scene.is_last == (turn == rounds + 1):
                    measures[name, people].slices.append(measured(site, postgres, scene, turn, seconds))
    return sorted(measures.values(), key=lambda one: list(dict.fromkeys(names)).index(one.page))


def conditions(options: argparse.Namespace) -> str:
    return (
        f"{psutil.cpu_count()} cœurs, Python {sys.version.split()[0]}, granian à 2 processus, "
        f"{CLIENTS} clients sur la boucle locale, {options.rounds} tours de {options.seconds} s. "
        "CPU : web et PostgreSQL ensemble."
    )


if __name__ == "__main__":
    main()
