"""The interview toolkit of the demonstration: techniques, phrases, simulations."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid5

import yaml

from cms.accounts.models import Organisation
from cms.core.text import slug_of
from cms.pages.models import HomePage, PathwayStep
from cms.roadmap.models import Theme, ThemeLink
from coordination.demo.blocks import NAMESPACE, Raw
from coordination.demo.files import HERE, DemoFiles
from coordination.demo.writing import keep_page, keep_row, publish
from courses.models import CoursePage
from interview_toolkit.observations.models import Criterion, GridIndexPage, GridPage, Reading, ReferencePage
from interview_toolkit.practices.models import PracticeIndexPage, PracticePage
from interview_toolkit.simulations.blocks import stream_from
from interview_toolkit.simulations.graph import read
from interview_toolkit.simulations.models import ScenarioIndexPage, ScenarioPage
from interview_toolkit.techniques.models import (
    Phrase,
    PhraseBookPage,
    Situation,
    TechniqueCourse,
    TechniqueIndexPage,
    TechniquePage,
    ToolkitIndexPage,
    Utterance,
)
from interview_toolkit.triads.models import TriadIndexPage

LEADS = {
    "toolkit": "L'entretien se travaille : apprendre des techniques, les répéter sans risque, les essayer.",
    "techniques": "Douze gestes d'entretien, décrits pour qu'un collègue puisse les voir.",
    "phrases": "Des ouvertures et des reformulations, par moment de l'entretien. À dire avec vos mots.",
    "practices": "Ce que des équipes font, raconté par elles : essayez, adaptez, dites-le à qui l'a écrite.",
    "triads": "À trois, sur trois téléphones : un entretien joué, la même grille, trois points de vue.",
    "grids": "Regarder un entretien ensemble, avec des faits : qui a la parole, qui choisit, ce qui est proposé.",
    "simulations": "Des entretiens à rejouer autant de fois que vous voulez, sans note ni témoin.",
}
LEARNT_IN = "POUVOIR-AGIR"


class ToolkitPages:
    """Puts the pages of the toolkit in their place; `publish` then writes them."""

    def __init__(self, files: DemoFiles, home: HomePage) -> None:
        self.files = files
        self.toolkit = keep_page(home, ToolkitIndexPage, "entretien", "Entretien")
        self.techniques = keep_page(self.toolkit, TechniqueIndexPage, "techniques", "Techniques d'entretien")
        self.phrases = keep_page(self.toolkit, PhraseBookPage, "phrases", "Boîte à phrases")
        self.simulations = keep_page(self.toolkit, ScenarioIndexPage, "simulations", "Simulations")
        self.practices = keep_page(self.toolkit, PracticeIndexPage, "pratiques", "Fiches pratiques")
        self.grids = keep_page(self.toolkit, GridIndexPage, "grilles", "Grilles d'observation")
        self.triads = keep_page(self.toolkit, TriadIndexPage, "triades", "Triades")
        self.pages = {
            item["code"]: keep_page(
                self.techniques, TechniquePage, slug_of(item["title"]), item["title"], code=item["code"]
            )
            for item in files.demo["techniques"]
        }
        self.scenarios = {
            item["code"]: keep_page(
                self.simulations, ScenarioPage, slug_of(item["code"].removeprefix("SCENARIO-")), item["title"],
                code=item["code"],
            )
            for item in files.demo["scenarios"]
        }  # fmt: skip

        self.grid_pages = {
            item["code"]: keep_page(self.grids, GridPage, slug_of(item["code"]), item["title"])
            for item in files.demo["observation_grids"]
        }

    def publish(
        self,
        themes: Mapping[str, Theme],
        courses: Mapping[str, CoursePage],
        organisations: Mapping[str, Organisation],
    ) -> None:
        for page, name in (
            (self.toolkit, "toolkit"),
            (self.techniques, "techniques"),
            (self.phrases, "phrases"),
            (self.simulations, "simulations"),
            (self.practices, "practices"),
            (self.grids, "grids"),
            (self.triads, "triads"),
        ):
            publish(page, {"lead": LEADS[name], "search_description": LEADS[name]})
        for item in self.files.demo["techniques"]:
            self._publish_technique(item, themes, courses[LEARNT_IN])
        self._load_phrases()
        for item in self.files.demo["scenarios"]:
            self._publish_scenario(item, themes)
        for item in self.files.demo["observation_grids"]:
            self._publish_grid(item)
        for item in yaml.safe_load((HERE / "calibration.yaml").read_bytes()):
            self._publish_reference(item)
        for item in self.files.demo["practices"]:
            self._publish_practice(item, themes, organisations[item["structure"]])

    def _publish_technique(self, item: Mapping[str, Any], themes: Mapping[str, Theme], course: CoursePage) -> None:
        example = item["example"]
        publish(
            self.pages[item["code"]],
            {
                "title": item["title"],
                "family": item["family"],
                "axes": item["axes"],
                "definition": item["definition"],
                "search_description": item["definition"],
                "purpose": item["purpose"],
                "observable_behaviours": item["observable_behaviours"],
                "typical_mistakes": item["typical_mistakes"],
                "exercise": item["practice_tip"],
            },
            {
                "utterances": [Utterance(avoid=example["avoid"], instead=example["try"])],
                "course_links": [TechniqueCourse(course=course)],
                "theme_links": [ThemeLink(theme=themes[code]) for code in item["themes"]],
            },
        )

    def _load_phrases(self) -> None:
        said = yaml.safe_load((HERE / "phrases.yaml").read_bytes())
        for order, item in enumerate(said["situations"], start=1):
            situation = keep_row(Situation, {"title": item["title"]}, {"order": order})
            for phrase in item["phrases"]:
                about = {"kind": phrase["kind"], "technique": self.pages[phrase["technique"]]}
                keep_row(Phrase, {"situation": situation, "text": phrase["text"]}, about)

    def _publish_scenario(self, item: Mapping[str, Any], themes: Mapping[str, Theme]) -> None:
        page = self.scenarios[item["code"]]
        publish(
            page,
            {
                "title": item["title"],
                "summary": item["description"],
                "search_description": item["description"],
                "person_name": item["person"],
                "learner_role": item["learner_role"],
                "pathway_step": PathwayStep.objects.get(code=item["pathway_step"]),
                "est_minutes": item["duration_minutes"],
                "start": item["start"],
                "nodes": _identified(item["code"], stream_from(read(item))),
            },
            {"theme_links": [ThemeLink(theme=themes[code]) for code in item["themes"]]},
        )

    def _publish_grid(self, item: Mapping[str, Any]) -> None:
        criteria = [
            Criterion(code=one["code"], phase=one["phase"], label=one["label"], technique=self.pages[one["technique"]])
            for one in item["criteria"]
        ]
        texts = {"title": item["title"], "instructions": item["instructions"]}
        publish(
            self.grid_pages[item["code"]],
            texts | {"search_description": item["instructions"], "debrief_questions": item["debrief_questions"]},
            {"criteria": criteria},
        )

    def _publish_reference(self, item: Mapping[str, Any]) -> None:
        page = keep_page(self.grid_pages[item["grid"]], ReferencePage, item["slug"], item["title"])
        texts = {name: item[name] for name in ("title", "introduction", "transcript")}
        publish(
            page,
            texts | {"search_description": item["introduction"]},
            {"readings": [Reading(**one) for one in item["readings"]]},
        )

    def _publish_practice(
        self, item: Mapping[str, Any], themes: Mapping[str, Theme], organisation: Organisation
    ) -> None:
        page = keep_page(self.practices, PracticePage, slug_of(item["title"]), item["title"])
        step = PathwayStep.objects.get(code=item["pathway_step"]) if item["pathway_step"] else None
        texts = {name: item[name] for name in ("context", "what_we_did", "what_changed", "watch_out")}
        about = {"organisation": organisation, "pathway_step": step, "search_description": item["context"]}
        publish(
            page,
            texts | about | {"techniques": [self.pages[code] for code in item["techniques"]]},
            {"theme_links": [ThemeLink(theme=themes[code]) for code in item["themes"]]},
        )


def _identified(code: str, blocks: list[Raw]) -> list[Raw]:
    """Blocks and their items with identifiers drawn from their place, so that loading twice gives the same value."""
    for block in blocks:
        place = f"{code}/{block['value']['id']}"
        block["id"] = str(uuid5(NAMESPACE, place))
        if "options" in block["value"]:
            block["value"]["options"] = [
                {"type": "item", "value": option, "id": str(uuid5(NAMESPACE, f"{place}/{at}"))}
                for at, option in enumerate(block["value"]["options"])
            ]
    return blocks
