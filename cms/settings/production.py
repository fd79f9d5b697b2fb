"""Production: refuses to start without what only the environment can say. See `docs/deploy.md`."""

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403
from .base import LOGGING, env

REQUIRED = (
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "EMAIL_URL",
    "JOURNAL_KEYS",
    "BADGE_KEYS",
)
if missing := [name for name in REQUIRED if not env.str(name, default="")]:
    raise ImproperlyConfigured(
        f"Socle ne démarre pas en production sans ces variables d'environnement : {', '.join(missing)}."
    )

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
# Where the links of mails lead, invitations first: the first host, unless told otherwise.
WAGTAILADMIN_BASE_URL = env.str("BASE_URL", default=f"https://{ALLOWED_HOSTS[0].lstrip('.')}").rstrip("/")
vars().update(env.email_url("EMAIL_URL"))
EMAIL_DELIVERY_BACKEND = vars()["EMAIL_BACKEND"]
EMAIL_BACKEND = "cms.core.mail.OutboxBackend"

# Behind a proxy which speaks HTTPS, and which sets or removes this header itself.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
# Whatever watches over the processes asks them directly.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
# How many proxies stand in front: without it every visitor would share one address, and one limit of attempts.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=1)

# One stream, which the host keeps as it keeps the others.
LOGGING["handlers"]["console"]["stream"] = "ext://sys.stdout"
LOGGING["root"]["level"] = env.str("LOG_LEVEL", default="INFO")
