"""Every part of /admin/ × every role → who gets in. A part that is not in the table fails the test."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Site

from certifications.models import Provider
from cms.accounts.models import TRAINERS, Invitation, Membership, Organisation
from cms.core.models import Document, Image
from cms.pages.models import GlossaryTerm, PathwayStep
from cms.roadmap.models import Objective, Roadmap, Theme
from courses.h5p.engine.validator import check
from courses.h5p.models import Content, ContentVersion, Upload
from courses.h5p.registry import Installed
from courses.h5p.services.registry import import_content, install_libraries
from courses.sessions.models import TrainingSession
from interview_toolkit.observations.models import GridIndexPage, GridPage, ReferencePage
from interview_toolkit.simulations.models import ScenarioIndexPage, ScenarioPage
from interview_toolkit.techniques.models import Phrase, TechniqueIndexPage
from tests.coordination.test_screens import close
from tests.courses.h5p.packages import packed
from tests.factories.certifications import definition
from tests.strict_client import StrictClient
from tests.test_matrix import ROLES, World
from tests.test_matrix import world as world  # a fixture

T, C, A = "trainer", "coordinator", "administrator"

# Who may open it; the anonymous are sent to the door, everybody else is refused: 403 at the door, or Wagtail's way,
# back to the dashboard with a message. What may be opened but not done (a history to keep) is told by other tests.
WHO: dict[str, tuple[str, ...]] = {
    "": (T, C, A),
    "account/": (T, C, A),
    # People
    "organisations/": (C, A),
    "organisations/results/": (C, A),
    "organisations/new/": (C, A),
    "organisations/edit/{organisation}/": (C, A),
    "organisations/delete/{organisation}/": (C, A),
    "organisations/history/{organisation}/": (C, A),
    "organisations/usage/{organisation}/": (C, A),
    "memberships/": (C, A),
    "memberships/results/": (C, A),
    "memberships/new/": (C, A),
    "memberships/edit/{membership}/": (C, A),
    "memberships/delete/{membership}/": (C, A),
    "memberships/history/{membership}/": (C, A),
    "invitations/": (C, A),
    "invitations/new/": (C, A),
    "invitations/edit/{invitation}/": (),
    "invitations/inspect/{invitation}/": (C, A),
    "invitations/delete/{invitation}/": (C, A),
    "person_chooser/": (C, A),
    "person_chooser/results/": (C, A),
    "person_chooser/chosen/{person}/": (C, A),
    "person_chooser/chosen-multiple/?id={person}": (C, A),
    "users/": (C, A),
    "users/results/": (C, A),
    "users/inspect/{person}/": (C, A),
    "users/new/": (A,),
    "users/edit/{person}/": (A,),
    "users/delete/{person}/": (A,),
    "users/history/{person}/": (A,),
    "users/usage/{person}/": (A,),
    "bulk/accounts/user/delete/?id={person}": (A,),
    "bulk/accounts/user/assign_role/?id={person}": (A,),
    "bulk/accounts/user/set_active_state/?id={person}": (A,),
    "groups/": (A,),
    "groups/new/": (A,),
    "groups/edit/{group}/": (A,),
    # Roadmap, glossary, path
    "roadmaps/": (C, A),
    "roadmaps/new/": (C, A),
    "roadmaps/edit/{roadmap}/": (C, A),
    "roadmaps/delete/{roadmap}/": (C, A),
    "objectives/": (C, A),
    "objectives/edit/{objective}/": (C, A),
    "themes/": (C, A),
    "themes/new/": (C, A),
    "themes/edit/{theme}/": (C, A),
    "themes/delete/{theme}/": (C, A),
    "themes-import/": (C, A),
    "snippets/": (),
    "snippets/pages/glossaryterm/": (T, C, A),
    "snippets/pages/glossaryterm/add/": (T, C, A),
    "snippets/pages/glossaryterm/edit/{term}/": (T, C, A),
    "snippets/pages/glossaryterm/delete/{term}/": (C, A),
    "snippets/pages/pathwaystep/": (C, A),
    "snippets/pages/pathwaystep/add/": (C, A),
    "snippets/pages/pathwaystep/edit/{step}/": (C, A),
    # Pages
    "pages/": (T, C, A),
    "pages/{catalogue}/": (T, C, A),
    "pages/search/": (T, C, A),
    "pages/add/courses/coursepage/{catalogue}/": (T, C, A),
    "pages/add/courses/lessonpage/{module}/": (T, C, A),
    "pages/{lesson}/edit/": (T, C, A),
    "pages/{lesson}/delete/": (T, C, A),
    "pages/{lesson}/unpublish/": (T, C, A),
    "pages/{lesson}/move/": (T, C, A),
    "pages/{lesson}/copy/": (T, C, A),
    "pages/{lesson}/history/": (T, C, A),
    "pages/{lesson}/view_draft/": (T, C, A),
    "pages/{home}/delete/": (A,),
    "choose-page/": (T, C, A),
    "choose-external-link/": (T, C, A),
    "choose-email-link/": (T, C, A),
    "choose-phone-link/": (T, C, A),
    "choose-anchor-link/": (T, C, A),
    "bulk/wagtailcore/page/delete/?id={lesson}": (T, C, A),
    "api/main/pages/": (T, C, A),
    # Pictures, documents
    "images/": (T, C, A),
    "images/add/": (T, C, A),
    "images/{image}/": (T, C, A),
    "images/{image}/delete/": (T, C, A),
    "images/chooser/": (T, C, A),
    "documents/": (T, C, A),
    "documents/add/": (T, C, A),
    "documents/edit/{document}/": (T, C, A),
    "documents/delete/{document}/": (T, C, A),
    "documents/chooser/": (T, C, A),
    "embeds/chooser/": (T, C, A),
    "collections/": (A,),
    "collections/add/": (A,),
    # H5P
    "h5p/contents/": (T, A),
    "h5p/contents/results/": (T, A),
    "h5p/contents/new/": (T, A),
    "h5p/contents/edit/{content}/": (T, A),
    "h5p/contents/delete/{content}/": (T, A),
    "h5p/contents/history/{content}/": (T, A),
    "h5p/contents/usage/{content}/": (T, A),
    "h5p/contents/replace/{content}/": (T, A),
    "h5p/contents/answers/{content}/": (T, A),
    "h5p/contents/preview/{version}/": (T, A),
    "h5p/contents/download/{version}/": (T, A),
    "h5p/contents/review/{version}/": (T, A),
    "h5p/contents/discard/{version}/": (T, A),
    "h5p/authoring/": (T, A),
    "h5p/authoring/new/{library}/": (T, A),
    "h5p/authoring/new/{library}/preview/": (T, A),
    "h5p/authoring/edit/{content}/": (T, A),
    "h5p/authoring/edit/{content}/preview/": (T, A),
    "h5p/authoring/part/": (T, A),
    "h5p/uploads/": (T, A),
    "h5p/uploads/results/": (T, A),
    "h5p/uploads/{upload}/": (T, A),
    "h5p/uploads/{upload}/withdraw/": (T, A),
    "h5p/uploads/{upload}/approve/": (A,),
    "h5p/uploads/{upload}/decline/": (A,),
    "h5p/libraries/": (A,),
    "h5p/libraries/results/": (A,),
    "h5p/libraries/upgrades/": (A,),
    "h5p/libraries/unused/": (A,),
    "h5p/libraries/{library}/": (A,),
    "h5p/libraries/{library}/quarantine/": (A,),
    "h5p/libraries/{library}/release/": (A,),
    "h5p/forwarding/": (A,),
    "h5p/forwarding/resume/": (A,),
    "h5p/forwarding/retry/": (A,),
    "h5p/forwarding/{forwarding}/retry/": (A,),
    "h5p/forwarding/{forwarding}/discard/": (A,),
    "h5p/content-chooser/": (T, C, A),
    "h5p/content-chooser/results/": (T, C, A),
    "h5p/content-chooser/chosen/{content}/": (T, C, A),
    "h5p/content-chooser/chosen-multiple/?id={content}": (T, C, A),
    "h5p/content-chooser/create/": (T, A),
    "tag-autocomplete/?term=a": (T, C, A),
    # Attestations
    "snippets/certifications/credentialdefinition/": (C, A),
    "snippets/certifications/credentialdefinition/add/": (C, A),
    "snippets/certifications/credentialdefinition/edit/{definition}/": (C, A),
    "snippets/certifications/credentialdefinition/history/{definition}/": (C, A),
    "snippets/certifications/credentialdefinition/delete/{definition}/": (C, A),
    "snippets/certifications/credentialdefinition/unpublish/{definition}/": (C, A),
    # Training sessions
    "seances/": (T, C, A),
    "seances/results/": (T, C, A),
    "seances/new/": (T, C, A),
    "seances/edit/{session}/": (T, C, A),
    "seances/delete/{session}/": (T, C, A),
    "seances/history/{session}/": (T, C, A),
    "pages/add/training_sessions/sessionsteppage/{module}/": (T, C, A),
    # Interview toolkit
    "snippets/techniques/phrase/": (T, C, A),
    "snippets/techniques/phrase/add/": (T, C, A),
    "snippets/techniques/phrase/delete/{phrase}/": (T, C, A),
    "snippets/techniques/situation/": (T, C, A),
    "pages/add/techniques/techniquepage/{techniques}/": (T, C, A),
    "pages/add/simulations/scenariopage/{simulations}/": (T, C, A),
    "pages/{scenario}/edit/": (T, C, A),
    "pages/add/observations/gridpage/{grids}/": (T, C, A),
    "pages/{grid}/edit/": (T, C, A),
    "pages/add/observations/referencepage/{grid}/": (T, C, A),
    "pages/{reference}/edit/": (T, C, A),
    "observations/{reference}/accord/": (T, C, A),
    "simulations/{scenario}/jouer/": (T, C, A),
    "simulations/{scenario}/rapport/": (T, C, A),
    "simulations/{scenario}/fichier/": (T, C, A),
    "simulations/{simulations}/importer/": (T, C, A),
    # Reports
    "reports/pages-a-relire/": (T, C, A),
    "reports/simulations/": (T, C, A),
    "reports/site-history/": (T, C, A),
    "reports/aging-pages/": (T, C, A),
    "reports/page-types-usage/": (T, C, A),
    "reports/locked/": (A,),
    # Settings
    "settings/certifications/provider/{provider}/": (C, A),
    "redirects/": (A,),
    "redirects/add/": (A,),
    "redirects/import/": (A,),
    "sites/": (A,),
    "sites/new/": (A,),
    "sites/edit/{site}/": (A,),
    "workflows/list/": (A,),
    "forms/": (T, C, A),  # no page of this site is a form: the list is empty
}
# Machinery without a screen of its own, or closed for everyone.
ELSEWHERE = {
    "block-preview", "dismissibles", "editing-sessions", "failwhale", "jsi18n", "login", "logout", "password_reset",
    "sprite", "test404",
}  # fmt: skip


def parts(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """The first word of every address under /admin/."""
    for pattern in patterns:
        address = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from parts(pattern.url_patterns, address)
        elif found := re.match(r"admin/([a-z0-9_-]+)", address):
            yield found[1]


def test_every_part_of_the_publishing_tools_is_declared() -> None:
    declared = {path.split("/")[0] for path in WHO if path}
    assert set(parts(get_resolver().url_patterns)) == declared | ELSEWHERE


def imported(settings: Any, tmp_path: Path) -> ContentVersion:
    settings.MEDIA_ROOT = str(tmp_path)
    checked = check(packed(), installed=Installed())
    install_libraries(checked=checked)
    version = import_content(checked=checked)
    Content.objects.update(alternative="Un tri.")
    return version


@pytest.fixture
def places(world: World, settings: Any, tmp_path: Path) -> dict[str, Any]:
    course = world.tree.course
    version = imported(settings, tmp_path)
    upload = Upload.objects.create(filename="tri.h5p", size=1, sent_by=world.people[T])
    return {
        "content": version.content_id,
        "version": version.pk,
        "library": version.main_library_id,
        "upload": upload.public_id,
        "forwarding": 1,
        "organisation": Organisation.objects.get().pk,
        "membership": Membership.objects.first().pk,
        "invitation": Invitation.objects.get().pk,
        "person": world.people["professional"].pk,
        "group": Group.objects.get(name=TRAINERS).pk,
        "roadmap": Roadmap.objects.get().pk,
        "objective": Objective.objects.get().pk,
        "theme": Theme.objects.get().pk,
        "term": GlossaryTerm.objects.create(term="CER", definition="Contrat").pk,
        "step": PathwayStep.objects.create(code="UN", title="Un", order=1).pk,
        "home": Site.objects.get(is_default_site=True).root_page_id,
        "catalogue": course.get_parent().pk,
        "module": world.tree.modules[0].pk,
        "lesson": world.tree.lessons[0].pk,
        "image": Image.objects.create(title="Fil", file=get_test_image_file()).pk,
        "document": Document.objects.get().pk,
        "site": Site.objects.get().pk,
        "session": TrainingSession.objects.get().pk,
        "definition": definition(course).pk,
        "provider": Provider.load().pk,
        "phrase": Phrase.objects.get().pk,
        "techniques": TechniqueIndexPage.objects.get().pk,
        "simulations": ScenarioIndexPage.objects.get().pk,
        "scenario": ScenarioPage.objects.get().pk,
        "grids": GridIndexPage.objects.get().pk,
        "grid": GridPage.objects.get(slug="grille").pk,
        "reference": ReferencePage.objects.get().pk,
    }


def outcome(response: HttpResponse) -> str:
    close(response)
    target = response.get("Location", "")
    if response.status_code == 403 or target == "/admin/":
        return "refused"
    if target.startswith("/compte/login/"):
        return "door"
    return "open" if response.status_code in (200, 302) else str(response.status_code)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_the_table_says(world: World, places: dict[str, Any], role: str) -> None:
    client = StrictClient(raise_request_exception=False)
    if role != "anonymous":
        client.force_login(world.people[role], backend="django.contrib.auth.backends.ModelBackend")

    found = {path: outcome(client.get(f"/admin/{path.format(**places)}")) for path in WHO}

    refused = "door" if role == "anonymous" else "refused"
    assert found == {path: "open" if role in who else refused for path, who in WHO.items()}


WRITES = ["users/new/", "users/edit/{person}/", "users/delete/{person}/", "organisations/delete/{organisation}/",
          "groups/edit/{group}/", "themes/delete/{theme}/", "memberships/new/", "invitations/new/",
          "bulk/accounts/user/assign_role/?id={person}", "redirects/add/", "sites/new/", "h5p/libraries/unused/",
          "h5p/libraries/{library}/quarantine/", "h5p/uploads/{upload}/approve/",
          "h5p/uploads/{upload}/decline/", "h5p/forwarding/resume/", "h5p/forwarding/retry/",
          "h5p/forwarding/{forwarding}/retry/", "h5p/forwarding/{forwarding}/discard/"]  # fmt: skip


@pytest.mark.parametrize("role", ["anonymous", "professional", "lead", T])
def test_nothing_is_written_by_who_may_not(world: World, places: dict[str, Any], role: str) -> None:
    client = StrictClient(raise_request_exception=False)
    if role != "anonymous":
        client.force_login(world.people[role], backend="django.contrib.auth.backends.ModelBackend")

    found = {outcome(client.post(f"/admin/{path.format(**places)}", {"is_superuser": "on"})) for path in WRITES}

    assert found == {"door" if role == "anonymous" else "refused"}


def test_a_refused_trainer_learns_nothing_of_people(world: World, places: dict[str, Any]) -> None:
    client = StrictClient()
    client.force_login(world.people[T], backend="django.contrib.auth.backends.ModelBackend")

    page = client.get(f"/admin/organisations/delete/{places['organisation']}/", follow=True).content.decode()

    assert "rattachement" not in page
    assert world.people["professional"].email not in page
