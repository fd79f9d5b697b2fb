"""Definitions of credentials in the publishing tools."""

from typing import Any

from django.db.models import Count
from django.db.models.query import QuerySet
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, ObjectList, PageChooserPanel
from wagtail.admin.ui.tables import Column, LiveStatusTagColumn
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from certifications.forms import DefinitionForm
from certifications.models import CredentialDefinition


class DefinitionIndexView(IndexView):
    add_item_label = "Ajouter un modèle"

    def get_base_queryset(self) -> QuerySet[Any]:
        return super().get_base_queryset().annotate(issued=Count("credentials"))


class DefinitionViewSet(SnippetViewSet):
    model = CredentialDefinition
    index_view_class = DefinitionIndexView
    icon = "doc-full"
    menu_label = "Attestations"
    menu_name = "credential-definitions"
    menu_order = 230
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = [
        "title",
        Column("kind", label="Nature", accessor="get_kind_display"),
        Column("validity", label="Valable", accessor=lambda definition: validity_in_words(definition)),
        Column("issued", label="Délivrées", accessor="issued"),
        LiveStatusTagColumn(),
    ]
    edit_handler = ObjectList(
        [
            MultiFieldPanel([FieldPanel("title"), FieldPanel("kind")], heading="Ce que c'est"),
            MultiFieldPanel(
                [
                    FieldPanel("path"),
                    InlinePanel(
                        "course_links",
                        label="formation",
                        panels=[PageChooserPanel("course", "courses.CoursePage"), FieldPanel("purpose")],
                    ),
                    FieldPanel("applies_from"),
                ],
                heading="Ce qui y mène",
            ),
            MultiFieldPanel(
                [FieldPanel("statement"), FieldPanel("paragraphs"), FieldPanel("nature"), FieldPanel("mentions")],
                heading="Ce qu'elle dit",
                help_text="L'identité de la personne, son employeur, les dates, les heures, les objectifs, les "
                "résultats, l'organisme et la mention « n'est pas une certification professionnelle » sont imprimés "
                "de toute façon. Une phrase qui convient à un certificat de réalisation : « Nous attestons que "
                "{personne}, {employeur}, a suivi la formation « {formation} » du {debut} au {fin} ({duree}). »",
            ),
            MultiFieldPanel(
                [
                    FieldPanel("signatory_name"),
                    FieldPanel("signatory_quality"),
                    FieldPanel("signature"),
                    FieldPanel("logo"),
                ],
                heading="Qui signe",
            ),
            MultiFieldPanel(
                [
                    FieldPanel("validity_months"),
                    FieldPanel("window_days"),
                    FieldPanel("renewal_path"),
                    FieldPanel("renewal_steps"),
                ],
                heading="Combien de temps, et comment la renouveler",
            ),
        ],
        base_form_class=DefinitionForm,
    )


def validity_in_words(definition: CredentialDefinition) -> str:
    return f"{definition.validity_months} mois" if definition.validity_months else "Sans fin"
