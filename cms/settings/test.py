"""Tests: real PostgreSQL, everything else as in development, faster."""

from .base import *  # noqa: F403
from .base import DATABASES, SOCLE_EMBEDDED_CLUSTER, STORAGES

DEBUG = False
SECRET_KEY = "tests-only-0123456789abcdef-0123456789abcdef-0123456789"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
if SOCLE_EMBEDDED_CLUSTER:
    SOCLE_EMBEDDED_CLUSTER = "test"
DATABASES["default"]["OPTIONS"].pop("pool")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = False
SOCLE_DEMO = True
SOCLE_SHOW_COMPONENTS = True
WHITENOISE_AUTOREFRESH = True
