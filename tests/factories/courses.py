"""Courses as a trainer would publish them."""

from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from uuid import uuid4

from django.test import override_settings
from wagtail.models import Page, Site

from cms.roadmap.models import Objective, Roadmap, Theme, ThemeLink
from courses.h5p.models import Content
from courses.models import CatalogueIndexPage, CoursePage, CourseVersion, LessonPage, ModulePage, QuizPage
from courses.services import publish_version

SINGLE = {
    "text": "Qui préside le comité départemental ?",
    "kind": "single",
    "answers": [
        {"text": "Le préfet seul", "is_correct": False, "feedback": "Il n'est pas seul."},
        {"text": "Le préfet et le président du conseil départemental", "is_correct": True, "feedback": ""},
        {"text": "Le directeur de France Travail", "is_correct": False, "feedback": ""},
    ],
    "feedback": "La présidence est conjointe.",
}
MULTIPLE = {
    "text": "Quels sont les objectifs du SPIE ?",
    "kind": "multiple",
    "answers": [
        {"text": "Sécuriser le parcours", "is_correct": True, "feedback": ""},
        {"text": "Favoriser le retour vers l'emploi", "is_correct": True, "feedback": ""},
        {"text": "Réduire le nombre de partenaires", "is_correct": False, "feedback": "Ce n'en est pas un."},
    ],
    "feedback": "Trois objectifs, dont ces deux-là.",
}
TRUE_FALSE = {
    "text": "On transmet le dossier complet.",
    "kind": "truefalse",
    "answers": [
        {"text": "Vrai", "is_correct": False, "feedback": ""},
        {"text": "Faux", "is_correct": True, "feedback": ""},
    ],
    "feedback": "Le strict utile.",
}
SHEET = {
    "summary": "Les repères que partagent toutes les structures.",
    "objectives": ["Situer son métier", "Expliquer une orientation"],
    "audience": ["cip", "agent_ccas"],
    "assessment": "Un quiz par module.",
    "help_contact": "formation@spie.example",
    "disability_access": "Toutes les leçons se lisent avec un lecteur d'écran.",
}
# Half of the time of making a page goes to the indexes of search and of references, which Wagtail's tasks keep.
NO_INDEX = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


@dataclass
class CourseTree:
    course: CoursePage
    modules: list[ModulePage] = field(default_factory=list)
    lessons: list[LessonPage] = field(default_factory=list)
    quizzes: list[QuizPage] = field(default_factory=list)
    version: CourseVersion | None = None

    @property
    def steps(self) -> list[Any]:
        return [*self.lessons, *self.quizzes]


def questions(*contents: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [("question", content) for content in contents or (SINGLE, MULTIPLE, TRUE_FALSE)]


def catalogue() -> CatalogueIndexPage:
    existing = CatalogueIndexPage.objects.first()
    if existing is not None:
        return existing
    root: Page = Site.objects.get(is_default_site=True).root_page
    return root.add_child(instance=CatalogueIndexPage(title="Formations", slug="formations"))


def add_lesson(module: ModulePage, title: str, **values: Any) -> LessonPage:
    written = {"objective": f"Savoir : {title}", "body": [("paragraph", f"<p>{title}.</p>")]}
    return module.add_child(instance=LessonPage(title=title, **{**written, **values}))


def interactive(content: Content, **values: Any) -> dict[str, Any]:
    """An activity in the body of a lesson, as stored."""
    asked = {"content": content.pk, "is_required": True, "policy": "", "pass_mark": 70, "grading": "best"}
    return {"type": "interactive", "value": asked | values, "id": str(uuid4())}


def add_quiz(module: ModulePage, title: str, **values: Any) -> QuizPage:
    return module.add_child(instance=QuizPage(title=title, **{"questions": questions(), **values}))


def theme(code: str = "PRO-01", title: str = "Socle commun d'information", **values: Any) -> Theme:
    roadmap, _ = Roadmap.objects.get_or_create(
        is_current=True, defaults={"title": "Feuille de route", "starts_on": "2026-01-01"}
    )
    objective, _ = Objective.objects.get_or_create(roadmap=roadmap, code="PRO", defaults={"title": "Professionnaliser"})
    existing = Theme.objects.filter(code=code).first()
    return existing or Theme.objects.create(roadmap=roadmap, objective=objective, code=code, title=title, **values)


def course_tree(
    *,
    title: str = "Socle commun",
    lessons: int = 2,
    quizzes: int = 1,
    modules: int = 1,
    themes: tuple[Theme, ...] = (),
    is_published: bool = True,
    **sheet: Any,
) -> CourseTree:
    """A published course: in each module, so many lessons then so many quizzes. In no index: nobody looks for it.

    What is said here is right, and is completed but not validated: that took half of the time of making a page.
    """
    with (
        override_settings(TASKS=NO_INDEX),
        mock.patch.object(Page, "full_clean", lambda page: page._set_core_field_defaults()),
    ):
        return _grow(title, lessons, quizzes, modules, themes, is_published, sheet)


def _grow(
    title: str, lessons: int, quizzes: int, modules: int, themes: tuple[Theme, ...], is_published: bool, sheet: Any
) -> CourseTree:
    course = catalogue().add_child(instance=CoursePage(title=title, live=is_published, **{**SHEET, **sheet}))
    tree = CourseTree(course)
    for at in range(1, modules + 1):
        module = course.add_child(instance=ModulePage(title=f"Module {at}"))
        tree.modules.append(module)
        tree.lessons += [add_lesson(module, f"Leçon {at}.{number}") for number in range(1, lessons + 1)]
        tree.quizzes += [add_quiz(module, f"Quiz {at}.{number}") for number in range(1, quizzes + 1)]
    ThemeLink.objects.bulk_create(ThemeLink(page_id=course.pk, theme=one) for one in themes)
    if is_published:
        tree.version = publish_version(course=course)
    return tree
