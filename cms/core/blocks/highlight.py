"""What must be seen: callouts, accordions, link cards."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from cms.core.blocks.rich_text import RichLineBlock, RichTextBlock

HIGHLIGHT = "Mettre en avant"


class CalloutKind(TextChoices):
    KEY = "retenir", "À retenir"
    WARNING = "attention", "Attention"
    GOOD_HABIT = "reflexe", "Bon réflexe"
    LAW = "droit", "Repère juridique"


# Class name and icon of each kind in the design.
LOOKS = {
    CalloutKind.KEY: ("callout--key", "mark"),
    CalloutKind.WARNING: ("callout--warning", "alert"),
    CalloutKind.GOOD_HABIT: ("callout--habit", "bulb"),
    CalloutKind.LAW: ("callout--law", "scale"),
}


class CalloutValue(blocks.StructValue):
    @property
    def title(self) -> str:
        return CalloutKind(self["kind"]).label

    @property
    def look(self) -> str:
        return LOOKS[CalloutKind(self["kind"])][0]

    @property
    def icon(self) -> str:
        return LOOKS[CalloutKind(self["kind"])][1]


class CalloutBlock(blocks.StructBlock):
    kind = blocks.ChoiceBlock(label="Nature", choices=CalloutKind.choices, default=CalloutKind.KEY, search_index=False)
    text = RichTextBlock(label="Texte", required=False)
    items = blocks.ListBlock(RichLineBlock(label="Point"), label="Points", default=[])

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if not self.is_deferred_validation and not cleaned["text"] and not cleaned["items"]:
            raise StructBlockValidationError(non_block_errors=["Écrivez un texte ou au moins un point."])
        return cleaned

    class Meta:
        label = "Encadré"
        icon = "warning"
        group = HIGHLIGHT
        template = "blocks/callout.html"
        value_class = CalloutValue
        description = "À retenir, Attention, Bon réflexe ou Repère juridique. Deux ou trois par page, pas plus."
        preview_value = {
            "kind": CalloutKind.GOOD_HABIT,
            "text": "<p>Demandez ce que la personne a compris du dernier courrier.</p>",
            "items": [],
        }


class FoldBlock(blocks.StructBlock):
    title = blocks.CharBlock(label="Titre visible", max_length=200)
    text = RichTextBlock(label="Texte replié")

    class Meta:
        label = "Volet"
        icon = "collapse-down"


class AccordionBlock(blocks.ListBlock):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(FoldBlock(), **kwargs)

    class Meta:
        label = "Volets dépliants"
        icon = "collapse-down"
        group = HIGHLIGHT
        template = "blocks/accordion.html"
        description = "Des compléments que l'on ouvre si l'on en a besoin. Jamais pour l'essentiel."
        preview_value = [
            {"title": "Le mot juste : PPAE", "text": "<p>Projet personnalisé d'accès à l'emploi.</p>"},
            {"title": "Le mot juste : CER", "text": "<p>Contrat d'engagement réciproque.</p>"},
        ]


class LinkCardValue(blocks.StructValue):
    @property
    def address(self) -> str:
        page = self["page"]
        return (page.url or "") if page else self["url"]

    @property
    def heading(self) -> str:
        return self["title"] or (self["page"].title if self["page"] else self["url"])


class LinkCardBlock(blocks.StructBlock):
    page = blocks.PageChooserBlock(label="Page du site", required=False)
    url = blocks.URLBlock(label="ou adresse d'un autre site", required=False, max_length=500)
    title = blocks.CharBlock(
        label="Titre", required=False, max_length=150, help_text="Vide : le titre de la page choisie."
    )
    text = blocks.CharBlock(label="Ce que l'on y trouve", required=False, max_length=300)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if self.is_deferred_validation:
            return cleaned
        if bool(cleaned["page"]) == bool(cleaned["url"]):
            raise StructBlockValidationError(
                non_block_errors=["Choisissez une page du site, ou donnez une adresse : l'une ou l'autre."]
            )
        if cleaned["url"] and not cleaned["title"]:
            raise StructBlockValidationError(block_errors={"title": ValidationError("Donnez un titre à ce lien.")})
        return cleaned

    class Meta:
        label = "Carte de lien"
        icon = "link"
        group = HIGHLIGHT
        template = "blocks/link_card.html"
        value_class = LinkCardValue
        description = "Invite à continuer sur une autre page."
        preview_value = {
            "page": None,
            "url": "https://www.francetravail.fr/",
            "title": "France Travail",
            "text": "L'inscription, les démarches et les offres.",
        }
