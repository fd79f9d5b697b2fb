"""The screens of courses."""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localtime
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cms.accounts.door import sign_in_required
from cms.accounts.models import User
from cms.core.rendering import render_body
from courses import quiz, services
from courses.activities import Activity, Place
from courses.enums import EnrolmentSource, Status
from courses.errors import CourseError
from courses.forms import CatalogueForm, KeyForm
from courses.h5p import player
from courses.h5p.engine.results import Policy
from courses.h5p.models import ContentVersion, Registration
from courses.h5p.services.registrations import declare_finished, open_registration
from courses.models import (
    Attempt,
    AttemptDraft,
    CatalogueIndexPage,
    CoursePage,
    Enrolment,
    LessonPage,
    ModulePage,
    QuizPage,
    StepPage,
)
from courses.outline import parent_url
from courses.queries.activities import asked_activity, enrolment_for, shown_activity
from courses.queries.catalogue import catalogue_cards, course_sheet, filter_cards, themes_of_cards
from courses.queries.home import dashboard_of, paths_of, theme_counters, with_organisation
from courses.queries.quizzes import DraftScreen, draft_screen, quiz_preview, quiz_screen, result_screen
from courses.queries.standing import onward_of
from courses.queries.steps import StepScreen, enrolment_of, preview_screen, step_screen

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class SignedIn(HttpRequest):
    """A request from someone signed in: every view here is behind the door."""

    user: User


# Pages


def catalogue(request: SignedIn, page: CatalogueIndexPage) -> HttpResponse:
    cards = catalogue_cards(catalogue=page, person=request.user)
    form = CatalogueForm(request.GET, themes=themes_of_cards(cards))
    shown = filter_cards(cards, form.chosen)
    context = {"page": page, "form": form, "cards": shown, "total": len(cards), "chips": form.chips(page.get_url())}
    return render(request, "courses/catalogue.html", context)


def course(request: SignedIn, page: CoursePage) -> HttpResponse:
    sheet = course_sheet(course=page, person=request.user)
    return render(request, "courses/course.html", {"page": page, "sheet": sheet, "standing": sheet.standing})


def module(request: SignedIn, page: ModulePage) -> HttpResponse:
    """A module is a place in the sheet of its course."""
    return redirect(f"{parent_url(page.get_url())}#{page.anchor}")


def lesson(request: SignedIn, page: LessonPage) -> HttpResponse:
    screen = found(step_screen, request, page, preview=preview_screen)
    if screen.activities:
        get_token(request)  # the cookie that what an activity sends has to show again
    return show_step(request, "courses/lesson.html", screen, body=render_body(page))


def quiz_page(request: SignedIn, page: QuizPage) -> HttpResponse:
    screen = found(quiz_screen, request, page, preview=quiz_preview)
    return show_step(request, "courses/quiz.html", screen, is_visit=screen.draft is not None)


def found(read: Any, request: SignedIn, page: StepPage, *, preview: Any) -> Any:
    is_preview = getattr(request, "is_preview", False)
    screen = preview(page) if is_preview else read(page=page, person=request.user)
    if screen is None:
        raise Http404
    return screen


def show_step(
    request: SignedIn, template: str, screen: StepScreen, *, is_visit: bool = True, **context: Any
) -> HttpResponse:
    """A visit is where one resumes: a lesson opened, a quiz once an attempt is under way."""
    enrolment = screen.standing.enrolment
    if is_visit and enrolment is not None and not screen.is_extra:
        services.visit_step(enrolment=enrolment, step_key=screen.page.step_key)
    context |= {"page": screen.page, "screen": screen, "standing": screen.standing}
    return render(request, template, context)


def dashboard(request: SignedIn, page: Any) -> HttpResponse:
    """The home page of someone signed in, called by the home page (setting SOCLE_DASHBOARD_VIEW)."""
    return render(request, "courses/dashboard.html", {"page": page, "dashboard": dashboard_of(request.user)})


@sign_in_required
@require_GET
def my_courses(request: SignedIn) -> HttpResponse:
    paths = paths_of(request.user)
    themes = theme_counters(
        request.user, {path.standing.enrolment.course_id for path in paths if path.standing.enrolment}
    )
    themes, organisation = with_organisation(request.user, themes)
    context = {"paths": paths, "themes": themes, "organisation": organisation}
    return render(request, "courses/my_courses.html", context)


# Enrolments


@sign_in_required
@require_POST
def enrol(request: SignedIn, course_id: int) -> HttpResponse:
    page = get_object_or_404(CoursePage.objects.live(), pk=course_id)
    try:
        services.enrol(person=request.user, course=page, source=EnrolmentSource.SELF)
    except CourseError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Votre inscription est enregistrée. Vous pouvez commencer quand vous voulez.")
    return redirect(page.get_url())


