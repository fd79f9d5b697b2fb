"""The search: pages and glossary, counted by theme and by kind, with the words that answered."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Page as ResultPage
from django.core.paginator import Paginator
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from wagtail.models import Page, get_page_models

from cms.core.filters import unknown_filter
from cms.core.highlight import extracts, indexed_texts
from cms.core.models import BasePage
from cms.core.text import slug_of
from cms.pages.enums import InformationKind
from cms.pages.models import GlossaryTerm, InformationPage
from cms.roadmap.models import Theme, ThemeLink

PER_PAGE = 10
MOST_HITS = 300
MOST_TERMS = 30
GLOSSARY = "glossaire"
SUGGESTIONS = ["contrat d'engagement", "orientation", "immersion", "secret professionnel", "mobilité"]


@dataclass(frozen=True)
class Hit:
    """One page that answers. `kind` is its label, `path` its place in the tree."""

    page: Page
    kind: str
    themes: frozenset[str]


@dataclass(frozen=True)
class Facet:
    label: str
    value: str
    count: int
    url: str
    is_applied: bool


@dataclass(frozen=True)
class Found:
    page: BasePage
    kind: str
    extract: SafeString | str
    whole: str
    """The title of what the page is a part of: the course of a lesson."""


@dataclass(frozen=True)
class Term:
    term: GlossaryTerm
    definition: SafeString


@dataclass
class Results:
    text: str
    theme: str
    kind: str
    is_partial: bool = False
    """No page holds every word: these hold some."""
    items: list[Found] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    number_of_terms: int = 0
    page: ResultPage[Hit] | None = None
    kinds: list[Facet] = field(default_factory=list)
    themes: list[Facet] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    """A sentence for each filter of the address that was not understood."""

    @property
    def is_asked(self) -> bool:
        return bool(self.text or self.theme or self.kind)

    @property
    def count(self) -> int:
        return (self.page.paginator.count if self.page else 0) + self.number_of_terms

    @property
    def is_cut(self) -> bool:
        return self.page is not None and self.page.paginator.count >= MOST_HITS

    @cached_property
    def chips(self) -> list[dict[str, str]]:
        applied = [facet for facet in [*self.kinds, *self.themes] if facet.is_applied]
        return [{"label": facet.label, "url": facet.url} for facet in applied]

    @property
    def clear_url(self) -> str:
        return address(text=self.text)

    @property
    def suggestions(self) -> list[tuple[str, str]]:
        return [(words, address(text=words)) for words in SUGGESTIONS]


def address(*, text: str = "", theme: str = "", kind: str = "") -> str:
    query = {name: value for name, value in (("q", text), ("theme", theme), ("nature", kind)) if value}
    return f"?{urlencode(query)}"


def search_site(*, text: str, theme: str, kind: str, number: str, user: Any) -> Results:
    """What answers `text`, a theme (code) and a kind, as far as this person may see; queries do not grow with hits."""
    themes, kinds = list(Theme.objects.current()), known_kinds()
    results = Results(text=text, theme=theme.strip().upper(), kind=kind.strip())
    if results.theme not in {"", *(known.code.upper() for known in themes)}:
        results.theme, results.ignored = "", [unknown_filter("Thème")]
    if results.kind not in {"", *kinds}:
        results.kind, results.ignored = "", [*results.ignored, unknown_filter("Nature")]
    if not results.is_asked:
        return results
    pages, terms = _pages(text, user), _terms(text)
    if text and not pages and not terms:
        pages = _pages(text, user, is_beginning=True)  # a word being typed
    if text and not pages and not terms:
        pages, terms = _pages(text, user, operator="or"), _terms(text, operator="or")
        results.is_partial = bool(pages or terms)
    hits = _with_themes_and_kinds(pages)
    of_theme = [hit for hit in hits if not results.theme or results.theme in hit.themes]
    of_kind = [hit for hit in hits if not results.kind or slug_of(hit.kind) == results.kind]
    answering = [hit for hit in of_theme if hit in of_kind]
    results.kinds = _kind_facets(results, kinds, of_theme, 0 if results.theme else len(terms))
    results.themes = _theme_facets(results, themes, of_kind)
    if results.kind in ("", GLOSSARY) and not results.theme:
        results.number_of_terms = len(terms)
    results.page = Paginator(answering, PER_PAGE).get_page(number or 1)
    shown_terms = terms[: MOST_TERMS if results.kind == GLOSSARY else 3] if results.number_of_terms else []
    _extract(results, shown_terms)
    return results


def known_kinds() -> dict[str, str]:
    """Every kind there is to search, in words, by its name in addresses."""
    labels = {str(model.search_kind) for model in get_page_models() if getattr(model, "search_kind", "")}
    return {slug_of(label): label for label in (*labels, *map(str, InformationKind.labels), "Glossaire")}


def _pages(text: str, user: Any, operator: str = "and", is_beginning: bool = False) -> list[Page]:
    models = [model for model in get_page_models() if getattr(model, "search_kind", "")]
    pages = Page.objects.live().filter(content_type__in=ContentType.objects.get_for_models(*models).values())
    if not user.is_authenticated:
        open_models = [model for model in models if model.is_public is True]
        open_pages = list(InformationPage.objects.filter(is_public=True).values_list("pk", flat=True))
        of_models = Page.objects.filter(content_type__in=ContentType.objects.get_for_models(*open_models).values())
        pages = pages.filter(pk__in=[*open_pages, *of_models.values_list("pk", flat=True)])
    if not text:
        return list(pages.order_by("path")[:MOST_HITS])
    if is_beginning:
        return list(pages.autocomplete(text)[:MOST_HITS])
    return list(pages.search(text, operator=operator)[:MOST_HITS])


def _terms(text: str, operator: str = "and") -> list[GlossaryTerm]:
    return list(GlossaryTerm.objects.all().search(text, operator=operator)[:MOST_TERMS]) if text else []


def _with_themes_and_kinds(pages: list[Page]) -> list[Hit]:
    """A lesson has the themes of its course: themes come down the tree."""
    paths = {page.path[:length] for page in pages for length in range(page.steplen, len(page.path) + 1, page.steplen)}
    links = ThemeLink.objects.filter(page__path__in=paths, theme__roadmap__is_current=True)
    codes: dict[str, set[str]] = {}
    for path, code in links.values_list("page__path", "theme__code"):
        codes.setdefault(path, set()).add(code.upper())
    kinds = dict(InformationPage.objects.filter(pk__in=[page.pk for page in pages]).values_list("pk", "kind"))
    return [
        Hit(
            page=page,
            kind=InformationKind(kinds[page.pk]).label if page.pk in kinds else str(page.specific_class.search_kind),
            themes=frozenset(code for path, found in codes.items() if page.path.startswith(path) for code in found),
        )
        for page in pages
    ]


def _kind_facets(results: Results, kinds: Mapping[str, str], hits: Iterable[Hit], number_of_terms: int) -> list[Facet]:
    """The kinds that answer, most first; the one applied is there even when nothing answers, to be removed."""
    counts = Counter(hit.kind for hit in hits)
    if number_of_terms:
        counts["Glossaire"] = number_of_terms
    if results.kind:
        counts[kinds[results.kind]] += 0
    return [
        _facet(results, label, slug_of(label), count, is_kind=True)
        for label, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def _theme_facets(results: Results, themes: Iterable[Theme], hits: Iterable[Hit]) -> list[Facet]:
    counts = Counter(code for hit in hits for code in hit.themes)
    return [
        _facet(results, theme.title, theme.code, counts[theme.code.upper()], is_kind=False)
        for theme in themes
        if counts[theme.code.upper()] or theme.code.upper() == results.theme
    ]


def _facet(results: Results, label: str, value: str, count: int, *, is_kind: bool) -> Facet:
    is_applied = value == results.kind if is_kind else value.upper() == results.theme
    wanted = "" if is_applied else value
    url = (
        address(text=results.text, theme=results.theme, kind=wanted)
        if is_kind
        else address(text=results.text, theme=wanted, kind=results.kind)
    )
    return Facet(label, value, count, url, is_applied)


def _extract(results: Results, terms: list[GlossaryTerm]) -> None:
    """Fetch what is shown on this page of results, with the words that answered."""
    shown = list(results.page or [])
    specific = Page.objects.filter(pk__in=[hit.page.pk for hit in shown]).specific().in_bulk()
    stored = indexed_texts([hit.page for hit in shown])
    texts: dict[tuple[str, int], str] = {("page", hit.page.pk): stored.get(hit.page.pk, "") for hit in shown}
    texts |= {("term", term.pk): term.definition for term in terms}
    marked = extracts(texts, results.text) if texts else {}
    wholes = _wholes(specific.values())
    results.items = [
        Found(specific[pk], hit.kind, marked["page", pk], wholes.get(pk, ""))
        for pk, hit in ((hit.page.pk, hit) for hit in shown)
    ]
    results.terms = [Term(term, marked["term", term.pk]) for term in terms]


def _wholes(pages: Iterable[BasePage]) -> dict[int, str]:
    """What each of these pages is a part of, if it says so; one query for all."""
    paths = {page.pk: page.path[: -page.steplen * page.search_floors] for page in pages if page.search_floors}
    titles = dict(Page.objects.filter(path__in=set(paths.values())).values_list("path", "title"))
    return {pk: titles[path] for pk, path in paths.items()}
