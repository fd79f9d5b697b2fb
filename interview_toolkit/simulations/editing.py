"""What those who write simulations do with them: try a draft, bring a file, know why a page stays."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from wagtail.models import Page

from cms.core.text import slug_of
from cms.pages.models import PathwayStep
from cms.roadmap.models import Theme, ThemeLink
from interview_toolkit.simulations.blocks import stream_from
from interview_toolkit.simulations.enums import FeedbackTime, Initiative, Move
from interview_toolkit.simulations.files import ScenarioFile
from interview_toolkit.simulations.graph import Graph
from interview_toolkit.simulations.models import ScenarioIndexPage, ScenarioPage
from interview_toolkit.simulations.queries import TurnScreen
from interview_toolkit.simulations.walk import NotOffered, Walk, follow


@dataclass(frozen=True)
class Trial:
    """A draft under trial: `way` is what was said so far, as the address keeps it."""

    start: str
    way: list[str]
    screen: TurnScreen

    @property
    def walk(self) -> Walk:
        return self.screen.walk

    @property
    def facts(self) -> dict[str, str]:
        """What its author said of the last option."""
        last = self.walk.turns[-1].option if self.walk.turns else None
        if last is None:
            return {}
        move = Move(last.move).label if last.move in Move.values else "à dire"
        initiative = Initiative(last.initiative).label if last.initiative in Initiative.values else "à dire"
        return {"Ce qu'elle fait": str(move), "L'initiative": str(initiative), "Effet": last.feedback or "aucun"}


def trial(page: ScenarioPage, *, start: str, way: Sequence[str]) -> Trial | None:
    """A draft played from a moment, its options in the order they are written; None where that leads nowhere."""
    written = page.graph
    graph = Graph(start or written.start, written.nodes)
    try:
        walk = follow(graph, [_choice(step) for step in way])
    except (NotOffered, ValueError):
        return None
    return Trial(graph.start, list(way), TurnScreen(page, walk, 0, written.usual_turns))


def _choice(step: str) -> tuple[str, int]:
    name, _, number = step.rpartition(".")
    return name, int(number[:4])


def file_of(page: ScenarioPage) -> ScenarioFile:
    said = {
        "code": page.code or "",
        "title": page.title,
        "description": page.summary,
        "person": page.person_name,
        "learner_role": page.learner_role,
        "pathway_step": page.pathway_step.code if page.pathway_step else "",
        "feedback": "" if page.feedback_time == FeedbackTime.END else page.feedback_time,
    }
    themes = tuple(link.theme.code for link in page.theme_links.all())
    return ScenarioFile({name: value for name, value in said.items() if value}, themes, page.est_minutes, page.graph)


@dataclass(frozen=True)
class Brought:
    page: ScenarioPage
    notes: list[str]


@transaction.atomic
def import_scenario(*, index: ScenarioIndexPage, file: ScenarioFile, by: Any) -> Brought:
    """Make a draft of a file. What it names and is not here is left out, and told."""
    said, notes = file.said, list(file.notes)
    themes = {theme.code: theme for theme in Theme.objects.current()}
    if unknown := [code for code in file.themes if code not in themes]:
        notes.append(f"Thèmes inconnus ici, laissés de côté : {', '.join(unknown)[:200]}.")
    step = PathwayStep.objects.filter(code=said.get("pathway_step", "")).first()
    if step is None and said.get("pathway_step"):
        notes.append("L'étape du parcours RSA n'existe pas ici : elle est laissée vide.")
    code = said.get("code")
    if code and ScenarioPage.objects.filter(code=code).exists():
        notes.append(f"Le code {code} sert déjà à une autre simulation : celle-ci n'en a pas.")
        code = None
    page = ScenarioPage(
        title=said["title"],
        slug=_free_slug(index, said["title"]),
        code=code,
        summary=said.get("description", ""),
        person_name=said.get("person", "La personne"),
        learner_role=said.get("learner_role", "Référent de parcours"),
        pathway_step=step,
        est_minutes=file.minutes,
        feedback_time=said.get("feedback", FeedbackTime.END),
        start=file.graph.start,
        live=False,
        owner=by,
    )
    page.nodes = page._meta.get_field("nodes").to_python(stream_from(_without_files(file.graph)))
    index.add_child(instance=page)
    page.theme_links = [ThemeLink(theme=themes[code]) for code in dict.fromkeys(file.themes) if code in themes]
    page.save_revision(user=by, clean=False)
    return Brought(page, notes)


def _free_slug(index: ScenarioIndexPage, title: str) -> str:
    base = slug_of(title, 60) or "simulation"
    taken = set(Page.objects.child_of(index).filter(slug__startswith=base).values_list("slug", flat=True))
    names = (base if at == 1 else f"{base}-{at}" for at in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _without_files(graph: Graph) -> Graph:
    """Numbers of images and sounds are those of the site they come from."""
    return Graph(graph.start, tuple(replace(node, image=None, audio=None) for node in graph.nodes))
