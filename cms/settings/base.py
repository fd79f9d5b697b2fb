"""Settings shared by development, tests and production.

What a machine decides comes from the environment: DATABASE_URL, CELERY_BROKER_URL, SECRET_KEY,
ALLOWED_HOSTS, EMAIL_URL. The modules beside this one say what each place does without them.
"""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy

from cms.embedded.valkey import broker_url
from cms.settings.storage import package_storage

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parents[2]

INSTALLED_APPS = [
    "coordination",
    "coordination.livret",
    "certifications",
    "interview_toolkit.home",
    "interview_toolkit.commitments",
    "interview_toolkit.triads",
    "interview_toolkit.observations",
    "interview_toolkit.practices",
    "interview_toolkit.journal",
    "interview_toolkit.simulations",
    "interview_toolkit.techniques",
    "courses.sessions",
    "courses",
    "courses.h5p",
    "cms.pages",
    "cms.roadmap",
    "cms.accounts",
    "cms.core",
    "cms.embedded",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "cms.accounts.wagtail_users.PeopleUsersConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "courses.h5p.files.PackageFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "cms.accounts.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "cms.accounts.middleware.AdminDoorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "cms.core.middleware.RefusalMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cms.core.context_processors.site",
            ],
            "builtins": ["cms.core.templatetags.socle", "wagtail.templatetags.wagtailcore_tags"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Database: PostgreSQL everywhere. Without DATABASE_URL the embedded server of this checkout is used.
SOCLE_EMBEDDED_CLUSTER: str | None = None
DATABASES = {"default": env.db_url("DATABASE_URL", default="postgres:///socle")}
if "DATABASE_URL" not in env.ENVIRON:
    SOCLE_EMBEDDED_CLUSTER = "dev"
    DATABASES["default"]["ENGINE"] = "cms.postgres"
elif not DATABASES["default"]["ENGINE"].endswith(".postgresql"):
    raise ImproperlyConfigured("DATABASE_URL doit désigner une base PostgreSQL (postgres://…).")
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
# The statements of every page are planned once per connection (`cms.core.rows`). Behind a pooler that hands it over
# after each transaction, without support for prepared statements: PREPARE_THRESHOLD=none.
threshold = env.str("PREPARE_THRESHOLD", default="2")
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = None if threshold == "none" else int(threshold)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    # One cache per process: it holds only what can be computed again, and the site works without the broker.
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "TIMEOUT": 60,
        "OPTIONS": {"MAX_ENTRIES": 5000},
    }
}

AUTH_USER_MODEL = "accounts.User"
SESSION_ENGINE = "cms.accounts.sessions"
MESSAGE_STORAGE = "django.contrib.messages.storage.fallback.FallbackStorage"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CSRF_FAILURE_VIEW = "cms.core.views.csrf_failure"
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
WAGTAIL_FRONTEND_LOGIN_URL = LOGIN_URL
WAGTAILADMIN_LOGIN_URL = LOGIN_URL

