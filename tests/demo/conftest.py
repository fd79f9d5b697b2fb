import pytest

from coordination.demo.loader import load_content


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demonstration content, loaded once for the module and undone after it."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        load_content()
        yield
        transaction.set_rollback(True)
