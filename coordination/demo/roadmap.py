"""The demo roadmap, and the organisations of the SPIE."""

from datetime import date

from cms.accounts.models import Organisation
from cms.roadmap.enums import Pictogram, Tint
from cms.roadmap.models import Objective, Roadmap, Theme
from coordination.demo.files import DemoFiles
from coordination.demo.writing import keep_row

LOOKS = {
    "SEC-01": (Tint.ACCUEIL, Pictogram.SIGNPOST),
    "SEC-02": (Tint.ACCUEIL, Pictogram.SIGNPOST),
    "SEC-03": (Tint.SUIVI, Pictogram.LINK),
    "SEC-04": (Tint.SUIVI, Pictogram.LINK),
    "SEC-05": (Tint.ACCUEIL, Pictogram.SCALE),
    "SEC-06": (Tint.QUOTIDIEN, Pictogram.PIN),
    "SEC-07": (Tint.QUOTIDIEN, Pictogram.HOUSE),
    "SEC-08": (Tint.QUOTIDIEN, Pictogram.SHIELD),
    "SEC-09": (Tint.QUOTIDIEN, Pictogram.HOUSE),
    "SEC-10": (Tint.QUOTIDIEN, Pictogram.SIGNPOST),
    "EMP-01": (Tint.TRAVAIL, Pictogram.CASE),
    "EMP-02": (Tint.TRAVAIL, Pictogram.SCALE),
    "EMP-03": (Tint.TRAVAIL, Pictogram.CASE),
    "EMP-04": (Tint.COMPETENCES, Pictogram.LADDER),
    "EMP-05": (Tint.TRAVAIL, Pictogram.PERSON),
    "PRO-01": (Tint.PRATIQUES, Pictogram.BOOK),
    "PRO-02": (Tint.PRATIQUES, Pictogram.VOICES),
    "PRO-03": (Tint.PRATIQUES, Pictogram.LINK),
}
# Pôle emploi is named in the files as a note to the reader; here it is a former name, that the search finds.
ORGANISATIONS = {"FT": {"name": "France Travail", "former_names": ["Pôle emploi", "ANPE", "Assédic"]}}


def load_roadmap(files: DemoFiles) -> dict[str, Theme]:
    """Return the themes by code."""
    texts = {theme["code"]: theme for theme in files.pages["themes"]}
    purposes = {objective["code"]: objective["text"] for objective in files.pages["home"]["objectives"]}
    roadmap = Roadmap.objects.filter(is_current=True).first() or Roadmap.objects.create(
        title="Feuille de route du SPIE de la Manche",
        starts_on=date(2022, 9, 26),
        ends_on=date(2023, 12, 31),
        is_current=True,
    )
    objectives = {
        item["code"]: keep_row(
            Objective,
            {"roadmap": roadmap, "code": item["code"]},
            {"title": item["title"], "order": item["order"], "description": purposes[item["code"]]},
        )
        for item in files.demo["objectives"]
    }
    themes = {}
    for order, item in enumerate(files.demo["themes"], start=1):
        tint, pictogram = LOOKS[item["code"]]
        text = texts[item["code"]]
        themes[item["code"]] = keep_row(
            Theme,
            {"roadmap": roadmap, "code": item["code"]},
            {
                "objective": objectives[item["objective"]],
                "title": item["title"],
                "description": item["description"],
                "order": order,
                "is_example": item["example"],
                "tint": tint,
                "pictogram": pictogram,
                "introduction": text["intro"],
                "good_practices": text["good_practice"],
                "questions": text["questions"],
            },
        )
    return themes


def load_organisations(files: DemoFiles) -> dict[str, Organisation]:
    """Return the organisations by code."""
    return {
        item["code"]: keep_row(
            Organisation,
            {"code": item["code"]},
            {"name": item["name"], "kind": item["kind"], "description": item["role"]}
            | ORGANISATIONS.get(item["code"], {}),
        )
        for item in files.demo["structures"]
    }
