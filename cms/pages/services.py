"""What a reader does with a page."""

from cms.accounts.models import User
from cms.pages.models import InformationPage
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.queries import page_source
from cms.roadmap.services import record_evidence


def confirm_reading(*, person: User, page: InformationPage) -> None:
    """Note that a person read a page: they are *informed* on each of its themes. Saying it twice changes nothing."""
    themes = page.theme_links.values_list("theme", flat=True)
    record_evidence(person=person, themes=themes, kind=EvidenceKind.INFORMED, source=page_source(page.pk))
