"""Every write of certifications that has a rule."""

from certifications.services.badges import badge_choice_of, badge_of, choose_badge, revoke_badge_key
from certifications.services.definitions import publish_again, publish_definition, withdraw_definition
from certifications.services.events import correct, extend, forget_holder, revoke
from certifications.services.external import declare_training, remove_training
from certifications.services.issue import issue_for, issue_missing
from certifications.services.notices import tell_ending
from certifications.services.renewal import open_renewal
from certifications.services.sessions import issue_for_session

__all__ = [
    "badge_choice_of",
    "badge_of",
    "choose_badge",
    "correct",
    "declare_training",
    "extend",
    "forget_holder",
    "issue_for",
    "issue_for_session",
    "issue_missing",
    "open_renewal",
    "publish_again",
    "publish_definition",
    "remove_training",
    "revoke",
    "revoke_badge_key",
    "tell_ending",
    "withdraw_definition",
]
