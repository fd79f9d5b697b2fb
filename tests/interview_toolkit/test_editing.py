"""Simulations in the publishing tools: refused until they can be played, tried from any moment, sent and brought."""

import copy
import html
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from cms.accounts.models import User
from cms.pages.models import PathwayStep
from interview_toolkit.simulations.blocks import EndBlock, MomentBlock, OptionBlock
from interview_toolkit.simulations.drawing import draw
from interview_toolkit.simulations.graph import read
from interview_toolkit.simulations.models import Play, ScenarioIndexPage, ScenarioPage, ScenarioVersion
from interview_toolkit.simulations.services import choose, start_play
from interview_toolkit.techniques.models import TechniquePage
from tests.factories.accounts import UserFactory
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
    assert shown.index("Elle n'a aucune fin") < shown.index('name="title"')  # above the form
    block = page.get_latest_revision_as_object().nodes[2]
    problem = "Moment « suite » : réplique 2, elle mène à « accord », qui n'existe pas."
    assert f'<a href="#block-{block.id}-section">{problem}</a>' in shown
    assert "Recharger la page" in shown
    assert "js/scenario-editor" in shown
    assert f"/admin/simulations/{page.pk}/jouer/?depuis=repli" in shown
    assert "Qu'attendez-vous ? → suite" in shown


def test_problems_are_told_with_their_moment_even_where_fields_are_empty(sign_in: Sign, trainer: User) -> None:
    page = scenario(is_published=False)
    page.save_revision()
    graph = copy.deepcopy(GRAPH)
    graph["nodes"][1]["options"][0]["label"] = ""
    graph["nodes"][2]["options"][1]["next"] = "nulle-part"
    graph["nodes"][3]["debrief"] = ""
    shown = text(sign_in(trainer).post(f"/admin/pages/{page.pk}/edit/", typed(graph) | {"action-publish": "1"}))
    for problem in (
        "Moment « repli » : réplique 1, écrivez ce que dit le professionnel.",
        "Moment « suite » : réplique 2, elle mène à « nulle-part », qui n'existe pas.",
        "Moment « accord » : écrivez la question de relecture.",
    ):
        assert shown.count(problem) == 2  # in the message, and above the form
    page.refresh_from_db()
    assert not page.live


def test_the_icons_of_the_editor_are_among_those_of_wagtail(sign_in: Sign, trainer: User) -> None:
    page, client = scenario(), sign_in(trainer)
    known = set(re.findall(r'id="icon-([\w-]+)"', client.get("/admin/sprite/").content.decode()))
    shown = client.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    assert set(re.findall(r'href="#icon-([\w-]+)"', shown)) <= known
    assert {block().meta.icon for block in (MomentBlock, EndBlock, OptionBlock)} <= known


def test_the_map_tells_ends_apart_by_a_word() -> None:
    words = {box.id: box.words for box in draw(read(GRAPH)).boxes}
    assert (words["accord"][:8], words["rupture"]) == ("Accord :", "Rupture : Je pars.")


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
    assert "des personnes l'ont jouée" in text(answer)
    assert ScenarioPage.objects.filter(pk=page.pk).exists()


def test_the_report_is_shown_from_five_people(sign_in: Sign, trainer: User, professional: User) -> None:
    page = scenario()
    start_play(person=professional, scenario=page)
    assert "moins de 5 personnes" in text(sign_in(trainer).get(f"/admin/simulations/{page.pk}/rapport/"))


def test_the_report_reads_any_version_and_is_listed_among_reports(
    sign_in: Sign, trainer: User, professional: User
) -> None:
    page, client = scenario(), sign_in(trainer)
    for person in [professional, *(UserFactory() for _ in range(4))]:
        play = start_play(person=person, scenario=page)
        choose(person=person, play_id=play.public_id, turn=1, node="accueil", choice=1)
        choose(person=person, play_id=play.public_id, turn=2, node="repli", choice=1)
    page.nodes[2].value["options"][0]["next"] = "repli"
    page.save_revision().publish()
    address = f"/admin/simulations/{page.pk}/rapport/"
    assert "Version 2 : moins de 5 personnes" in text(client.get(address)).replace("\xa0", " ")
    first = text(client.get(f"{address}?version=1"))
    for words in (
        "rupture · 5",
        "5 fois (100 %)",
        "<b>accueil</b> Qu'attendez-vous ?",
        "Moins de 5 personnes y sont venues.",
    ):
        assert words in first.replace("\xa0", " ")
    assert "accord ·" not in first
    assert re.search(r'<option value="1" selected>', first)
    assert [client.get(f"{address}?version={odd}").status_code for odd in ("99", "x", "", "9" * 400)] == [
        404,
        200,
        200,
        404,
    ]
    listed = text(client.get("/admin/reports/simulations/"))
    assert f'href="{address}"' in listed
    assert "/admin/reports/simulations/" in text(client.get("/admin/"))


