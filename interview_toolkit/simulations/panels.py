"""What the editor of a simulation shows of its graph: what is to be corrected, and the map."""

from functools import cached_property
from typing import Any
from urllib.parse import quote

from django.forms import Media
from django.urls import reverse
from wagtail.admin.panels import Panel

from interview_toolkit.simulations.checks import Problem, problems_of
from interview_toolkit.simulations.drawing import draw
from interview_toolkit.simulations.graph import Graph
from interview_toolkit.techniques.models import techniques_by_code


def addresses_of(stream: Any) -> list[str]:
    """Where each moment is written in the form, in order."""
    return [f"#block-{block.id}-section" for block in stream]


class ProblemsPanel(Panel):
    """Above the form, what keeps it from being played to an end, as saved or as just sent; each leads to its block."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "simulations/admin/problems_panel.html"

        @cached_property
        def problems(self) -> list[tuple[Problem, str]]:
            written: Any = self.form if self.form is not None and self.form.is_bound else self.instance
            graph: Graph = written.graph
            addresses = addresses_of(written.nodes)
            found = problems_of(graph, techniques=techniques_by_code())
            return [(one, "" if one.at is None else addresses[one.at]) for one in found]

        def is_shown(self) -> bool:
            is_written = self.instance.pk is not None or (self.form is not None and self.form.is_bound)
            return is_written and bool(self.problems)

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {"problems": self.problems}


class MapPanel(Panel):
    """The graph as it was saved when the page was opened: each moment leads to where it is written, and is played."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "simulations/admin/map_panel.html"
        media = Media(js=["js/scenario-editor.js"])

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            page = self.instance
            graph: Graph = page.graph
            names = [node.id for node in graph.nodes]
            hrefs = dict(zip(names, addresses_of(page.nodes), strict=True))
            plays = {}
            if page.pk:
                address = reverse("try_out_simulation", args=[page.pk])
                plays = {name: f"{address}?depuis={quote(name)}" for name in names}
            return context | {"page": page, "graph": graph, "drawing": draw(graph, hrefs=hrefs, plays=plays)}
