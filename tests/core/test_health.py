"""What watches over the site is told the truth."""

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cms.core import health
from cms.embedded.valkey import Valkey

BROKER_DOWN = "Le courtier de messages ne répond pas : les courriels et les calculs différés attendent son retour."


@pytest.fixture
def monitor(db: None, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(health, "_is_migrated", False)
    return Client()


def test_the_process_answers_without_the_database(
    monitor: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = monitor.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


def test_ready_when_database_migrations_and_broker_are_right(monitor: Client) -> None:
    valkey = Valkey(service=settings.SOCLE_TEST_VALKEY)
    valkey.ensure_running()
    try:
        response = monitor.get("/readyz")
    finally:
        valkey.stop()
    assert (response.status_code, response.json()) == (200, {"etat": "pret", "problemes": []})


def test_the_broker_down_is_said(monitor: Client) -> None:
    response = monitor.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"etat": "indisponible", "problemes": [BROKER_DOWN]})


def test_a_waiting_migration_is_said(monitor: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'wagtailredirects' AND name LIKE '0008%%'")
    assert health.database_problem() == "La base de données attend 1 migration(s) : lancez « manage.py migrate »."


def test_the_database_down_is_said(monitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise OperationalError("connection refused")

    with monkeypatch.context() as down:
        down.setattr(connection, "cursor", refuse)
        response = monitor.get("/readyz")
    assert response.json()["problemes"] == ["La base de données ne répond pas.", BROKER_DOWN]
