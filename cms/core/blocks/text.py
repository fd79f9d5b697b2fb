"""Words: paragraphs, headings, lists, quotations, tables."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTable, TypedTableBlock

from cms.core.blocks.rich_text import RichLineBlock, RichTextBlock
from cms.core.text import slug_of

TEXT = "Texte"


class ParagraphBlock(RichTextBlock):
    class Meta:
        label = "Texte"
        icon = "pilcrow"
        group = TEXT
        description = "Un ou plusieurs paragraphes : gras, italique, listes et liens."
        preview_value = (
            "<p>Commencez par la <b>semaine réelle</b> de la personne : ses horaires, ses trajets, ses soins. "
            "Écrivez les heures ensuite, <i>avec elle</i>.</p>"
        )


class HeadingLevel(TextChoices):
    SECTION = "h2", "Titre de partie"
    SUBSECTION = "h3", "Sous-titre"


class HeadingValue(blocks.StructValue):
    @property
    def anchor(self) -> str:
        """What follows # in a link to this heading, before the page makes it unique."""
        return slug_of(self["text"], most=60) or "partie"


class HeadingBlock(blocks.StructBlock):
    text = blocks.CharBlock(label="Titre", max_length=150)
    level = blocks.ChoiceBlock(
        label="Niveau", choices=HeadingLevel.choices, default=HeadingLevel.SECTION, search_index=False
    )

    class Meta:
        label = "Titre"
        icon = "title"
        group = TEXT
        template = "blocks/heading.html"
        value_class = HeadingValue
        description = "Annonce une partie. Un lien peut y mener directement."
        preview_value = {"text": "Ce que contient le contrat", "level": HeadingLevel.SECTION}


class BulletsBlock(blocks.ListBlock):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(RichLineBlock(label="Élément"), **kwargs)

    class Meta:
        label = "Liste à puces"
        icon = "list-ul"
        group = TEXT
        template = "blocks/list.html"
        description = "Des éléments sans ordre particulier."
        preview_value = [
            "<p><b>Sécuriser le parcours</b> : éviter les ruptures et les attentes ;</p>",
            "<p><b>Favoriser le retour vers l'emploi</b> ;</p>",
            "<p><b>Professionnaliser les référents</b>.</p>",
        ]


class StepsBlock(blocks.ListBlock):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(RichLineBlock(label="Étape"), **kwargs)

    class Meta:
        label = "Étapes numérotées"
        icon = "list-ol"
        group = TEXT
        template = "blocks/steps.html"
        description = "Une marche à suivre, dans l'ordre."
        preview_value = [
            "<p>Choisir une fois précise, avec l'accord de la personne.</p>",
            "<p>Demander : « Par quoi avez-vous commencé ? »</p>",
            "<p>Suivre l'action plutôt que les raisons.</p>",
        ]


class QuoteBlock(blocks.StructBlock):
    text = RichLineBlock(label="Citation", help_text="Sans guillemets : la page les ajoute.")
    author = blocks.CharBlock(label="Auteur ou source", required=False, max_length=200)

    class Meta:
        label = "Citation"
        icon = "openquote"
        group = TEXT
        template = "blocks/quote.html"
        description = "Les mots de quelqu'un d'autre, et de qui ils sont."
        preview_value = {
            "text": "<p>Le « pourquoi » appelle une justification. Le « comment » appelle un récit.</p>",
            "author": "Une formatrice, à Saint-Lô",
        }


class TableBlock(TypedTableBlock):
    """Stored as {"caption", "columns": [{"type": "text", "heading"}], "rows": [{"values": [html, …]}]}."""

    text = RichLineBlock(label="Texte", required=False)

    def clean(self, table: TypedTable) -> TypedTable:
        cleaned = super().clean(table)
        if not self.is_deferred_validation:
            if not cleaned.caption.strip():
                raise ValidationError("Donnez un titre au tableau : il dit ce que l'on y trouve.")
            if not cleaned.columns or not all(column["heading"].strip() for column in cleaned.columns):
                raise ValidationError("Donnez un en-tête à chaque colonne.")
        return cleaned

    class Meta:
        label = "Tableau"
        icon = "table"
        group = TEXT
        template = "blocks/table.html"
        description = "Des lignes à comparer. Un titre, puis un en-tête par colonne."
        preview_value = {
            "caption": "Les mots d'hier et ceux d'aujourd'hui",
            "columns": [{"type": "text", "heading": "On disait"}, {"type": "text", "heading": "On dit maintenant"}],
            "rows": [
                {"values": ["<p>Pôle emploi</p>", "<p>France Travail</p>"]},
                {"values": ["<p>CER ou PPAE</p>", "<p>Contrat d'engagement</p>"]},
            ],
        }