@sign_in_required
@require_POST
def retake(request: SignedIn, enrolment_id: UUID) -> HttpResponse:
    enrolment = get_object_or_404(Enrolment.objects.of(request.user), public_id=enrolment_id)
    try:
        services.retake(enrolment=enrolment)
    except CourseError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Un nouveau parcours commence. Le précédent reste dans « Mon parcours ».")
    return redirect(enrolment.course.get_url() or "my_courses")


# Lessons


@sign_in_required
@require_POST
def finish_lesson(request: SignedIn, enrolment_id: UUID, step_key: UUID) -> HttpResponse:
    enrolment = enrolment_of(person=request.user, public_id=enrolment_id)
    if enrolment is None:
        raise Http404
    form, here = KeyForm(request.POST), step_url(enrolment, step_key)
    if not form.is_valid():
        messages.error(request, str(form.errors["key"][0]))
        return redirect(here)
    try:
        services.finish_lesson(enrolment=enrolment, step_key=step_key, key=form.cleaned_data["key"])
    except CourseError as refusal:
        messages.error(request, str(refusal))
        return redirect(here)
    if enrolment.state.status == Status.COMPLETED:
        messages.success(request, "C'était la dernière étape.")
    return redirect(after_step(enrolment, step_key))


def step_url(enrolment: Enrolment, step_key: UUID) -> str:
    """The address of a step of this enrolment; a key of another is not found."""
    step = enrolment.version.step(step_key)
    if step is None:
        raise Http404
    return step["path"] or "/"


def after_step(enrolment: Enrolment, step_key: UUID) -> str:
    """Where to go once a step is done: the next one left to do, or the course when there is none."""
    onward = onward_of(enrolment, here=step_key)
    return onward.url if onward else parent_url(step_url(enrolment, step_key), 2)


# Activities


class Playing(NamedTuple):
    """An activity someone follows in a course: what it asks, and in which enrolment."""

    enrolment: Enrolment
    activity: Activity
    place: Place


def playing(person: User, step_key: UUID, key: UUID) -> Playing | None:
    """What this person is asked to play there, or None: nothing is kept of what they play then."""
    enrolment = enrolment_for(step_key=step_key, person=person)
    activity = asked_activity(enrolment, step_key=step_key, key=str(key)) if enrolment else None
    if enrolment is None or activity is None:
        return None
    return Playing(enrolment, activity, Place(enrolment.pk, step_key, str(key)))


@sign_in_required
@require_GET
@xframe_options_sameorigin
def play_activity(request: SignedIn, step_key: UUID, key: UUID) -> HttpResponse:
    """The document of the frame. A step added after the enrolment, or read by who edits, is played and not kept."""
    if asked := playing(request.user, step_key, key):
        content, context = asked.activity.content, str(asked.place)
        return player.play(request, open_registration(person=request.user, content=content, context=context))
    shown = shown_activity(step_key=step_key, key=str(key), is_editor=request.user.has_admin)
    if shown is None or not may_look(request.user, step_key):
        raise Http404
    return player.play(request, get_object_or_404(ContentVersion, content=shown.content, content__current=F("pk")))


def may_look(person: User, step_key: UUID) -> bool:
    """Whether a lesson is open to someone of whom it asks nothing."""
    return person.has_admin or enrolment_for(step_key=step_key, person=person) is not None


