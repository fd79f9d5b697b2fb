"""What every test stands on: real PostgreSQL from a migrated template, a strict client, one person per role."""

import gc
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase, override_settings
from django.test.utils import CaptureQueriesContext

from cms.accounts.models import COORDINATION, TRAINERS, User
from cms.core import routing
from courses.h5p import playable
from tests.database import DEMO_MEDIA, clone, ensure_demo, ensure_template, remember, restore
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.strict_client import UNDEFINED, StrictClient

# Looking for garbage among all that Django and Wagtail keep took a fifth of the time of the tests.
gc.set_threshold(100_000, 50, 50)

FILES = {"BACKEND": "django.core.files.storage.FileSystemStorage"}


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = ensure_template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        contents = remember()
    TransactionTestCase._fixture_teardown = lambda self: restore(contents)


@pytest.fixture(autouse=True)
def _clean(settings: Any) -> Iterator[None]:
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UNDEFINED
    cache.clear()
    routing.forget()
    playable.forget()
    yield
    cache.clear()


@pytest.fixture(scope="session")
def demo_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The name of this worker's copy of the demonstration; its files are those of the run, to be read only."""
    name = f"test_socle_demo_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with django_db_blocker.unblock():
        clone(name, template=ensure_demo())
    yield name
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def demo(demo_database: str, django_db_blocker: Any) -> Iterator[None]:
    """The demonstration as loaded, instead of the empty database, for a module whose tests undo what they write."""
    usual = connection.settings_dict["NAME"]
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=str(DEMO_MEDIA), STORAGES=django_settings.STORAGES | {"default": FILES}),
    ):
        connection.close()
        connection.settings_dict["NAME"] = demo_database
        yield
        connection.close()
        connection.settings_dict["NAME"] = usual


@pytest.fixture
def client() -> StrictClient:
    return StrictClient()


@pytest.fixture
def sign_in(client: StrictClient) -> Callable[[User], StrictClient]:
    """Return a client signed in as a person."""

    def _sign_in(person: User) -> StrictClient:
        signed_in = StrictClient()
        signed_in.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return signed_in

    return _sign_in


@pytest.fixture
def organisation(db: None) -> Any:
    return OrganisationFactory(code="MSA", name="Mutualité sociale agricole")


@pytest.fixture
def professional(organisation: Any) -> User:
    return MembershipFactory(organisation=organisation, person__email="professionnel@test.example").person


@pytest.fixture
def lead(organisation: Any) -> User:
    return MembershipFactory(organisation=organisation, role="lead", person__email="referent@test.example").person


@pytest.fixture
def trainer(organisation: Any) -> User:
    person = MembershipFactory(organisation=organisation, person__email="formateur@test.example").person
    person.groups.add(Group.objects.get_or_create(name=TRAINERS)[0])
    return person


@pytest.fixture
def coordinator(db: None) -> User:
    person = UserFactory(email="coordination@test.example")
    person.groups.add(Group.objects.get_or_create(name=COORDINATION)[0])
    return person


@pytest.fixture
def administrator(db: None) -> User:
    return UserFactory(email="admin@test.example", is_staff=True, is_superuser=True)


@pytest.fixture
def assert_constant_queries() -> Callable[[Callable[[], Any], Callable[[], Any]], int]:
    """Serving more rows must cost no more queries: `serve()`, `grow()`, `serve()` again; prints the extra SQL."""

    def _assert(serve: Callable[[], Any], grow: Callable[[], Any]) -> int:
        serve()  # fills what is remembered per process
        with CaptureQueriesContext(connection) as before:
            serve()
        grow()
        serve()
        with CaptureQueriesContext(connection) as after:
            serve()
        extra = "\n".join(str(query["sql"]) for query in after.captured_queries)
        assert len(after) <= len(before), f"{len(before)} queries became {len(after)}:\n{extra}"
        return len(after)

    return _assert
