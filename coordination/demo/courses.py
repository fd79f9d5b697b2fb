"""The demo courses, with everything the law asks to say of them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from cms.core.text import slug_of
from cms.pages.models import HomePage
from cms.roadmap.models import Theme, ThemeLink
from coordination.demo.blocks import NAMESPACE, BlockWriter, Raw
from coordination.demo.files import DemoFiles
from coordination.demo.richtext import Links
from coordination.demo.toolkit import ToolkitPages
from coordination.demo.writing import keep_page, publish
from courses.h5p.engine.results import Grading
from courses.h5p.models import Content
from courses.models import CatalogueIndexPage, CoursePage, LessonPage, ModulePage, Prerequisite, QuizPage
from courses.services import publish_version
from courses.sessions.models import SessionStepPage
from interview_toolkit.journal.models import JournalStepPage
from interview_toolkit.observations.models import ObservationStepPage
from interview_toolkit.simulations.models import ScenarioStepPage

QUIZ_MINUTES = 10
LEAD = (
    "Des séquences de vingt à trente minutes, à suivre à votre rythme. "
    "Vous reprenez toujours là où vous vous étiez arrêté."
)
SUMMARIES = {
    "SOCLE": (
        "Les repères que partagent toutes les structures : qui fait quoi, comment se déroule le parcours de la "
        "personne, ce que l'on peut se transmettre. À suivre en premier."
    ),
    "POUVOIR-AGIR": (
        "Conduire un entretien où la personne garde la main : comprendre sa situation avec elle, écouter autrement, "
        "choisir ensemble un premier pas."
    ),
    "CONTRAT": (
        "Passer du diagnostic à un contrat d'engagement que la personne comprend, peut tenir et faire évoluer, "
        "y compris quand le parcours se complique."
    ),
}
ASSESSMENT = (
    "Un quiz clôt chaque module. Il est validé à {mark} % de bonnes réponses ; vous pouvez le refaire autant de fois "
    "que vous le souhaitez, chaque question est expliquée. Chaque leçon se confirme une fois lue."
)
HELP_CONTACT = (
    "Une question sur le contenu ou une difficulté technique ? Écrivez à la coordination du SPIE, "
    "coordination@demo.example : réponse sous deux jours ouvrés. Votre référent de structure peut aussi vous aider."
)
DISABILITY_ACCESS = (
    "Les leçons et les quiz se suivent au clavier et avec un lecteur d'écran, sans limite de temps ; les textes "
    "s'agrandissent et s'impriment. Pour tout besoin d'aménagement, écrivez au référent handicap de la formation à "
    "coordination@demo.example : nous cherchons la solution avec vous avant votre inscription."
)


# Which activity closes which lesson, and whether the lesson asks for it. The *socle* can be followed to its end without
# JavaScript, which activities need: there they are offered.
ACTIVITIES = {
    ("SOCLE", 1, 2): ("mots-du-parcours", False),
    ("SOCLE", 3, 2): ("fait-ou-interpretation", False),
    ("POUVOIR-AGIR", 2, 1): ("reformuler-avec-mme-l", True),
    ("POUVOIR-AGIR", 3, 2): ("fait-ou-interpretation", True),
}

# Which simulation closes the lessons of which module: its address, its title, its scenario, what is asked.
REHEARSALS = {
    ("POUVOIR-AGIR", 3): (
        "jouer-mme-l",
        "Jouer l'entretien avec Mme L.",
        "SCENARIO-MME-L",
        "Jouez l'entretien une première fois comme vous le feriez. À la fin, choisissez un tour où la main a changé de "
        "côté, et rejouez-le : vous verrez les deux lignes.",
    )
}

# Which module asks for entries of the journal: title, how many, what is asked.
JOURNALS = {
    ("POUVOIR-AGIR", 3): (
        "Tenir mon journal",
        2,
        "Après deux entretiens, notez ce que vous avez tenté et ce que vous avez vu. Parlez de votre pratique, jamais "
        "d'une personne reconnaissable.",
    )
}

# Which module asks to be observed: title, grid, what is asked.
OBSERVATIONS = {
    ("POUVOIR-AGIR", 3): (
        "Faire observer un entretien",
        "GRILLE-ENTRETIEN",
        "Demandez à un formateur de voir un entretien, réel ou joué, puis parlez-en avec lui à partir des faits notés.",
    )
}

# Which module offers a day in a room, which those who come sign for: title, minutes, what is said of it.
GATHERINGS = {
    ("POUVOIR-AGIR", 2): (
        "Une journée en salle : repères et écoute",
        420,
        "Facultative : on s'y exerce à plusieurs, avec une personne qui forme. Prenez une place dans une séance, puis "
        "signez chaque demi-journée.",
    )
}


class CoursePages:
    """Puts courses, modules, lessons and quizzes in their place; `publish` then writes and publishes them."""

    def __init__(
        self,
        files: DemoFiles,
        home: HomePage,
        activities: Mapping[str, Content],
        toolkit: ToolkitPages,
    ) -> None:
        self.files = files
        self.activities = activities
        self.scenarios, self.grids = toolkit.scenarios, toolkit.grid_pages
        self.rehearsals: dict[tuple[str, int], ScenarioStepPage] = {}
        self.journals: dict[tuple[str, int], JournalStepPage] = {}
        self.observations: dict[tuple[str, int], ObservationStepPage] = {}
        self.gatherings: dict[tuple[str, int], SessionStepPage] = {}
        self.texts = {(item["course"], item["module"], item["lesson"]): item for item in files.lessons["lessons"]}
        self.catalogue = keep_page(home, CatalogueIndexPage, "formations", "Formations")
        self.courses: dict[str, CoursePage] = {}
        self.modules: dict[tuple[str, int], ModulePage] = {}
        self.lessons: dict[tuple[str, int, int], LessonPage] = {}
        self.quizzes: dict[tuple[str, int], QuizPage] = {}
        for item in files.demo["courses"]:
            self._keep_course(item["code"], item)

    def publish(self, links: Links, themes: Mapping[str, Theme]) -> None:
        publish(self.catalogue, {"title": "Formations", "lead": LEAD, "search_description": LEAD})
        for item in self.files.demo["courses"]:
            for number, module in enumerate(item["modules"], start=1):
                self._publish_module(item, number, module, links)
            self._publish_course(item, themes)
            publish_version(course=self.courses[item["code"]])

    def _keep_course(self, code: str, item: Mapping[str, Any]) -> None:
        course = self.courses[code] = keep_page(
            self.catalogue, CoursePage, slug_of(item["title"]), item["title"], code=code
        )
        for number, module in enumerate(item["modules"], start=1):
            page = self.modules[code, number] = keep_page(course, ModulePage, slug_of(module["title"]), module["title"])
            for rank, lesson in enumerate(module["lessons"], start=1):
                place = (code, number, rank)
                self.lessons[place] = keep_page(
                    page, LessonPage, self.texts[place]["slug"], lesson["title"], step_key=_step_key(place)
                )
            if (code, number) in REHEARSALS:
                slug, title, scenario, _consigne = REHEARSALS[code, number]
                self.rehearsals[code, number] = keep_page(
                    page,
                    ScenarioStepPage,
                    slug,
                    title,
                    scenario=self.scenarios[scenario],
                    step_key=_step_key((code, number, slug)),
                )
            if (code, number) in OBSERVATIONS:
                title, grid, _consigne = OBSERVATIONS[code, number]
                self.observations[code, number] = keep_page(
                    page,
                    ObservationStepPage,
                    "etre-observe",
                    title,
                    grid=self.grids[grid],
                    step_key=_step_key((code, number, "observation")),
                )
            if (code, number) in JOURNALS:
                title, _entries, _consigne = JOURNALS[code, number]
                key = _step_key((code, number, "journal"))
                self.journals[code, number] = keep_page(page, JournalStepPage, "mon-journal", title, step_key=key)
            self.quizzes[code, number] = keep_page(
                page, QuizPage, "quiz", f"Quiz : {module['title']}", step_key=_step_key((code, number, "quiz"))
            )
            if (code, number) in GATHERINGS:
                title, minutes, _words = GATHERINGS[code, number]
                asked: dict[str, Any] = {"step_key": _step_key((code, number, "seance")), "est_minutes": minutes}
                self.gatherings[code, number] = keep_page(
                    page, SessionStepPage, "en-salle", title, is_required=False, **asked
                )

    def _publish_module(self, course: Mapping[str, Any], number: int, module: Mapping[str, Any], links: Links) -> None:
        code = course["code"]
        publish(self.modules[code, number], {"title": module["title"]})
        for rank, lesson in enumerate(module["lessons"], start=1):
            text = self.texts[code, number, rank]
            publish(
                self.lessons[code, number, rank],
                {
                    "title": lesson["title"],
                    "objective": lesson["objective"],
                    "est_minutes": lesson["minutes"],
                    "body": BlockWriter(f"{code}/{text['slug']}", links).stream(text["body"])
                    + self._activities((code, number, rank)),
                },
            )
        if (code, number) in REHEARSALS:
            _slug, title, scenario, consigne = REHEARSALS[code, number]
            asked: dict[str, Any] = {
                "title": title,
                "scenario": self.scenarios[scenario],
                "introduction": consigne,
                "outcome": "",
            }
            publish(self.rehearsals[code, number], asked | {"est_minutes": 20})
        if (code, number) in OBSERVATIONS:
            title, grid, consigne = OBSERVATIONS[code, number]
            about: dict[str, Any] = {"title": title, "grid": self.grids[grid], "introduction": consigne}
            publish(self.observations[code, number], about | {"est_minutes": 60})
        if (code, number) in JOURNALS:
            title, entries, consigne = JOURNALS[code, number]
            said: dict[str, Any] = {"title": title, "introduction": consigne, "entries": entries, "est_minutes": 20}
            publish(self.journals[code, number], said)
        publish(
            self.quizzes[code, number],
            {
                "title": f"Quiz : {module['title']}",
                "introduction": "Quelques questions pour vérifier ce que vous retenez de ce module.",
                "est_minutes": QUIZ_MINUTES,
                "pass_mark": course["completion"]["min_quiz_score"],
                "questions": _questions(f"{code}/{number}", module["quiz"]),
            },
        )
        if (code, number) in GATHERINGS:
            title, minutes, words = GATHERINGS[code, number]
            publish(self.gatherings[code, number], {"title": title, "introduction": words, "est_minutes": minutes})

    def _activities(self, place: tuple[str, int, int]) -> list[dict[str, Any]]:
        if place not in ACTIVITIES:
            return []
        name, is_required = ACTIVITIES[place]
        asked = {"is_required": is_required, "policy": "", "pass_mark": 70, "grading": Grading.BEST}
        value = {"content": self.activities[name].pk} | asked
        return [{"type": "interactive", "value": value, "id": str(_step_key((*place, name)))}]

    def _publish_course(self, item: Mapping[str, Any], themes: Mapping[str, Theme]) -> None:
        objectives = [lesson["objective"] for module in item["modules"] for lesson in module["lessons"]]
        summary = SUMMARIES[item["code"]]
        publish(
            self.courses[item["code"]],
            {
                "title": item["title"],
                "code": item["code"],
                "summary": summary,
                "search_description": summary,
                "objectives": objectives,
                "audience": item["audience"],
                "format": item["format"],
                "assessment": ASSESSMENT.format(mark=item["completion"]["min_quiz_score"]),
                "help_contact": HELP_CONTACT,
                "disability_access": DISABILITY_ACCESS,
            },
            {
                "theme_links": [ThemeLink(theme=themes[code]) for code in item["themes"]],
                "prerequisites": [Prerequisite(course=self.courses[code]) for code in item["prerequisites"]],
            },
        )


def _step_key(place: tuple[object, ...]) -> UUID:
    return uuid5(NAMESPACE, "/".join(map(str, place)))


def _questions(seed: str, questions: list[Mapping[str, Any]]) -> list[Raw]:
    write = BlockWriter(f"quiz/{seed}", Links())
    return [
        {
            "type": "question",
            "id": str(uuid5(NAMESPACE, f"quiz/{seed}/{index}")),
            "value": {
                "text": question["text"],
                "kind": question["kind"],
                "answers": write.items(
                    f"{write.seed}/{index}/answers",
                    (
                        {"text": option, "is_correct": rank in question["correct"], "feedback": ""}
                        for rank, option in enumerate(question["options"])
                    ),
                ),
                "feedback": question["feedback"],
            },
        }
        for index, question in enumerate(questions)
    ]
