"""The site as in production but for HTTPS, on a database and a broker which are going to be killed."""

from cms.settings.base import *  # noqa: F403
from cms.settings.base import INSTALLED_APPS, STORAGES

DEBUG = False
SECRET_KEY = "faults-only-0123456789abcdef-0123456789abcdef-0123456789"
SOCLE_JOURNAL_KEYS = ["Y6JyEO5KXNHhbS0V53mHryWMNlDEhenkJarSppxvHro="]
SOCLE_BADGE_KEYS = ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"]
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
SOCLE_DEMO = True
# A fault a minute would make the run an hour long: what is left is looked at each second.
CELERY_BEAT_SCHEDULE = {
    "process-outbox": {"task": "cms.core.tasks.process_outbox", "schedule": 1.0},
    "issue-recent": {"task": "certifications.tasks.issue_recent", "schedule": 2.0},
}
