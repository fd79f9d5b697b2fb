"""Loads the demonstration: what there is to read and to follow, then people who read and follow it."""

from django.db import transaction

from coordination.demo.courses import CoursePages
from coordination.demo.files import read_files
from coordination.demo.pages import SitePages
from coordination.demo.richtext import Links
from coordination.demo.roadmap import load_organisations, load_roadmap


@transaction.atomic
def load_content() -> None:
    """Write every text of the demonstration; a second run changes nothing that already says the same."""
    files = read_files()
    themes = load_roadmap(files)
    organisations = load_organisations(files)
    pages = SitePages(files)
    courses = CoursePages(files, pages.home)
    links = Links(pages=pages.ids(), themes={code: f"/feuille-de-route/{code}/" for code in themes})
    pages.publish(links, themes, organisations)
    courses.publish(links, themes)
