"""Tests: real PostgreSQL, everything else as in development, faster."""

import os

from cms.embedded.valkey import broker_url

from .base import *  # noqa: F403
from .base import BASE_DIR, DATABASES, SOCLE_EMBEDDED_CLUSTER, STORAGES

DEBUG = False
SECRET_KEY = "tests-only-0123456789abcdef-0123456789abcdef-0123456789"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
if SOCLE_EMBEDDED_CLUSTER:
    SOCLE_EMBEDDED_CLUSTER = "test"
DATABASES["default"]["OPTIONS"].pop("pool")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "private": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Not running, but for the tests of the outbox: everything else must pass without a broker.
SOCLE_TEST_VALKEY = f"valkey-{os.environ.get('PYTEST_XDIST_WORKER', 'test')}"
CELERY_BROKER_URL = broker_url(BASE_DIR, SOCLE_TEST_VALKEY)
SOCLE_JOURNAL_KEYS = ["Y6JyEO5KXNHhbS0V53mHryWMNlDEhenkJarSppxvHro="]
SOCLE_BADGE_KEYS = ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"]
SOCLE_DEMO = True
SOCLE_HELP_EMAIL = "coordination@demo.example"
SOCLE_SHOW_COMPONENTS = True
WHITENOISE_AUTOREFRESH = True