ACCOUNT_ADAPTER = "cms.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# A session left open is not enough to change the address of the account: the password is asked again.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# One address per account: a new one replaces it once confirmed.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_FORMS = {
    "login": "cms.accounts.door_forms.LoginForm",
    "add_email": "cms.accounts.door_forms.AddEmailForm",
    "reset_password": "cms.accounts.door_forms.ResetPasswordForm",
    "reset_password_from_key": "cms.accounts.door_forms.ResetPasswordKeyForm",
    "change_password": "cms.accounts.door_forms.ChangePasswordForm",
    "set_password": "cms.accounts.door_forms.SetPasswordForm",
    "reauthenticate": "cms.accounts.door_forms.ReauthenticateForm",
}
MFA_FORMS = {
    "authenticate": "cms.accounts.door_forms.AuthenticateForm",
    "reauthenticate": "cms.accounts.door_forms.MFAReauthenticateForm",
    "activate_totp": "cms.accounts.door_forms.ActivateTOTPForm",
}
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Beside those of the door, which allauth knows: how often one address may verify a number, or send a file.
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {"verify_credential": "60/m/ip", "verify_file": "20/10m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Socle"
SOCIALACCOUNT_PROVIDERS: dict[str, object] = {}

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
# Our own words where those of Django, Wagtail or allauth read badly: they win.
LOCALE_PATHS = [BASE_DIR / "cms" / "locale"]
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "build" / "static"
# What npm brings, copied by `make assets`: htmx and the font.
STATICFILES_DIRS = [BASE_DIR / "cms" / "static", ("npm", BASE_DIR / "build" / "npm")]
# What documents are set with, copied by `make assets` too, and never served.
SOCLE_PDF_FONTS = BASE_DIR / "build" / "fonts"
MEDIA_URL = "/media/"
MEDIA_ROOT = BASE_DIR / "media"
# In production the proxy gives the images; alone on a machine, the site does.
SOCLE_SERVES_MEDIA = False
# Where nginx finds `media/` when it is told to send a document ("/fichiers/"); empty: the site sends documents itself.
SOCLE_ACCEL_PREFIX = env.str("ACCEL_PREFIX", default="")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "cms.core.storage.StaticStorage"},
    # Libraries and contents of H5P packages, in directories written once and for all, under `h5p/`.
    "h5p": package_storage(env.str("H5P_STORAGE_URL", default="")),
    # What is made for one person and soon deleted; given by the site alone, to whom it was made for.
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": env.str("PRIVATE_ROOT", default=str(BASE_DIR / ".local" / "private")),
            "base_url": None,
            "allow_overwrite": True,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
}
# How much an H5P package may weigh, packed and unpacked, and each of its files; see `courses.h5p.engine.limits`.
H5P_LIMITS = {
    "package": env.int("H5P_PACKAGE_MIB", default=256) * 1024**2,
    "total": env.int("H5P_PACKAGE_MIB", default=256) * 1024**2,
    "file": env.int("H5P_FILE_MIB", default=64) * 1024**2,
}
WHITENOISE_MAX_AGE = 3600
# Where browsers find them: the site gives them itself (`courses.h5p.files`) unless nginx or a bucket does.
SOCLE_H5P_URL = env.str("H5P_URL", default="/h5p-fichiers").rstrip("/") + "/"
# The Learning Record Store results are sent to; without the three of them, none is. See `docs/lrs.md`.
SOCLE_LRS_URL = env.str("LRS_URL", default="")
SOCLE_LRS_USERNAME = env.str("LRS_USERNAME", default="")
SOCLE_LRS_PASSWORD = env.str("LRS_PASSWORD", default="")
# What seals the journals of practice, the newest first: `manage.py journal key` makes one. See `docs/journal.md`.
SOCLE_JOURNAL_KEYS: list[str] = env.list("JOURNAL_KEYS", default=[])
# What signs badges, the newest first: `manage.py badges key` makes one. See `docs/verification.md`.
SOCLE_BADGE_KEYS: list[str] = env.list("BADGE_KEYS", default=[])
# Contents written here, which `manage.py h5p build` makes packages of.
SOCLE_H5P_SOURCES = BASE_DIR / "coordination" / "demo" / "activities"

WAGTAIL_SITE_NAME = "Socle"
WAGTAILADMIN_BASE_URL = env.str("BASE_URL", default="http://127.0.0.1:8000")
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = False
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
# One clock for all: among the others offered, browsers do not know « localtime ».
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILIMAGES_IMAGE_MODEL = "core.Image"
WAGTAILDOCS_DOCUMENT_MODEL = "core.Document"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = [
    "pdf",
    "docx",
    "odt",
    "xlsx",
    "ods",
    "pptx",
    "odp",
    "csv",
    "txt",
    "zip",
    "mp3",
    "mp4",
    "webm",
    "vtt",
]
WAGTAILDOCS_INLINE_CONTENT_TYPES = ["application/pdf", "audio/mpeg", "video/mp4", "video/webm", "text/vtt"]
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.core.image_forms.ImageForm"
WAGTAILADMIN_RICH_TEXT_EDITORS = {
    "default": {
        "WIDGET": "wagtail.admin.rich_text.DraftailRichTextArea",
        "OPTIONS": {"features": ["bold", "italic", "ul", "ol", "link", "document-link"]},
    }
}
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "cms.core.search", "SEARCH_CONFIG": "french", "AUTO_UPDATE": True}}
# Whoever may write may publish: two groups, no queue of approvals.
WAGTAIL_WORKFLOW_ENABLED = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Strict everywhere but under /admin/, where Wagtail needs inline scripts and styles.
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/admin/"],
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    },
}
# Wagtail lets its own previews through.
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

