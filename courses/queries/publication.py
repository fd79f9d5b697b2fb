"""Why a course cannot be published, a step withdrawn, a page deleted: in words for who edits."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q
from wagtail.models import Page

from courses.manifest import manifest_of
from courses.models import CoursePage, CourseVersion, Enrolment, ModulePage, Prerequisite, QuizPage, StepPage
from courses.quiz import problem_of

NO_REQUIRED_STEP = (
    "aucune étape obligatoire n'est publiée. Enregistrez la formation en brouillon, publiez ses modules et leurs "
    "étapes, puis publiez-la."
)


def problems_of_course(course: CoursePage) -> list[str]:
    """Return why nobody could complete this course as its modules and steps are published now."""
    modules = {module.path: module for module in ModulePage.objects.child_of(course)}
    pages = Page.objects.descendant_of(course).live().filter(depth=course.depth + 2).order_by("path").specific()
    steps = [page for page in pages if isinstance(page, StepPage)]
    problems = []
    for path, module in modules.items():
        if not module.live and any(step.path.startswith(path) for step in steps):
            problems.append(
                f"le module « {module.title} » est en brouillon : ses étapes publiées sont hors d'atteinte."
            )
    reachable = [step for step in steps if modules[step.path[: -step.steplen]].live]
    if not any(step.is_required for step in reachable):
        problems.append(NO_REQUIRED_STEP)
    for step in reachable:
        if isinstance(step, QuizPage):
            problems += [f"le quiz « {step.title} » : {problem}" for problem in problems_of_quiz(step)]
    return problems


def problems_of_quiz(page: QuizPage) -> list[str]:
    """Return why nobody could pass this quiz."""
    if not page.questions:
        return ["il n'a aucune question."]
    problems = [] if 1 <= page.pass_mark <= 100 else ["son seuil doit aller de 1 à 100 %."]
    for number, block in enumerate(page.questions, start=1):
        if problem := problem_of(block.value):
            problems.append(f"question {number} : {problem}")
    return problems


def prerequisite_loop(course: CoursePage, asked: Iterable[CoursePage]) -> str:
    """Return the reason when asking for these courses first would, step by step, ask for this very one."""
    links: dict[int, list[int]] = {}
    for page, other in Prerequisite.objects.exclude(page=course.pk).values_list("page", "course"):
        links.setdefault(page, []).append(other)
    for first in asked:
        seen: set[int] = set()
        todo = [first.pk]
        while todo:
            one = todo.pop()
            if one == course.pk:
                return f"« {first.title} » demande elle-même cette formation : personne ne pourrait s'inscrire."
            if one not in seen:
                seen.add(one)
                todo += links.get(one, [])
    return ""


def why_not_delete(page: Page) -> str:
    """Return why a page must stay: people follow it, or another course asks for it. It can be unpublished."""
    inside = CoursePage.objects.filter(path__startswith=page.path)
    followed = Enrolment.objects.filter(course__in=inside)
    if not inside:
        pages = Page.objects.descendant_of(page, inclusive=True).specific()
        holding = [
            Q(manifest__contains=[{"step_key": str(one.step_key)}]) for one in pages if isinstance(one, StepPage)
        ]
        versions = CourseVersion.objects.filter(reduce(or_, holding)) if holding else CourseVersion.objects.none()
        followed = Enrolment.objects.filter(version__in=versions)
    people = followed.values("person").distinct().count()
    if people:
        whose = "1 personne la suit ou l'a suivie" if people == 1 else f"{people} personnes la suivent ou l'ont suivie"
        return f"{whose}, et leur parcours en garde la trace"
    required = Prerequisite.objects.filter(course__in=inside).exclude(page__in=inside).select_related("page")
    if first := required.first():
        return f"la formation « {first.page.title} » la demande comme prérequis"
    return ""


def why_not_unpublish(page: Page, others: Iterable[Page] = ()) -> str:
    """Return why a step or a module must stay published: without it its course, live, would ask for nothing.

    `others` are withdrawn at the same time.
    """
    if course := emptied_by(page, others):
        return f"la formation « {course.title} » n'aurait plus d'étape obligatoire. Dépubliez plutôt la formation"
    return ""


def why_not_move(page: Page, destination: Page, others: Iterable[Page] = ()) -> str:
    """Return why a step or a module must stay where it is: moved there, its course, live, would ask for nothing."""
    course = emptied_by(page, others)
    if course is None or (destination.live and destination.path.startswith(course.path)):
        return ""
    return f"la formation « {course.title} » n'aurait plus d'étape obligatoire. Déplacez d'abord une autre étape ici"


def why_not_optional(page: Page) -> str:
    """Return why a step must stay required: its course, live, would ask for nothing else."""
    if course := emptied_by(page):
        return f"c'est la dernière étape obligatoire de la formation « {course.title} », qui est publiée."
    return ""


def emptied_by(page: Page, others: Iterable[Page] = ()) -> CoursePage | None:
    """Return the live course around a page that would ask for nothing without it and the others."""
    course = CoursePage.objects.around(page).exclude(path__startswith=page.path).first()
    if course is None:
        return None
    gone = {
        pk
        for one in (page, *others)
        for pk in Page.objects.descendant_of(one, inclusive=True).values_list("pk", flat=True)
    }
    required = {step["page_id"] for step in manifest_of(course) if step["is_required"]}
    return course if required and required <= gone else None
