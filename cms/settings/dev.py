"""Development and demonstration, on this machine only."""

from .base import *  # noqa: F403
from .base import BASE_DIR, SOCLE_BADGE_KEYS, SOCLE_JOURNAL_KEYS, env

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default="development-only-never-in-production-0123456789abcdef")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = BASE_DIR / ".local" / "mails"
SOCLE_JOURNAL_KEYS = SOCLE_JOURNAL_KEYS or ["Y6JyEO5KXNHhbS0V53mHryWMNlDEhenkJarSppxvHro="]  # nobody's secret
SOCLE_BADGE_KEYS = SOCLE_BADGE_KEYS or ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"]  # nor this one
SOCLE_DEMO = True
SOCLE_SERVES_MEDIA = True
SOCLE_HELP_EMAIL = "coordination@demo.example"
SOCLE_SHOW_COMPONENTS = True
INTERNAL_IPS = ["127.0.0.1"]
