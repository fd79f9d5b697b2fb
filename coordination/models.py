"""What the figures of /pilotage/ need to follow the facts."""

from django.db import models
from django.db.models.functions import Now


class TransactionField(models.Field):
    """The number PostgreSQL gives a transaction."""

    def db_type(self, connection: object) -> str:
        return "xid8"


class StandingChange(models.Model):
    """What an enrolment counted for before a transaction changed it; written by triggers, read by `tallies`.

    `was_rank` is null when it did not count (see the SQL function `standing_rank`).
    """

    transaction = TransactionField(db_index=True)
    enrolment = models.BigIntegerField()
    person = models.BigIntegerField()
    was_rank = models.SmallIntegerField(null=True)
    recorded_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        verbose_name = "changement d'état"

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.was_rank}"
