"""Every write of certifications that has a rule."""

from certifications.services.definitions import publish_again, publish_definition, withdraw_definition
from certifications.services.events import correct, extend, forget_holder, revoke
from certifications.services.issue import issue_for, issue_missing
from certifications.services.notices import tell_ending
from certifications.services.renewal import open_renewal

__all__ = [
    "correct",
    "extend",
    "forget_holder",
    "issue_for",
    "issue_missing",
    "open_renewal",
    "publish_again",
    "publish_definition",
    "revoke",
    "tell_ending",
    "withdraw_definition",
]
