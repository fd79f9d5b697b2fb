"""The pages of the information base, and what stands at the root of the site."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Model
from wagtail.models import Page, Site

from cms.accounts.models import Organisation
from cms.pages.models import (
    DirectoryPage,
    GlossaryPage,
    GlossaryTerm,
    HomePage,
    InformationIndexPage,
    InformationPage,
    InformationSectionPage,
    InformationSource,
    LegalPage,
    PathwayPage,
    PathwayStep,
)
from cms.roadmap.models import Theme, ThemeLink
from coordination.demo.blocks import BlockWriter, Raw
from coordination.demo.files import DemoFiles
from coordination.demo.richtext import Links
from coordination.demo.writing import keep_page, keep_row, publish

# The shelves of the information base: slug, title, what is on it, slugs of its pages in order.
SECTIONS = [
    (
        "spie",
        "Le SPIE et ses acteurs",
        "Qui fait quoi, comment l'on travaille ensemble et ce que l'on peut se transmettre.",
        ["spie-manche", "reseau-pour-emploi", "annuaire-partenaires", "partage-informations", "reunion-partenariale"],
    ),
    (
        "rsa",
        "Le RSA, droits et parcours",
        "De l'ouverture du droit au bilan : les règles, les délais et les garanties.",
        [
            "rsa-qui-fait-quoi",
            "parcours-cinq-etapes",
            "orientation-trois-parcours",
            "contrat-engagement",
            "droits-manquements",
            "non-recours-reperer",
        ],
    ),
    (
        "accompagner",
        "Accompagner au quotidien",
        "Préparer un entretien, comprendre une situation, travailler une contrainte avec la personne.",
        ["preparer-un-premier-entretien", "diagnostic-global", "lever-les-freins", "entretien-apres-absences"],
    ),
    (
        "emploi",
        "Vers l'emploi",
        "Insertion par l'activité économique et immersions : mettre le travail dans le parcours.",
        ["iae-immersion", "orienter-vers-iae", "immersion-pas-a-pas"],
    ),
]
# Readable before signing in: what the SPIE is.
PUBLIC = {"spie-manche", "reseau-pour-emploi"}
OWNER = "CD50"


class SitePages:
    """Puts every page in its place, so that texts can link to any of them; `publish` then writes the texts."""

    def __init__(self, files: DemoFiles) -> None:
        self.files = files
        self.home = self._keep_home()
        self.index = keep_page(self.home, InformationIndexPage, "socle", "Le socle d'information")
        self.sections: dict[str, InformationSectionPage] = {}
        self.information: dict[str, InformationPage] = {}
        titles = {page["slug"]: page["title"] for page in files.pages["pages"]}
        for slug, title, _lead, slugs in SECTIONS:
            section = self.sections[slug] = keep_page(self.index, InformationSectionPage, slug, title)
            for page_slug in slugs:
                self.information[page_slug] = keep_page(section, InformationPage, page_slug, titles[page_slug])
        self.pathway = keep_page(self.index, PathwayPage, "parcours-rsa", "Le parcours RSA en cinq étapes")
        self.glossary = keep_page(self.index, GlossaryPage, "glossaire", "Glossaire")
        self.directory = keep_page(self.index, DirectoryPage, "annuaire", "Annuaire des structures")
        self.legal = {
            page["slug"]: keep_page(self.home, LegalPage, page["slug"], page["title"]) for page in files.pages["legal"]
        }

    def ids(self) -> dict[str, int]:
        return {slug: page.pk for slug, page in (self.information | self.legal).items()}

    def publish(self, links: Links, themes: Mapping[str, Theme], organisations: Mapping[str, Organisation]) -> None:
        self._publish_home(links)
        publish(self.index, {"title": "Le socle d'information", "lead": INDEX_LEAD, "search_description": INDEX_LEAD})
        for slug, title, lead, _slugs in SECTIONS:
            publish(self.sections[slug], {"title": title, "lead": lead, "search_description": lead})
        steps = self._load_pathway()
        self._load_glossary()
        for item in self.files.pages["pages"]:
            self._publish_information(item, links, themes, steps, organisations[OWNER])
        for page in (self.pathway, self.glossary, self.directory):
            publish(page, {})
        for item in self.files.pages["legal"]:
            self._publish_legal(item, links)

    def _keep_home(self) -> HomePage:
        """The site's root: takes the place of the welcome page Wagtail installs."""
        site = Site.objects.select_related("root_page").filter(is_default_site=True).first()
        current = site.root_page.specific if site else None
        if isinstance(current, HomePage):
            return current
        home = keep_page(Page.objects.get(depth=1), HomePage, "accueil", self.files.pages["home"]["title"])
        if site is None:
            Site.objects.create(hostname="localhost", root_page=home, is_default_site=True, site_name="Socle")
        else:
            site.root_page, site.site_name = home, "Socle"
            site.save()
        if current is not None and type(current) is Page and current.is_leaf():
            current.delete()
        return home

    def _publish_home(self, links: Links) -> None:
        text = self.files.pages["home"]
        blocks: list[Raw] = [{"type": "steps", "items": text["how_it_works"]}]
        publish(
            self.home,
            {
                "title": text["title"],
                "lead": text["lead"],
                "search_description": text["lead"][:255],
                "how_it_works": BlockWriter("home", links).stream(blocks),
            },
        )

    def _load_pathway(self) -> dict[str, PathwayStep]:
        texts = {step["code"]: step for step in self.files.pages["pathway"]}
        return {
            step["code"]: keep_row(
                PathwayStep,
                {"code": step["code"]},
                {
                    "order": step["order"],
                    "title": step["title"],
                    "is_example": step["example"],
                    "professional_role": step["professional_role"],
                    **{name: texts[step["code"]][name] for name in ("person", "professional", "deadlines", "pitfalls")},
                },
            )
            for step in self.files.demo["pathway_steps"]
        }

    def _load_glossary(self) -> None:
        for item in self.files.demo["glossary"]:
            keep_row(
                GlossaryTerm,
                {"term": item["term"]},
                {"expansion": item["expansion"] or "", "definition": item["definition"]},
            )

    def _publish_information(
        self,
        item: Mapping[str, Any],
        links: Links,
        themes: Mapping[str, Theme],
        steps: Mapping[str, PathwayStep],
        owner: Organisation,
    ) -> None:
        children: dict[str, list[Model]] = {
            "theme_links": [ThemeLink(theme=themes[code]) for code in item["themes"]],
            "sources": [InformationSource(label=source["label"], url=source["url"]) for source in item["sources"]],
        }
        publish(
            self.information[item["slug"]],
            {
                "title": item["title"],
                "summary": item["summary"],
                "search_description": item["summary"],
                "kind": item["kind"],
                "body": BlockWriter(item["slug"], links).stream(item["body"]),
                "owner_organisation_id": owner.pk,
                "legal_checked_on": date.fromisoformat(item["legal_checked_on"]),
                "review_due_on": date.fromisoformat(item["review_due"]),
                "is_public": item["slug"] in PUBLIC,
                "pathway_steps": [steps[code] for code in item["pathway_steps"]],
            },
            children,
        )

    def _publish_legal(self, item: Mapping[str, Any], links: Links) -> None:
        meta = self.files.demo["meta"]
        publish(
            self.legal[item["slug"]],
            {
                "title": item["title"],
                "body": BlockWriter(item["slug"], links).stream(item["body"]),
                "legal_checked_on": date.fromisoformat(meta["legal_checked_on"]),
                "review_due_on": date.fromisoformat(meta["legal_review_due"]),
            },
        )


INDEX_LEAD = (
    "Les repères communs aux professionnels de l'insertion : vérifiés, sourcés, datés. "
    "Chaque page commence par l'essentiel."
)
