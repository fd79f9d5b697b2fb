"""Practice: a dialogue to hear, an activity to try."""

from typing import Any

from django.db.models import TextChoices
from wagtail import blocks

from cms.core.blocks.rich_text import RichLineBlock, RichTextBlock

PRACTICE = "Pratique"


class Voice(TextChoices):
    PERSON = "person", "La personne accompagnée"
    YOU = "you", "Le professionnel"


class LineBlock(blocks.StructBlock):
    who = blocks.CharBlock(label="Qui parle", max_length=60)
    voice = blocks.ChoiceBlock(label="Voix", choices=Voice.choices, default=Voice.PERSON, search_index=False)
    stage = blocks.CharBlock(
        label="Ce que l'on voit", required=False, max_length=200, help_text="Un geste, un silence. Avant la parole."
    )
    text = RichLineBlock(label="Ce qui est dit")

    class Meta:
        label = "Réplique"
        icon = "comment"


class DialogueBlock(blocks.StructBlock):
    lines = blocks.ListBlock(LineBlock(), label="Répliques")

    class Meta:
        label = "Dialogue"
        icon = "comment"
        group = PRACTICE
        template = "blocks/dialogue.html"
        description = "Quelques répliques d'un entretien, toujours inventées."
        preview_value = {
            "lines": [
                {
                    "who": "M. D.",
                    "voice": Voice.PERSON,
                    "stage": "Il regarde son téléphone éteint.",
                    "text": "<p>Vous allez me couper le RSA.</p>",
                },
                {
                    "who": "Vous",
                    "voice": Voice.YOU,
                    "stage": "",
                    "text": "<p>Que savez-vous déjà de la procédure ?</p>",
                },
            ]
        }


class ActivityBlock(blocks.StructBlock):
    title = blocks.CharBlock(label="Titre", max_length=150)
    instructions = RichTextBlock(label="Consigne")
    items = blocks.ListBlock(RichLineBlock(label="Point"), label="Points à traiter", default=[])
    correction = blocks.ListBlock(RichLineBlock(label="Point"), label="Correction", help_text="Repliée jusqu'au clic.")

    class Meta:
        label = "Activité"
        icon = "edit"
        group = PRACTICE
        template = "blocks/activity.html"
        description = "Une consigne, puis une correction que l'on déplie pour comparer."
        preview_value = {
            "title": "Où quitte-t-on l'action ?",
            "instructions": "<p>Lisez ces trois phrases.</p>",
            "items": [
                "<p>« Le matin, j'ai préparé mes affaires. »</p>",
                "<p>« De toute façon, je suis nulle en examen. »</p>",
                "<p>« Après, j'ai pris le car de sept heures. »</p>",
            ],
            "correction": ["<p>À la deuxième : elle passe à un jugement sur elle-même.</p>"],
        }

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        context.setdefault("html_id", "activite")
        return context
