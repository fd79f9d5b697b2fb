"""The map of a simulation in its editor."""

from typing import Any

from wagtail.admin.panels import Panel

from interview_toolkit.simulations.checks import problems_of
from interview_toolkit.simulations.drawing import draw
from interview_toolkit.techniques.models import techniques_by_code


class MapPanel(Panel):
    """The graph as last saved: each moment leads to where it is written, and can be played from."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "simulations/admin/map_panel.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            graph, techniques = self.instance.graph, techniques_by_code()
            hrefs = {block.value.get("id"): f"#block-{block.id}-section" for block in self.instance.nodes}
            return context | {
                "page": self.instance,
                "graph": graph,
                "drawing": draw(graph, hrefs=hrefs),
                "problems": problems_of(graph, techniques=techniques) if self.instance.pk else [],
            }
