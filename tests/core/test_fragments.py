"""`{% kept %}` draws a part once for the same values, and each person and page still sees their own."""

from typing import Any

import pytest
from django.template import Context, Template

from tests.factories.accounts import UserFactory

COUNTED = Template('{% kept "part" name %}{{ name }} {{ draw }}{% endkept %}')


def test_a_part_is_drawn_once_for_the_same_values() -> None:
    drawn: list[str] = []

    def draw(name: str) -> str:
        return COUNTED.render(Context({"name": name, "draw": lambda: drawn.append(name) or len(drawn)}))

    assert [draw("Claire"), draw("Claire"), draw("Omar"), draw("Claire")] == [
        "Claire 1",
        "Claire 1",
        "Omar 2",
        "Claire 1",
    ]


def test_what_is_kept_is_escaped_as_the_rest() -> None:
    assert COUNTED.render(Context({"name": "<b>", "draw": 1})) == "&lt;b&gt; 1"


def test_the_token_and_the_address_are_those_of_the_request() -> None:
    form = Template('{% kept "form" %}<a href="{{ here }}">{% csrf_token %}</a>{% endkept %}')

    first, second = (
        form.render(Context({"csrf_token": token, "here": here})) for token, here in (("t1", "/?a&b"), ("t2", "/"))
    )

    assert first == '<a href="/?a&amp;b"><input type="hidden" name="csrfmiddlewaretoken" value="t1"></a>'
    assert second == '<a href="/"><input type="hidden" name="csrfmiddlewaretoken" value="t2"></a>'


def test_nothing_is_kept_while_developing(settings: Any) -> None:
    settings.DEBUG = True

    assert [COUNTED.render(Context({"name": "Zoé", "draw": number})) for number in (1, 2)] == ["Zoé 1", "Zoé 2"]


@pytest.mark.django_db
def test_each_person_finds_their_own_name_menu_and_token(sign_in: Any, coordinator: Any, professional: Any) -> None:
    namesake = UserFactory(first_name=coordinator.first_name, last_name=coordinator.last_name)
    pages = {
        person.email: sign_in(person).get("/mon-parcours/").content.decode()
        for person in (coordinator, professional, namesake)
    }

    for email, page in pages.items():
        assert [other for other in pages if other in page] == [email]
        assert ("/pilotage/" in page) == (email == coordinator.email)
        assert page.count("csrfmiddlewaretoken") >= 2
    assert len({page.split('csrfmiddlewaretoken" value="')[1][:64] for page in pages.values()}) == 3
