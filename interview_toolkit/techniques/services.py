"""What is written of phrases."""

from django.db import transaction

from cms.accounts.models import User
from interview_toolkit.techniques.models import Phrase, PhraseUse


@transaction.atomic
def say_it_served(*, person: User, phrase: Phrase, has_served: bool) -> None:
    """Count a person among those a phrase served, once; or no longer."""
    if has_served:
        PhraseUse.objects.bulk_create([PhraseUse(person=person, phrase=phrase)], ignore_conflicts=True)
    else:
        PhraseUse.objects.filter(person=person, phrase=phrase).delete()
