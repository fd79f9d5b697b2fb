"""Every write of courses that has a rule."""

from courses.services.attempts import record_attempt
from courses.services.enrolments import enrol, retake, visit_step
from courses.services.states import Drift, recompute
from courses.services.versions import publish_version

__all__ = ["Drift", "enrol", "publish_version", "recompute", "record_attempt", "retake", "visit_step"]
