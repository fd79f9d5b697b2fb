from django.db import models


class Standing(models.TextChoices):
    """Where what someone proposed stands."""

    PUBLISHED = "published", "Publiée"
    IN_REVIEW = "in_review", "En relecture"
    TO_REWORK = "to_rework", "À reprendre"
    UNPUBLISHED = "unpublished", "Dépubliée"
    WITHDRAWN = "withdrawn", "Retirée"

    @property
    def is_open(self) -> bool:
        """A review is under way, or waits for its author."""
        return self in (Standing.IN_REVIEW, Standing.TO_REWORK)

    @property
    def is_with_author(self) -> bool:
        """Theirs to change and to send."""
        return self not in (Standing.PUBLISHED, Standing.IN_REVIEW)
