"""Why something cannot be deleted, in words."""

from collections import Counter

from django.db import models, router
from django.db.models.deletion import Collector, ProtectedError, RestrictedError


def why_kept(instance: models.Model) -> str | None:
    """Return the sentence that says what history forbids deleting `instance`, or None."""
    collector = Collector(using=router.db_for_write(type(instance)), origin=instance)
    try:
        collector.collect([instance])  # type: ignore[list-item]
    except ProtectedError as error:
        kept = error.protected_objects
    except RestrictedError as error:
        kept = error.restricted_objects
    else:
        return None
    counts = Counter(type(item) for item in kept)
    names = sorted(
        f"{count} {model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural}"
        for model, count in counts.items()
    )
    return f"Impossible de supprimer « {instance} » : son histoire en dépend ({', '.join(names)})."
