"""Simulations in the publishing tools: refused until they can be played, tried from any moment, sent and brought."""

import html
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from cms.accounts.models import User
from cms.pages.models import PathwayStep
from interview_toolkit.simulations.graph import read
from interview_toolkit.simulations.models import Play, ScenarioIndexPage, ScenarioPage, ScenarioVersion
from interview_toolkit.simulations.services import start_play
from tests.factories.courses import theme
from tests.factories.toolkit import GRAPH, room, scenario
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db
Sign = Callable[[User], StrictClient]


def text(response: Any) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def broken() -> dict[str, Any]:
    return {"start": "accueil", "nodes": GRAPH["nodes"][:3]}


def test_the_editor_shows_the_map_the_problems_and_the_same_in_words(sign_in: Sign, trainer: User) -> None:
    page = scenario(broken(), is_published=False)
    page.save_revision()
    shown = text(sign_in(trainer).get(f"/admin/pages/{page.pk}/edit/"))
    assert "<svg" in shown
    assert "Elle n'a aucune fin : ajoutez-en une au moins." in shown
    assert f"/admin/simulations/{page.pk}/jouer/?depuis=repli" in shown
    assert "Qu'attendez-vous ? → suite" in shown


def test_a_list_publishes_no_simulation_that_cannot_be_played(sign_in: Sign, trainer: User) -> None:
    page = scenario(broken(), is_published=False)
    page.save_revision()
    client = sign_in(trainer)
    answer = client.post(f"/admin/bulk/wagtailcore/page/publish/?next=/admin/&id={page.pk}", follow=True)
    assert "Moment « suite » : réplique 2, elle mène à « accord », qui n'existe pas." in text(answer) or (
        "n'a aucune fin" in text(answer)
    )
    page.refresh_from_db()
    assert not page.live
    assert not ScenarioVersion.objects.exists()


def test_a_draft_is_played_from_any_moment_and_nothing_is_kept(sign_in: Sign, trainer: User) -> None:
    page, client = scenario(is_published=False), sign_in(trainer)
    page.save_revision()
    address = f"/admin/simulations/{page.pk}/jouer/"
    assert "Si vous le dites." in text(client.get(f"{address}?depuis=repli"))
    second = text(client.get(f"{address}?depuis=repli&pas=repli.0"))
    assert "Je signe où ?" in second
    assert "Réparer" in second
    assert "Quelle crainte ?" in text(client.get(f"{address}?depuis=repli&pas=repli.1"))
    for odd in ("depuis=ailleurs", "depuis=repli&pas=repli.9", "pas=x", "pas=accueil.-1", f"pas={'9' * 3000}.1"):
        answer = client.get(f"{address}?{odd}", follow=True)
        assert "ne se joue pas tel qu'il est enregistré" in text(answer)
    assert not Play.objects.exists()


def test_a_simulation_goes_out_as_a_file_and_comes_back_as_a_draft(sign_in: Sign, trainer: User) -> None:
    theme()
    PathwayStep.objects.create(code="ETAPE-1", title="Accueil", order=1)
    page, client = scenario(code="ESSAI"), sign_in(trainer)
    index = page.get_parent()
    sent = client.get(f"/admin/simulations/{page.pk}/fichier/")
    assert sent["Content-Disposition"] == 'attachment; filename="essai.yaml"'
    said = yaml.safe_load(sent.content)
    said |= {"themes": ["PRO-01", "NULLE-PART"], "pathway_step": "ETAPE-1", "title": "Premier rendez-vous bis"}
    file = SimpleUploadedFile("essai.yaml", yaml.safe_dump(said, allow_unicode=True).encode())
    answer = client.post(f"/admin/simulations/{index.pk}/importer/", {"file": file}, follow=True)
    assert "NULLE-PART" in text(answer)
    assert "Le code ESSAI sert déjà à une autre simulation" in text(answer)
    draft = ScenarioPage.objects.get(title="Premier rendez-vous bis")
    brought = draft.get_latest_revision_as_object()
    assert (draft.live, draft.code, brought.pathway_step.code) == (False, None, "ETAPE-1")
    assert [link.theme.code for link in brought.theme_links.all()] == ["PRO-01"]
    assert brought.graph == read(GRAPH)
    assert ScenarioVersion.objects.filter(scenario=draft).count() == 0


def test_a_file_brings_when_effects_are_shown_and_tells_what_stays_behind(sign_in: Sign, trainer: User) -> None:
    page, client = scenario(feedback_time="now"), sign_in(trainer)
    said = yaml.safe_load(client.get(f"/admin/simulations/{page.pk}/fichier/").content)
    assert said["feedback"] == "now"
    said["nodes"][0] |= {"image": 12}
    file = SimpleUploadedFile("essai.yaml", yaml.safe_dump(said | {"title": "Bis"}, allow_unicode=True).encode())
    answer = client.post(f"/admin/simulations/{page.get_parent().pk}/importer/", {"file": file}, follow=True)
    assert "Les images et les sons ne voyagent pas avec le fichier : à remettre aux moments « accueil »." in text(
        answer
    )
    assert ScenarioPage.objects.get(title="Bis").feedback_time == "now"
    ScenarioPage.objects.update(feedback_time="end")
    ScenarioPage.objects.get(pk=page.pk).save_revision()
    assert "feedback" not in yaml.safe_load(client.get(f"/admin/simulations/{page.pk}/fichier/").content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'title: a\nnodes:\n- {id: n1, person_line: "a\\0b"}', "Moment « n1 » : « person_line » contient"),
        (b'title: a\nnodes: []\ncode: "A\\0"', "« code » attend des capitales"),
        (b"", "Ce fichier est vide."),
        (b"a: &a 1\nb: *a", "ancres"),
        (yaml.safe_dump({"title": "x", "nodes": [{"id": f"n{at}"} for at in range(5000)]}).encode(), "trop de valeurs"),
        (b"\x00" * 600_000, "512 Kio"),
    ],
)
def test_a_bad_file_is_refused_in_words_and_makes_nothing(
    sign_in: Sign, trainer: User, content: bytes, said: str
) -> None:
    index = room(ScenarioIndexPage, "simulations")
    answer = sign_in(trainer).post(
        f"/admin/simulations/{index.pk}/importer/", {"file": SimpleUploadedFile("x.yaml", content)}
    )
    assert answer.status_code == 422
    assert said in text(answer)
    assert not ScenarioPage.objects.exists()


def test_a_simulation_someone_played_stays(sign_in: Sign, trainer: User, professional: User) -> None:
    page = scenario()
    start_play(person=professional, scenario=page)
    answer = sign_in(trainer).get(f"/admin/pages/{page.pk}/delete/", follow=True)
    assert "1 personne l'a jouée" in text(answer)
    assert ScenarioPage.objects.filter(pk=page.pk).exists()


def test_the_report_is_shown_from_five_people(sign_in: Sign, trainer: User, professional: User) -> None:
    page = scenario()
    start_play(person=professional, scenario=page)
    assert "moins de 5 personnes" in text(sign_in(trainer).get(f"/admin/simulations/{page.pk}/rapport/"))
