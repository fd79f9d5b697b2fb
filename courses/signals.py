"""What courses says to the rooms above, after the commit."""

from django.dispatch import Signal

# Sent with `enrolment_id` once the transaction that completed it is committed.
course_completed = Signal()
