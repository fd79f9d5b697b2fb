"""Blocks of a body: what they show, what they refuse, what they cost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.template.loader import render_to_string
from django.test import RequestFactory
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page

from cms.core.blocks.body import BodyBlock
from cms.core.blocks.highlight import CalloutBlock, LinkCardBlock
from cms.core.blocks.media import ImageBlock, VideoBlock
from cms.core.blocks.text import TableBlock
from cms.core.rendering import render_body
from cms.pages.models import HomePage, LegalPage
from tests.strict_client import FAULTS

BLOCKS = BodyBlock().child_blocks


def rendered(*blocks: tuple[str, Any]) -> str:
    body = BodyBlock()
    html = body.render(body.to_python([{"type": name, "value": value} for name, value in blocks]))
    return " ".join(html.split())


def refused(block: Any, value: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        block.clean(block.to_python(value))
    return str(caught.value.as_json_data() if hasattr(caught.value, "as_json_data") else caught.value.messages)


@pytest.fixture
def image(db: None) -> Any:
    return get_image_model().objects.create(title="Un chemin", file=get_test_image_file(), credit="SPIE")


@pytest.fixture
def document(db: None) -> Callable[[str], Any]:
    return lambda name: get_document_model().objects.create(title=name, file=ContentFile(b"x", name=name))


@pytest.mark.parametrize("name", BLOCKS)
def test_every_block_is_previewed_and_explained(db: None, name: str) -> None:
    block = BLOCKS[name]
    assert block.is_previewable
    assert block.meta.group
    assert block.get_description()
    bound = block.bind(block.get_preview_value())
    context = {"request": RequestFactory().get("/"), "block_def": block, "bound_block": bound, "page_title": ""}
    html = render_to_string(
        block.get_preview_template(bound.value, context), block.get_preview_context(bound.value, context)
    )
    assert not {fault: rule.search(html)[0] for fault, rule in FAULTS.items() if rule.search(html)}


def test_headings_have_addresses_unique_in_the_page(db: None) -> None:
    assert rendered(
        ("heading", {"text": "Et après ?", "level": "h2"}),
        ("heading", {"text": "Et après ?", "level": "h3"}),
        ("heading", {"text": "Ça & « là »", "level": "h2"}),
        ("heading", {"text": "???", "level": "h2"}),
    ) == (
        '<h2 id="et-apres">Et après ?</h2> <h3 id="et-apres-2">Et après ?</h3> '
        '<h2 id="ca-la">Ça &amp; « là »</h2> <h2 id="partie">???</h2>'
    )


def test_lines_lose_their_paragraph_and_text_keeps_it(db: None) -> None:
    assert (
        rendered(
            ("paragraph", '<p data-block-key="a1b2">Un <b>mot</b>.</p>'),
            ("list", ['<p data-block-key="c3d4">Un <i>point</i></p>', "<p>Deux</p><p>lignes</p>"]),
        )
        == "<p>Un <b>mot</b>.</p> <ul> <li>Un <i>point</i></li><li>Deux<br>lignes</li> </ul>"
    )


def test_a_callout_says_its_kind_in_words(db: None) -> None:
    html = rendered(("callout", {"kind": "attention", "text": "", "items": ["<p>Rien sur une personne réelle.</p>"]}))
    assert 'class="callout callout--warning"' in html
    assert "Attention</p>" in html
    assert "<ul><li>Rien sur une personne réelle.</li></ul>" in html


def test_a_table_has_a_title_headers_and_its_own_scrolling_region(db: None) -> None:
    html = rendered(("table", TABLE))
    assert '<div class="scroll" role="region" tabindex="0" aria-labelledby="bloc-table">' in html
    assert '<th scope="col">On dit maintenant</th>' in html
    assert "<td>Pôle emploi</td><td>France Travail</td>" in html


TABLE = TableBlock().meta.preview_value


def test_a_table_without_title_or_header_is_refused(db: None) -> None:
    assert "titre au tableau" in refused(TableBlock(), TABLE | {"caption": " "})
    headless = [{"type": "text", "heading": ""}, {"type": "text", "heading": "B"}]
    assert "en-tête" in refused(TableBlock(), TABLE | {"columns": headless})


def test_an_image_is_described_or_decorative(image: Any) -> None:
    block = ImageBlock()
    plain = {"image": image.pk, "alternative": "", "is_decorative": False, "caption": ""}
    assert "Décrivez l'image" in refused(block, plain)
    assert "décorative" in refused(block, plain | {"alternative": "Un chemin", "is_decorative": True})
    block.clean(block.to_python(plain | {"is_decorative": True}))
    block.clean(block.to_python(plain | {"alternative": "Un chemin"}))
    assert 'alt=""' in rendered(("image", plain | {"is_decorative": True}))
    html = rendered(("image", plain | {"alternative": "Un « chemin »", "caption": "<p>Vers l'<b>étape</b> 2</p>"}))
    assert 'alt="Un « chemin »"' in html
    assert "<figcaption>Vers l'<b>étape</b> 2 <span" in html


def test_a_video_is_captioned_transcribed_and_hosted_here(document: Callable[[str], Any]) -> None:
    block = VideoBlock()
    value = {
        "title": "Un entretien",
        "document": document("film.mp4").pk,
        "url": "",
        "captions": document("film.vtt").pk,
        "transcript": "<p>Elle entre.</p>",
    }
    block.clean(block.to_python(value))
    assert "WebVTT" in refused(block, value | {"captions": document("film.txt").pk})
    assert "captions" in refused(block, value | {"captions": None})
    assert "transcript" in refused(block, value | {"transcript": ""})
    assert "l'un ou l'autre" in refused(block, value | {"url": "/media/film.mp4"})
    for elsewhere in ("https://video.example/film.mp4", "//video.example/film.mp4", "/\\video.example", "javascript:1"):
        assert "url" in refused(block, value | {"document": None, "url": elsewhere})
    html = rendered(("video", value))
    assert '<track kind="captions" srclang="fr"' in html
    assert "Elle entre." in html


def test_a_document_shows_its_format_and_weight(document: Callable[[str], Any]) -> None:
    html = rendered(("document", {"document": document("trame.odt").pk, "title": "La trame", "text": ""}))
    assert "La trame <span" in html
    assert "(ODT, 1 octet)" in html


def test_a_link_card_leads_to_one_place(db: None) -> None:
    block = LinkCardBlock()
    empty = {"page": None, "url": "", "title": "", "text": ""}
    page = Page.objects.get(depth=2)
    assert "l'une ou l'autre" in refused(block, empty)
    assert "l'une ou l'autre" in refused(block, empty | {"page": page.pk, "url": "https://a.example/"})
    assert "titre" in refused(block, empty | {"url": "https://a.example/"})
    assert "url" in refused(block, empty | {"url": "javascript:alert(1)", "title": "Non"})
    block.clean(block.to_python(empty | {"page": page.pk}))


def test_an_empty_callout_is_refused_but_may_stay_in_a_draft(db: None) -> None:
    block = CalloutBlock()
    empty = {"kind": "retenir", "text": "", "items": []}
    assert "au moins un point" in refused(block, empty)
    block.clean_deferred(block.to_python(empty))


def test_what_people_write_is_escaped(db: None) -> None:
    hostile = "<script>alert(1)</script>"
    html = rendered(
        ("heading", {"text": hostile, "level": "h2"}),
        ("dialogue", {"lines": [{"who": hostile, "voice": "you", "stage": hostile, "text": "<p>Oui</p>"}]}),
        ("quote", {"text": "<p>Oui</p>", "author": hostile}),
        ("activity", {"title": hostile, "instructions": "<p>Lire</p>", "items": [], "correction": ["<p>Lu</p>"]}),
        ("accordion", [{"title": hostile, "text": "<p>Lire</p>"}]),
        ("table", TABLE | {"caption": hostile, "columns": [{"type": "text", "heading": hostile}] * 2}),
    )
    assert "<script" not in html


def legal_page(body: list[dict[str, Any]]) -> LegalPage:
    root = Page.objects.get(depth=1)
    home = root.add_child(instance=HomePage(title="Accueil", slug="accueil-essai"))
    page = home.add_child(instance=LegalPage(title="Mentions", slug="mentions", body=body))
    return LegalPage.objects.get(pk=page.pk)


def linked(page: Page, times: int) -> list[dict[str, Any]]:
    text = f'<p>Voir <a linktype="page" id="{page.pk}">la page</a></p>'
    return [{"type": "paragraph", "value": text}, {"type": "list", "value": [text] * times}]


def test_more_links_cost_no_more_queries(
    db: None, assert_constant_queries: Any, django_assert_num_queries: Any
) -> None:
    target = Page.objects.get(depth=2)
    page = legal_page(linked(target, 1))

    def serve() -> None:
        cache.clear()
        assert '<a href="/">la page</a>' in render_body(page)

    def grow() -> None:
        page.body = page.body.stream_block.to_python(linked(target, 40))

    assert assert_constant_queries(serve, grow) <= 3
    with django_assert_num_queries(0):
        assert render_body(page).count("<a href") == 41


def test_a_changed_body_is_rendered_again(db: None) -> None:
    page = legal_page([{"type": "paragraph", "value": "<p>Avant</p>"}])
    assert render_body(page) == "<p>Avant</p>"
    page.body = [("paragraph", "<p>Après</p>")]
    assert render_body(page) == "<p>Après</p>"
    page.body = []
    assert render_body(page) == ""
