"""An address that holds a NUL, which PostgreSQL refuses to look for: a page of the site, never a failure."""

import html
from collections.abc import Callable

import pytest

from cms.accounts.models import User
from tests.factories.toolkit import technique
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
Sign = Callable[[User], StrictClient]


@pytest.mark.parametrize(
    "path", ["/%00/", "/entretien/carte/%00/", "/entretien/carte/QUES%00TION/", "/admin/%00/", "/feuille-de-route/%00/"]
)
def test_in_a_path_it_is_a_page_not_found(sign_in: Sign, administrator: User, path: str) -> None:
    technique()
    for client in (sign_in(administrator), StrictClient()):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "Cette page n'est pas ici" in html.unescape(answer.content.decode())


def test_in_a_query_it_is_told_by_the_screen_or_by_a_page_of_the_site(sign_in: Sign, administrator: User) -> None:
    client = sign_in(administrator)
    answer = client.get("/admin/tag-autocomplete/?term=%00")
    assert answer.status_code == 400
    assert "Cette demande n'a pas été comprise" in html.unescape(answer.content.decode())
