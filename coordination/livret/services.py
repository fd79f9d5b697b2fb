"""Choosing what one's record shows."""

from django.db import transaction
from django.utils import timezone

from cms.accounts.models import User
from coordination.livret.models import ObservationChoice
from interview_toolkit.observations.models import Observation


@transaction.atomic
def show_observation(*, person: User, observation: Observation, is_shown: bool) -> None:
    """Show a signed observation in the record of the one observed, or no longer; asked twice, it is done once.

    Raises Observation.DoesNotExist when it is not signed, or somebody else's.
    """
    signed = Observation.objects.signed().filter(person=person)
    observation = signed.select_for_update(no_key=True, of=("self",)).get(pk=observation.pk)
    shown = ObservationChoice.objects.open().filter(observation=observation)
    if not is_shown:
        shown.update(withdrawn_at=timezone.now())
    elif not shown.exists():
        ObservationChoice.objects.create(observation=observation)
