"""The site as in production (no DEBUG, hashed static files, pooled connections), on a database of the bench."""

import os

os.environ.pop("DATABASE_URL", None)

from cms.settings.base import *  # noqa: F403
from cms.settings.base import BASE_DIR, DATABASES, MIDDLEWARE

DEBUG = False
SECRET_KEY = "bench-only-0123456789abcdef-0123456789abcdef-0123456789"
SOCLE_JOURNAL_KEYS = ["Y6JyEO5KXNHhbS0V53mHryWMNlDEhenkJarSppxvHro="]
SOCLE_BADGE_KEYS = ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"]
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "tests.bench.urls"
MIDDLEWARE = ["tests.bench.middleware.count_queries", *MIDDLEWARE]
SOCLE_EMBEDDED_CLUSTER = "bench"
DATABASES["default"]["NAME"] = os.environ.get("BENCH_DATABASE", "postgres")
STATIC_ROOT = BASE_DIR / "build" / "bench" / "static"
MEDIA_ROOT = BASE_DIR / "build" / "bench" / "media"
SOCLE_DEMO = os.environ.get("BENCH_LOADING") == "1"
