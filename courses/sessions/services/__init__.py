"""Every write of training sessions."""

from courses.sessions.services.attendance import correct, countersign, mark_absent, sign, unmark_absent
from courses.sessions.services.planning import cancel, hold, keep_planning, programme_of
from courses.sessions.services.registrations import join, register, withdraw

__all__ = [
    "cancel",
    "correct",
    "countersign",
    "hold",
    "join",
    "keep_planning",
    "mark_absent",
    "programme_of",
    "register",
    "sign",
    "unmark_absent",
    "withdraw",
]