EMAIL_BACKEND = "cms.core.mail.OutboxBackend"
EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_TIMEOUT = 20
# The right-hand side of the identifiers of our mails; the name of the machine is nobody's business.
EMAIL_MESSAGE_DOMAIN = "socle.example"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Socle <ne-pas-repondre@socle.example>")

# Celery, and the outbox it serves. Without CELERY_BROKER_URL, the embedded Valkey of this checkout.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or broker_url(BASE_DIR)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A request which announces work to a broker that is down goes on at once: the row waits in the outbox.
    "socket_connect_timeout": 0.5,
    "socket_timeout": 0.9,
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
}
CELERY_BEAT_SCHEDULE = {
    "process-outbox": {
        "task": "cms.core.tasks.process_outbox",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "publish-scheduled": {
        "task": "cms.core.tasks.publish_scheduled",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "forget-old-outbox": {
        "task": "cms.core.tasks.forget_old_outbox",
        "schedule": 86_400.0,
        "options": {"expires": 3_600},
    },
    "forget-old-uploads": {
        "task": "courses.h5p.tasks.forget_old_uploads",
        "schedule": 86_400.0,
        "options": {"expires": 3_600},
    },
    "ask-commitments": {
        "task": "interview_toolkit.commitments.tasks.ask_due",
        "schedule": 3_600.0,
        "options": {"expires": 3_000},
    },
    "forward-statements": {
        "task": "courses.h5p.tasks.forward_statements",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "forget-sent-statements": {
        "task": "courses.h5p.tasks.forget_sent_statements",
        "schedule": 86_400.0,
        "options": {"expires": 3_600},
    },
    "clean-h5p-storage": {
        "task": "courses.h5p.tasks.clean_storage",
        "schedule": 86_400.0,
        "options": {"expires": 3_600},
    },
    "issue-recent-credentials": {
        "task": "certifications.tasks.issue_recent",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "issue-missing-credentials": {
        "task": "certifications.tasks.issue_all_missing",
        "schedule": 86_400.0,
        "options": {"expires": 3_600},
    },
    "tell-ending-credentials": {
        "task": "certifications.tasks.tell_ending_credentials",
        "schedule": 3_600.0,
        "options": {"expires": 3_000},
    },
    "forget-old-jobs": {
        "task": "coordination.tasks.forget_old_jobs",
        "schedule": 3_600.0,
        "options": {"expires": 3_000},
    },
    "forget-old-changes": {
        "task": "coordination.tasks.forget_old_changes",
        "schedule": 86_400.0,
        "options": {"expires": 3_600},
    },
}
CELERY_TASK_IGNORE_RESULT = True
# The outbox is what makes work be done after a fault, not the broker. A late acknowledgement adds nothing to it, and
# ends the worker when the broker is restarted under it.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE

# The view that greets a signed-in person at "/": `view(request, page)`, given by an upper room.
SOCLE_DASHBOARD_VIEW = "courses.views.dashboard"

# Whose service this is, shown beside the name; who helps; what the last accessibility audit concluded (RGAA).
SOCLE_SERVICE_NAME = env.str("SERVICE_NAME", default="SPIE de la Manche")
SOCLE_HELP_EMAIL = env.str("HELP_EMAIL", default="")
SOCLE_ACCESSIBILITY_STATE = env.str("ACCESSIBILITY_STATE", default="non conforme")

# Demonstration: never true in production.
SOCLE_DEMO = False
# The page of every component, /composants/: development only.
SOCLE_SHOW_COMPONENTS = False
DEMO_PASSWORD = "Socle-demo-2026!"  # noqa: S105 - shown on purpose, demonstration only
DEMO_ACCOUNTS = [
    ("professionnel@demo.example", "Professionnelle : suit les formations"),
    ("formateur@demo.example", "Formateur : publie les contenus"),
    ("referent@demo.example", "Référente de structure : suit son équipe"),
    ("coordination@demo.example", "Coordination : suit l'ensemble"),
    ("admin@demo.example", "Administration"),
]

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"refusals": {"()": "cms.core.logs.RefusalsInOneLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refusals"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Django's own handlers would say everything twice, and mail it.
    "loggers": {"django": {"handlers": [], "propagate": True}},
}
