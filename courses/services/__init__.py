"""Every write of courses that has a rule."""

from courses.services.attempts import finish_lesson, record_attempt
from courses.services.enrolments import enrol, open_next_cycle, retake, visit_step
from courses.services.quizzes import save_answer, start_quiz, submit_quiz
from courses.services.states import Drift, recompute
from courses.services.versions import publish_version

__all__ = [
    "Drift",
    "enrol",
    "finish_lesson",
    "open_next_cycle",
    "publish_version",
    "recompute",
    "record_attempt",
    "retake",
    "save_answer",
    "start_quiz",
    "submit_quiz",
    "visit_step",
]
