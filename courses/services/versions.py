"""From the live pages of a course to what its learners are asked."""

from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from courses.errors import CourseNotOpen
from courses.manifest import LABELS, hash_of, manifest_of
from courses.models import CoursePage, CourseVersion, Enrolment
from courses.services.states import BATCH, recompute


@transaction.atomic
def publish_version(*, course: CoursePage, note: str = "") -> CourseVersion:
    """Bring the versions of a live course up to date with its pages; return the latest.

    A new version is made only when what is asked has changed. Titles, minutes and addresses are refreshed in
    every version. A step whose page can no longer be reached is marked withdrawn in the versions that asked
    for it (and no longer withdrawn once it is back), and the open enrolments concerned are computed again.

    Raises CourseNotOpen when the course is not live.
    """
    course = CoursePage.objects.select_for_update(of=("self",), no_key=True).get(pk=course.pk)
    if not course.live:
        raise CourseNotOpen
    live = manifest_of(course)
    now = timezone.now()
    versions = list(course.versions.order_by("number"))
    changed = {version: _refresh(version, live, now) for version in versions}
    refreshed = [version for version, change in changed.items() if change is not None]
    if refreshed:
        CourseVersion.objects.bulk_update(refreshed, ["manifest"])
    if not versions or versions[-1].manifest_hash != hash_of(live):
        number = versions[-1].number + 1 if versions else 1
        versions.append(
            CourseVersion.objects.create(
                course=course, number=number, manifest=live, manifest_hash=hash_of(live), note=note, published_at=now
            )
        )
    if asking := [version.pk for version, change in changed.items() if change == "asked"]:
        _recompute_enrolments_of(asking)
    return versions[-1]


def _refresh(version: CourseVersion, live: list[dict[str, Any]], now: datetime) -> Literal["asked", "shown"] | None:
    """Bring one manifest up to date in memory; say whether what is asked changed, only what is shown, or nothing."""
    by_key = {step["step_key"]: step for step in live}
    change: Literal["asked", "shown"] | None = None
    for step in version.manifest:
        now_live = by_key.get(step["step_key"])
        if now_live is not None:
            labels = {name: now_live[name] for name in LABELS}
            if any(step.get(name) != value for name, value in labels.items()):
                step.update(labels)
                change = change or "shown"
        if step["is_withdrawn"] == (now_live is None):
            continue
        if now_live is None:
            step["withdrawn"].append([now.isoformat(), None])
        else:
            step["withdrawn"][-1][1] = now.isoformat()
        step["is_withdrawn"] = now_live is None
        change = "asked"
    return change


def _recompute_enrolments_of(versions: list[int]) -> None:
    after = 0
    while True:
        batch = list(
            Enrolment.objects.open()
            .filter(version__in=versions, pk__gt=after)
            .order_by("pk")
            .values_list("pk", flat=True)[:BATCH]
        )
        if not batch:
            return
        recompute(batch)
        after = batch[-1]
