"""The demonstration content: loaded whole, twice the same, every link leading somewhere."""

import html
import re

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.urls import reverse
from wagtail.models import Page, PageLogEntry, Revision, Site

from cms.accounts.models import User
from cms.core.models import Document, Image
from cms.pages.models import GlossaryTerm, HomePage, InformationPage, LegalPage, PathwayStep
from cms.roadmap.models import Theme
from coordination.demo.loader import load_content
from courses.models import CoursePage, LessonPage, QuizPage
from interview_toolkit.simulations.models import ScenarioPage, ScenarioVersion
from interview_toolkit.techniques.models import Phrase, TechniquePage

pytestmark = pytest.mark.django_db


def rows() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models() if model._meta.managed}


def test_the_whole_content_is_there(demo):
    counted = {
        model.__name__: model.objects.count()
        for model in (
            Theme, InformationPage, LegalPage, CoursePage, LessonPage, QuizPage, GlossaryTerm, PathwayStep,
            TechniquePage, Phrase, ScenarioPage, ScenarioVersion,
        )
    }  # fmt: skip

    assert counted == {
        "Theme": 18,
        "InformationPage": 18,
        "LegalPage": 3,
        "CoursePage": 3,
        "LessonPage": 21,
        "QuizPage": 9,
        "GlossaryTerm": 49,
        "PathwayStep": 5,
        "TechniquePage": 12,
        "Phrase": 34,
        "ScenarioPage": 3,
        "ScenarioVersion": 3,
    }
    assert not Page.objects.filter(depth__gt=1, live=False).exists()


def test_the_home_page_takes_the_place_of_the_welcome_page(demo):
    assert isinstance(Site.objects.get(is_default_site=True).root_page.specific, HomePage)
    assert [type(page.specific) for page in Page.objects.filter(depth=2)] == [HomePage]


def test_loading_twice_changes_nothing(demo):
    before = rows()

    load_content()

    assert rows() == before


def test_loading_again_brings_back_only_what_was_changed(demo):
    page = InformationPage.objects.get(slug="contrat-engagement")
    page.summary = "Autre chose"
    page.save_revision().publish()
    revisions, entries = Revision.objects.count(), PageLogEntry.objects.count()

    load_content()

    assert InformationPage.objects.get(pk=page.pk).summary.startswith("Ce que contient le contrat")
    assert Revision.objects.count() == revisions + 1
    assert PageLogEntry.objects.count() > entries


def test_every_link_inside_the_texts_leads_to_a_live_page_or_a_theme(demo):
    live = {str(pk) for pk in Page.objects.live().values_list("pk", flat=True)}
    themes = set(Theme.objects.values_list("code", flat=True))
    pages, links = [*InformationPage.objects.all(), *LegalPage.objects.all(), *LessonPage.objects.all()], 0
    for page in pages:
        stored = str(page.body.get_prep_value())
        for target in re.findall(r'linktype=\\?"page\\?" id=\\?"(\d+)', stored):
            assert target in live, page
            links += 1
        for code in re.findall(r"/feuille-de-route/([A-Z0-9-]+)/", stored):
            assert code in themes, page
            links += 1
        assert "](" not in stored and "**" not in stored, page
    assert links > 50


def test_every_block_is_accepted_by_the_editor(demo):
    for page in [*InformationPage.objects.all(), *LegalPage.objects.all(), *LessonPage.objects.all()]:
        page.body.stream_block.clean(page.body)
    for quiz in QuizPage.objects.all():
        quiz.questions.stream_block.clean(quiz.questions)


def test_the_picture_and_the_memo_are_where_they_are_of_use(demo, client, sign_in, administrator):
    picture, memo = Image.objects.get(title__startswith="Le parcours RSA"), Document.objects.get()
    client = sign_in(administrator)
    pathway = client.get(InformationPage.objects.get(slug="parcours-cinq-etapes").url).content.decode()
    interview = client.get(InformationPage.objects.get(slug="preparer-un-premier-entretien").url).content.decode()

    assert (picture.width, picture.height) == (1320, 1362)
    assert 'alt="Un fil relie cinq étapes' in pathway
    assert f'href="{memo.url}"' in interview
    assert "(PDF, 31,5" in interview
    answer = client.get(memo.url)
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")


def test_a_file_gone_from_the_disk_is_put_back(demo):
    picture = Image.objects.get(title__startswith="Le parcours RSA")
    picture.file.storage.delete(picture.file.name)

    load_content()

    assert picture.file.storage.exists(Image.objects.get(title__startswith="Le parcours RSA").file.name)


def test_a_course_says_everything_the_law_asks(demo):
    for course in CoursePage.objects.all():
        for name in ("summary", "objectives", "audience", "format", "assessment", "help_contact", "disability_access"):
            assert getattr(course, name), (course, name)
        assert course.theme_links.count() >= 2


def test_nothing_is_loaded_outside_a_demonstration(db, settings):
    settings.SOCLE_DEMO = False

    with pytest.raises(CommandError, match="pas une démonstration"):
        call_command("load_demo")


def test_a_trainer_opens_edits_and_previews_every_kind_of_page(demo, sign_in):
    trainer = sign_in(User.objects.get(email="formateur@demo.example"))
    one_of_each = {page.specific_class: page for page in Page.objects.filter(depth__gt=1)}
    assert len(one_of_each) > 10
    for kind, page in one_of_each.items():
        assert trainer.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200, kind
        if kind.preview_modes:
            draft = trainer.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))
            assert draft.status_code == 200, kind
            assert page.title in html.unescape(draft.content.decode()), kind
