"""What people declare they followed elsewhere: theirs to write, to change and to take away."""

from datetime import date

from django.db import transaction

from certifications.models import ExternalTraining
from cms.accounts.models import User


@transaction.atomic
def declare_training(
    *,
    person: User,
    title: str,
    provider: str,
    starts_on: date,
    ends_on: date,
    minutes: int,
    note: str = "",
    training: ExternalTraining | None = None,
) -> ExternalTraining:
    """Keep what someone followed elsewhere, or what they say of it now when `training` is given."""
    one = training or ExternalTraining(person=person)
    one.title, one.provider, one.note = title, provider, note
    one.starts_on, one.ends_on, one.minutes = starts_on, ends_on, minutes
    one.save()
    return one


def remove_training(*, training: ExternalTraining) -> None:
    """For good."""
    training.delete()
