"""Production says what it lacks, and what it has is safe."""

import os
import subprocess
import sys

from cms.embedded.postgres import CHECKOUT

COMPLETE = {
    "SECRET_KEY": "0123456789-abcdefghij-ABCDEFGHIJ-0123456789-klmnopqrst",
    "ALLOWED_HOSTS": "socle.example",
    "DATABASE_URL": "postgres://socle@127.0.0.1:1/socle",
    "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp+tls://moi:secret@mail.example:587",
    "JOURNAL_KEYS": "Y6JyEO5KXNHhbS0V53mHryWMNlDEhenkJarSppxvHro=",
    "BADGE_KEYS": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
}


def start(environment: dict[str, str], command: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in COMPLETE}
    return subprocess.run(
        [sys.executable, "-c", command],
        cwd=CHECKOUT,
        env={**inherited, "DJANGO_SETTINGS_MODULE": "cms.settings.production", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_everything_missing_is_said_at_once() -> None:
    result = start({"ALLOWED_HOSTS": "socle.example"}, "import cms.settings.production")
    assert result.stderr.strip().splitlines()[-1] == (
        "django.core.exceptions.ImproperlyConfigured: Socle ne démarre pas en production sans ces variables "
        "d'environnement : SECRET_KEY, DATABASE_URL, CELERY_BROKER_URL, EMAIL_URL, JOURNAL_KEYS, BADGE_KEYS."
    )


def test_another_database_is_refused() -> None:
    result = start({**COMPLETE, "DATABASE_URL": "sqlite:///socle.db"}, "import cms.settings.production")
    assert "DATABASE_URL doit désigner une base PostgreSQL" in result.stderr


def test_what_the_environment_says_is_used_and_nothing_is_embedded() -> None:
    result = start(
        COMPLETE,
        "from cms.settings import production as p\n"
        "print(p.DEBUG, p.SOCLE_DEMO, p.SOCLE_EMBEDDED_CLUSTER, p.DATABASES['default']['ENGINE'])\n"
        "print(p.EMAIL_BACKEND, p.EMAIL_DELIVERY_BACKEND, p.EMAIL_HOST, p.EMAIL_USE_TLS, p.CELERY_BROKER_URL)",
    )
    assert (result.stdout, result.stderr) == (
        "False False None django.db.backends.postgresql\n"
        "cms.core.mail.OutboxBackend django.core.mail.backends.smtp.EmailBackend mail.example True "
        "redis://127.0.0.1:1/0\n",
        "",
    )


def test_the_links_of_mails_lead_to_the_first_host_or_where_told() -> None:
    address = "from cms.settings import production as p; print(p.WAGTAILADMIN_BASE_URL)"
    hosts = COMPLETE | {"ALLOWED_HOSTS": ".socle.example,autre.example"}
    assert start(hosts, address).stdout == "https://socle.example\n"
    assert start(hosts | {"BASE_URL": "https://formation.example/"}, address).stdout == "https://formation.example\n"
