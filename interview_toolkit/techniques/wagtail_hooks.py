"""Screens of the admin about the phrase book."""

from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet, SnippetViewSetGroup

from interview_toolkit.techniques.models import Phrase, Situation


class PhraseIndexView(IndexView):
    add_item_label = "Ajouter une phrase"


class PhraseViewSet(SnippetViewSet):
    model = Phrase
    index_view_class = PhraseIndexView
    icon = "openquote"
    menu_label = "Boîte à phrases"
    copy_view_enabled = False
    list_per_page = 50
    list_display = ["text", Column("kind", label="Nature", accessor="get_kind_display"), "situation", "technique"]
    list_filter = ["kind", "situation"]
    edit_handler = ObjectList(
        [
            FieldPanel("text", help_text="Comme on la dirait, sans guillemets."),
            FieldPanel("kind"),
            FieldPanel("situation"),
            FieldPanel("technique"),
        ]
    )


class SituationIndexView(IndexView):
    add_item_label = "Ajouter une situation"


class SituationViewSet(SnippetViewSet):
    model = Situation
    index_view_class = SituationIndexView
    icon = "tag"
    menu_label = "Situations"
    copy_view_enabled = False
    list_display = ["title", "order"]
    edit_handler = ObjectList([FieldPanel("title"), FieldPanel("order")])


class InterviewGroup(SnippetViewSetGroup):
    menu_label = "Entretien"
    menu_icon = "comment"
    menu_order = 230
    items = (PhraseViewSet, SituationViewSet)


register_snippet(InterviewGroup)
