"""What the screens of commitments show."""

from cms.roadmap.models import ThemeLink
from courses.models import ModulePage
from interview_toolkit.techniques.models import TechniqueCourse


def pages_around(anchor: str) -> set[int]:
    """The pages on the themes of the course of the module `anchor` names, and the techniques learnt there."""
    number = anchor.removeprefix("module-")
    module = ModulePage.objects.filter(pk=number).first() if number.isdecimal() and len(number) < 10 else None
    course = module.get_parent() if module else None
    if course is None:
        return set()
    themes = ThemeLink.objects.filter(page=course).values("theme")
    linked = ThemeLink.objects.filter(theme__in=themes).values_list("page", flat=True)
    return {*linked, *TechniqueCourse.objects.filter(course=course.pk).values_list("page", flat=True)}
