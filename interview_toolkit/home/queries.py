"""What reads several rooms of the toolkit at once."""

from wagtail.models import Page

from interview_toolkit.practices.queries import practices_with
from interview_toolkit.simulations.queries import scenarios_with
from interview_toolkit.techniques.models import TechniquePage
from interview_toolkit.techniques.queries import TechniqueSheet


def around_technique(page: TechniquePage, sheet: TechniqueSheet) -> list[tuple[str, list[Page]]]:
    """Where a technique is learnt and rehearsed: a title, and pages."""
    return [
        ("L'apprendre", list(sheet.courses)),
        ("La répéter", list(scenarios_with(page.code))),
        ("La voir en pratique", list(practices_with(page.code))),
    ]