def test_the_list_of_reports_asks_the_same_whatever_was_played(
    sign_in: Sign, trainer: User, professional: User, assert_constant_queries: Any
) -> None:
    client = sign_in(trainer)
    start_play(person=professional, scenario=scenario())

    def grow() -> None:
        for at in range(2):
            start_play(person=professional, scenario=scenario(title=f"Autre {at}", slug=f"autre-{at}"))

    assert_constant_queries(lambda: client.get("/admin/reports/simulations/"), grow)


# Reread before it is published


def typed(graph: dict[str, Any], **values: Any) -> dict[str, Any]:
    """What the editor sends of a simulation."""
    blocks = []
    for node in graph["nodes"]:
        said = {"id": node["id"], "person_line": node["person_line"], "stage": node.get("stage", "")}
        if node.get("end"):
            blocks.append(("end", said | {"outcome": node["outcome"], "debrief": node["debrief"]}))
            continue
        options = [
            {"label": "", "next": "", "move": "", "initiative": "", "feedback": "", "tags": []}
            | {name: value for name, value in option.items() if name != "advice_first"}
            for option in node["options"]
        ]
        files = {"image": "", "audio": "", "transcript": ""}
        blocks.append(("moment", said | files | {"options": streamfield([("item", one) for one in options])}))
    plain = {"person_name": "Mme L.", "learner_role": "Référente", "est_minutes": 20, "feedback_time": "end"}
    plain |= {"title": "Un entretien", "slug": "un-entretien", "summary": "Un bourg.", "start": graph["start"]}
    plain |= {"nodes": streamfield(blocks), "theme_links": inline_formset([]), "code": "", "pathway_step": ""}
    plain |= {"comments": inline_formset([]), "search_description": "", "seo_title": ""}
    sent = nested_form_data(plain | values)
    return {name.removesuffix("-tags-0") + "-tags" if name.endswith("-tags-0") else name: sent[name] for name in sent}


def without_words(moment: str) -> dict[str, Any]:
    graph = copy.deepcopy(GRAPH)
    for node in graph["nodes"]:
        if node["id"] == moment:
            node["person_line"] = ""
    return graph


def test_a_simulation_is_submitted_approved_and_published(sign_in: Sign, trainer: User, coordinator: User) -> None:
    page = scenario(is_published=False)
    page.save_revision()
    address = f"/admin/pages/{page.pk}/edit/"
    author = sign_in(coordinator)
    assert "Relecture des simulations" in text(author.get(address))
    assert author.post(address, typed(GRAPH) | {"action-submit": "1"}).status_code == 302
    (state,) = page.workflow_states.all()
    assert (state.workflow.name, state.status) == ("Relecture des simulations", "in_progress")
    assert not ScenarioVersion.objects.exists()
    acted = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.current_task_state_id])
    sign_in(trainer).post(acted, {"comment": ""})
    page.refresh_from_db()
    assert (page.live, ScenarioVersion.objects.get().number) == (True, 1)
    # Trainers publish what they write without it.
    other = scenario(is_published=False, title="Autre", slug="autre")
    other.save_revision()
    publishing = typed(GRAPH, title="Autre", slug="autre") | {"action-publish": "1"}
    assert sign_in(trainer).post(f"/admin/pages/{other.pk}/edit/", publishing).status_code == 302
    assert ScenarioVersion.objects.filter(scenario=other).count() == 1


def test_a_simulation_that_cannot_be_played_is_neither_submitted_nor_approved(
    sign_in: Sign, trainer: User, coordinator: User
) -> None:
    page = scenario(is_published=False)
    page.save_revision()
    address = f"/admin/pages/{page.pk}/edit/"
    refused = sign_in(coordinator).post(address, typed(without_words("suite")) | {"action-submit": "1"})
    assert "Moment « suite » : écrivez ce que dit la personne." in text(refused)
    assert not page.workflow_states.exists()
    # Sound when it was submitted, and no longer when it is reread: a technique went meanwhile.
    sign_in(coordinator).post(address, typed(GRAPH) | {"action-submit": "1"})
    TechniquePage.objects.get().unpublish()
    state = page.workflow_states.get().current_task_state
    reviewer = sign_in(trainer)
    approval = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk])
    answer = reviewer.post(approval, {"comment": "Bien"}, follow=True)
    assert "Moment « accueil » : réplique 1, la technique « QUESTION » n'existe pas." in text(answer)
    task = {"action-workflow-action": "1", "workflow-action-name": "approve"}
    in_form = text(reviewer.post(address, typed(GRAPH) | task))
    assert "Moment « accueil » : réplique 1, la technique « QUESTION » n'existe pas." in in_form
    page.refresh_from_db()
    state.refresh_from_db()
    assert (page.live, state.status, ScenarioVersion.objects.count()) == (False, "in_progress", 0)
    # It can be sent back as it is.
    sending_back = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "reject", state.pk])
    reviewer.post(sending_back, {"comment": "La technique."})
    assert page.workflow_states.get().status == "needs_changes"


def test_the_list_of_simulations_has_its_workflow_whenever_it_is_made() -> None:
    index = room(ScenarioIndexPage, "simulations")
    workflow = index.get_workflow()
    assert workflow.name == "Relecture des simulations"
    (task,) = workflow.tasks.specific()
    assert [group.name for group in task.groups.all()] == ["Formateurs"]
