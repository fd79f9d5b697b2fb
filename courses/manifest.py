"""What the live pages of a course ask of a learner, as its versions keep it (see `CourseVersion`)."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from wagtail.models import Page

from courses.models import CoursePage, ModulePage, StepPage

# What is only shown: brought up to date in every version.
LABELS = ("title", "est_minutes", "module", "module_id", "page_id", "path", "revision")


def manifest_of(course: CoursePage) -> list[dict[str, Any]]:
    """Return what the live pages of the course ask, in the order of the tree."""
    modules = {module.path: module for module in ModulePage.objects.child_of(course).live()}
    pages = Page.objects.descendant_of(course).live().filter(depth=course.depth + 2).order_by("path").specific()
    return [
        _entry(page, modules[page.path[: -Page.steplen]])
        for page in pages
        if isinstance(page, StepPage) and page.path[: -Page.steplen] in modules
    ]


def hash_of(manifest: Iterable[dict[str, Any]]) -> str:
    """Return the fingerprint of what is asked: everything in the manifest but what is only shown."""
    shown = {*LABELS, "is_withdrawn", "withdrawn"}
    asked = [{name: value for name, value in step.items() if name not in shown} for step in manifest]
    return hashlib.sha256(json.dumps(asked, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _entry(page: StepPage, module: ModulePage) -> dict[str, Any]:
    return {
        "step_key": str(page.step_key),
        "kind": str(page.step_kind),
        "title": page.title,
        "is_required": page.is_required,
        "rule": None,
        "pass_mark": None,
        **page.completion_rule,
        "est_minutes": page.est_minutes,
        "module": module.title,
        "module_id": module.pk,
        "page_id": page.pk,
        "path": page.get_url() or "",
        "revision": page.live_revision_id,
        "is_withdrawn": False,
        "withdrawn": [],
    }
