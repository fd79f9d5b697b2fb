"""The site as the browser tests see it: a real server on a real database, assets served as they are."""

from .base import *  # noqa: F403
from .base import STORAGES, env

DEBUG = False
SECRET_KEY = "browser-tests-only-0123456789abcdef-0123456789abcdef"  # noqa: S105
ALLOWED_HOSTS = ["127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
ROOT_URLCONF = "tests.browser.urls"
MEDIA_ROOT = env.str("MEDIA_ROOT")
ACCOUNT_RATE_LIMITS = False
SOCLE_JOURNAL_KEYS = ["Y6JyEO5KXNHhbS0V53mHryWMNlDEhenkJarSppxvHro="]
SOCLE_BADGE_KEYS = ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"]
SOCLE_DEMO = True
SOCLE_SERVES_MEDIA = True
SOCLE_HELP_EMAIL = "coordination@demo.example"
SOCLE_SHOW_COMPONENTS = True
