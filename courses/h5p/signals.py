"""What the H5P room tells whoever listens."""

from django.dispatch import Signal

# Sent inside the transaction that keeps what was received: a result acknowledged is a result that counts.
# sender: Registration; registration=, attempts= (all of the registration, in order), is_viewed=, is_declared=.
attempt_recorded = Signal()
