"""Every write of certifications that has a rule."""

from certifications.services.badges import badge_choice_of, badge_of, choose_badge, revoke_badge_key
from certifications.services.definitions import publish_again, publish_definition, withdraw_definition
from certifications.services.events import correct, extend, forget_holder, revoke
from certifications.services.issue import issue_for, issue_missing

__all__ = [
    "badge_choice_of",
    "badge_of",
    "choose_badge",
    "correct",
    "extend",
    "forget_holder",
    "issue_for",
    "issue_missing",
    "publish_again",
    "publish_definition",
    "revoke",
    "revoke_badge_key",
    "withdraw_definition",
]