def receives(receive: Callable[[HttpRequest, Registration], HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that hands what a player sends to the registration it is for; who has none is told why."""

    def view(request: SignedIn, step_key: UUID, key: UUID) -> HttpResponse:
        if turned_away := player.not_theirs(request):
            return turned_away
        asked = playing(request.user, step_key, key)
        if asked is None:
            return JsonResponse({"error": "Vous ne suivez pas cette activité : rien n'est enregistré."}, status=404)
        content, context = asked.activity.content, str(asked.place)
        try:
            registration = open_registration(person=request.user, content=content, context=context, may_go_over=False)
            return receive(request, registration)
        except CourseError as refusal:
            return JsonResponse({"error": str(refusal)}, status=409)

    return view


receive_results = receives(player.receive_statements)
receive_state = receives(player.receive_state)


@sign_in_required
@require_POST
def finish_activity(request: SignedIn, step_key: UUID, key: UUID) -> HttpResponse:
    """The person says they have finished an activity that asks for no more."""
    asked = playing(request.user, step_key, key)
    if asked is None or asked.activity.policy != Policy.MANUAL:
        raise Http404
    content, context = asked.activity.content, str(asked.place)
    try:
        declare_finished(registration=open_registration(person=request.user, content=content, context=context))
    except CourseError as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{step_url(asked.enrolment, step_key)}#activites")


@sign_in_required
@require_GET
def activities(request: SignedIn, step_key: UUID) -> HttpResponse:
    """Where the activities of a lesson stand: what the page shows under it, asked for again as one plays."""
    page = get_object_or_404(LessonPage.objects.live(), step_key=step_key)
    screen = step_screen(page=page, person=request.user)
    if screen is None or screen.standing.enrolment is None or not screen.activities:
        raise Http404
    context = {"page": page, "screen": screen, "standing": screen.standing}
    return render(request, "courses/activities.html", context)


# Quizzes


@sign_in_required
@require_POST
def start_quiz(request: SignedIn, enrolment_id: UUID, step_key: UUID) -> HttpResponse:
    enrolment = get_object_or_404(
        Enrolment.objects.of(request.user).select_related("version", "state"), public_id=enrolment_id
    )
    page = get_object_or_404(QuizPage.objects.live(), step_key=step_key)
    try:
        draft = services.start_quiz(enrolment=enrolment, page=page)
    except CourseError as refusal:
        messages.error(request, str(refusal))
        return redirect(page.get_url())
    return redirect("quiz_question", enrolment_id, step_key, quiz.first_unanswered(draft.items, draft.answers))


def under_way(request: SignedIn, enrolment_id: UUID, step_key: UUID) -> DraftScreen:
    """The quiz this person has begun. Someone else's, or a step of another course, is not found."""
    enrolments = Enrolment.objects.of(request.user).select_related("version", "course")
    enrolment = get_object_or_404(enrolments, public_id=enrolment_id)
    if enrolment.version.step(step_key) is None:
        raise Http404
    return draft_screen(enrolment=enrolment, step_key=step_key)


@sign_in_required
@require_http_methods(["GET", "POST"])
def quiz_question(request: SignedIn, enrolment_id: UUID, step_key: UUID, number: int) -> HttpResponse:
    screen = under_way(request, enrolment_id, step_key)
    if screen.draft is None:
        return redirect(screen.url)
    if not 1 <= number <= screen.total:
        raise Http404
    if request.method == "POST":
        if request.content_type not in FORMS:
            raise BadRequest("Not a form: an answer kept would be taken away.")
        return save_answer(request, screen, screen.draft, number)
    return render(request, "courses/quiz_question.html", {"screen": screen, "question": screen.question(number)})


def save_answer(request: SignedIn, screen: DraftScreen, draft: AttemptDraft, number: int) -> HttpResponse:
    is_automatic = "X-Autosave" in request.headers
    try:
        draft = services.save_answer(draft=draft, number=number, values=request.POST.getlist("answer"))
    except (quiz.AnswerError, CourseError) as refusal:
        if is_automatic:
            return JsonResponse({"error": str(refusal)}, status=400)
        context = {"screen": screen, "question": screen.question(number), "error": str(refusal)}
        return render(request, "courses/quiz_question.html", context, status=400)
    if is_automatic:
        return JsonResponse({"saved": f"Enregistré à {localtime(draft.updated_at):%H:%M}"})
    return redirect(screen.after(number, request.POST.get("to", "")))


@sign_in_required
@require_GET
def quiz_review(request: SignedIn, enrolment_id: UUID, step_key: UUID) -> HttpResponse:
    screen = under_way(request, enrolment_id, step_key)
    if screen.draft is None:
        return redirect(screen.url)
    return render(request, "courses/quiz_review.html", {"screen": screen})


@sign_in_required
@require_POST
def submit_quiz(request: SignedIn, enrolment_id: UUID, step_key: UUID) -> HttpResponse:
    screen = under_way(request, enrolment_id, step_key)
    form = KeyForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["key"][0]))
        return redirect(screen.url)
    key = form.cleaned_data["key"]
    try:
        services.submit_quiz(enrolment=screen.enrolment, step_key=step_key, key=key)
    except CourseError as refusal:
        messages.error(request, str(refusal))
        return redirect(screen.url)
    return redirect("quiz_result", enrolment_id, step_key, key)


@sign_in_required
@require_GET
def quiz_result(request: SignedIn, enrolment_id: UUID, step_key: UUID, key: UUID) -> HttpResponse:
    around = ("enrolment__version", "enrolment__course", "enrolment__state")
    attempts = Attempt.objects.visible_to(request.user).select_related(*around)
    attempt = get_object_or_404(
        attempts,
        enrolment__public_id=enrolment_id,
        step_key=step_key,
        idempotency_key=str(key),
        max_score__isnull=False,
    )
    screen = result_screen(attempt)
    return render(request, "courses/quiz_result.html", {"screen": screen, "attempt": attempt})
