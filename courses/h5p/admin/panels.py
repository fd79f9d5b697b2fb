"""What H5P says on the home of the publishing tools: what waits for a decision, and what became of one's packages."""

from collections.abc import Mapping
from typing import Any

from wagtail.admin.ui.components import Component

from courses.h5p.models import Upload

MOST = 5


class WaitingPanel(Component):
    """The packages that wait for whoever may install libraries, the oldest first."""

    name = "h5p_waiting"
    order = 20
    template_name = "h5p/admin/panel_waiting.html"

    def __init__(self, waiting: list[Upload]) -> None:
        self.waiting = waiting

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {"uploads": self.waiting[:MOST], "count": len(self.waiting)}


class SentPanel(Component):
    """What became of the last packages one sent."""

    name = "h5p_sent"
    order = 30
    template_name = "h5p/admin/panel_sent.html"

    def __init__(self, uploads: list[Upload]) -> None:
        self.uploads = uploads

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {"uploads": self.uploads}


def panels_for(user: Any) -> list[Component]:
    found: list[Component] = []
    waiting = Upload.objects.waiting().listed().order_by("sent_at")
    if user.has_perm("h5p.install_library") and (first := list(waiting)):
        found.append(WaitingPanel(first))
    mine = Upload.objects.filter(sent_by=user).listed()
    if user.has_perm("h5p.upload_content") and (last := list(mine[:MOST])):
        found.append(SentPanel(last))
    return found
