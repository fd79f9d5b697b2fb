from django.core.mail.backends.dummy import EmailBackend as OutboxBackend  # noqa: F401
