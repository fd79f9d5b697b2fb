"""Loads the demonstration: what there is to read and to follow, then people who read and follow it."""

from django.db import transaction

from cms.accounts.models import Organisation
from coordination.demo.activities import load_activities
from coordination.demo.awards import award, load_definitions
from coordination.demo.courses import CoursePages
from coordination.demo.files import read_files
from coordination.demo.gatherings import load_sessions
from coordination.demo.media import load_documents, load_images
from coordination.demo.pages import SitePages
from coordination.demo.people import PeopleWriter, at_work
from coordination.demo.richtext import Links
from coordination.demo.roadmap import load_organisations, load_roadmap
from coordination.demo.toolkit import ToolkitPages


@transaction.atomic
def load_demo() -> int:
    """Load all of it; return how many people were created."""
    organisations = load_content()
    writer = PeopleWriter(organisations)
    created = writer.load()
    load_sessions(read_files(), now=writer.now, at_work=at_work)
    award()
    return created


@transaction.atomic
def load_content() -> dict[str, Organisation]:
    """Write every text of the demonstration; a second run changes nothing that already says the same.

    Returns the organisations by code.
    """
    files = read_files()
    themes = load_roadmap(files)
    organisations = load_organisations(files)
    pages = SitePages(files)
    toolkit = ToolkitPages(files, pages.home)
    courses = CoursePages(files, pages.home, load_activities(), toolkit)
    links = Links(
        pages=pages.ids(),
        themes={code: f"/feuille-de-route/{code}/" for code in themes},
        images=load_images(),
        documents=load_documents(),
        techniques={code: page.pk for code, page in toolkit.pages.items()},
    )
    pages.publish(links, themes, organisations)
    toolkit.publish(themes, courses.courses, organisations)
    courses.publish(links, themes)
    load_definitions(files, links.images)
    return organisations
