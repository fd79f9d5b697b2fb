"""The interview toolkit as a trainer would publish it."""

from typing import Any

from wagtail.models import Page, Site

from cms.core.text import slug_of
from interview_toolkit.observations.models import Criterion, GridIndexPage, GridPage, Reading, ReferencePage
from interview_toolkit.practices.models import PracticeIndexPage, PracticePage
from interview_toolkit.simulations.blocks import stream_from
from interview_toolkit.simulations.graph import read
from interview_toolkit.simulations.models import ScenarioIndexPage, ScenarioPage
from interview_toolkit.techniques.models import PhraseBookPage, TechniqueIndexPage, TechniquePage, ToolkitIndexPage

EXPLORE = {"move": "explorer", "initiative": "personne"}
ADVISE = {"move": "conseiller", "initiative": "professionnel", "advice_first": True}
NEGOTIATE = {"move": "negocier", "initiative": "partagee"}

# Three moments with a loop, two ends.
GRAPH: dict[str, Any] = {
    "start": "accueil",
    "nodes": [
        {
            "id": "accueil",
            "person_line": "Je signe où ?",
            "options": [
                {"label": "Qu'attendez-vous ?", "next": "suite", "tags": ["QUESTION"], "feedback": "Elle parle."}
                | EXPLORE,
                {"label": "Ici.", "next": "repli", "feedback": "Elle se ferme."} | ADVISE,
            ],
        },
        {
            "id": "repli",
            "person_line": "Si vous le dites.",
            "stage": "Elle croise les bras.",
            "options": [
                {"label": "Je suis allé trop vite.", "next": "accueil", "move": "reparer", "initiative": "personne"},
                {"label": "Signez.", "next": "rupture", "move": "decider_a_la_place", "initiative": "professionnel"},
            ],
        },
        {
            "id": "suite",
            "person_line": "Sans voiture, pas de travail.",
            "options": [
                {"label": "(Silence.)", "next": "suite", "move": "se_taire", "initiative": "personne"},
                {"label": "Qu'est-ce qui compte le plus ?", "next": "accord", "tags": ["QUESTION"]} | NEGOTIATE,
            ],
        },
        {"id": "accord", "end": True, "outcome": "accord", "person_line": "Je l'appelle.", "debrief": "Quels mots ?"},
        {"id": "rupture", "end": True, "outcome": "rupture", "person_line": "Je pars.", "debrief": "Quelle crainte ?"},
    ],
}


def toolkit() -> ToolkitIndexPage:
    existing = ToolkitIndexPage.objects.first()
    if existing is not None:
        return existing
    root: Page = Site.objects.get(is_default_site=True).root_page
    return root.add_child(instance=ToolkitIndexPage(title="Entretien", slug="entretien"))


def room(model: type[Page], slug: str) -> Any:
    existing = model.objects.first()
    return existing or toolkit().add_child(instance=model(title=slug.capitalize(), slug=slug))


def phrase_book() -> PhraseBookPage:
    return room(PhraseBookPage, "phrases")


def technique(code: str = "QUESTION", **values: Any) -> TechniquePage:
    existing = TechniquePage.objects.filter(code=code).first()
    if existing is not None:
        return existing
    said = {
        "title": "Poser des questions ouvertes",
        "family": "ecoute",
        "definition": "Inviter au récit.",
        "purpose": "Laisser venir.",
        "observable_behaviours": ["Elle commence par « comment »."],
    }
    return room(TechniqueIndexPage, "techniques").add_child(instance=TechniquePage(code=code, **said | values))


def grid(**values: Any) -> GridPage:
    """A published grid of three criteria, two of them on a technique."""
    said = {"title": "Grille", "slug": "grille", "instructions": "Des faits.", "debrief_questions": ["Quel fait ?"]}
    page = GridPage(live=False, **said | values)
    room(GridIndexPage, "grilles").add_child(instance=page)
    page.criteria = [
        Criterion(code="C1", phase="Ouvrir", label="La première question est ouverte.", technique=technique()),
        Criterion(code="C2", phase="Ouvrir", label="Le cadre est posé."),
        Criterion(code="C3", phase="Conclure", label="Un résumé.", technique=technique("RESUME", title="Résumer")),
    ]
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def reference(*, parent: GridPage | None = None, is_published: bool = True, **values: Any) -> ReferencePage:
    """An interview to calibrate with, under a grid: 3, 0 and 2 are what its authors saw."""
    said = {"title": "Un entretien", "slug": "un-entretien", "introduction": "Premier rendez-vous."}
    page = ReferencePage(live=False, transcript=["Référent : Qu'attendez-vous ?", "Elle sourit."], **said | values)
    (parent or grid()).add_child(instance=page)
    page.readings = [
        Reading(code=code, level=level, reason=reason)
        for code, level, reason in (
            ("C1", 3, "La question vient d'abord."),
            ("C2", 0, "Rien n'en est dit."),
            ("C3", 2, "Trois phrases à la fin."),
        )
    ]
    revision = page.save_revision()
    if is_published:
        revision.publish()
    page.refresh_from_db()
    return page


def practice(title: str = "Sans dossier", *, owner: Any = None, **values: Any) -> PracticePage:
    """A published practice."""
    said = {"context": "On arrivait avec la liste.", "what_we_did": "Rien d'écrit.", "what_changed": "On parle."}
    page = PracticePage(title=title, slug=slug_of(title), owner=owner, live=False, **said | values)
    room(PracticeIndexPage, "pratiques").add_child(instance=page)
    page.save_revision(user=owner).publish()
    page.refresh_from_db()
    return page


def scenario(graph: dict[str, Any] | None = None, *, is_published: bool = True, **values: Any) -> ScenarioPage:
    """A simulation, its technique with it."""
    technique()
    written = graph or GRAPH
    said = {"title": "Premier rendez-vous", "summary": "Un bourg.", "person_name": "Mme L.", "start": written["start"]}
    page = ScenarioPage(live=False, **said | values)
    page.nodes = page._meta.get_field("nodes").to_python(stream_from(read(written)))
    room(ScenarioIndexPage, "simulations").add_child(instance=page)
    if is_published:
        page.save_revision().publish()
        page.refresh_from_db()
    return page
