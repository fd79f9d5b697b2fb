"""What a trainer writes in the steps of a course: questions of a quiz, activities of a lesson."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from cms.core.blocks.body import BodyBlock
from cms.core.blocks.practice import PRACTICE
from courses.enums import ActivityGrading, ActivityPolicy, QuestionKind
from courses.h5p.blocks import ContentChooserBlock
from courses.quiz import problem_of

SAMPLE = {
    "text": "Dans quel délai le contrat d'engagement se signe-t-il après la notification de l'orientation ?",
    "kind": QuestionKind.SINGLE,
    "answers": [
        {"text": "Une semaine", "is_correct": False, "feedback": ""},
        {"text": "Un mois", "is_correct": True, "feedback": ""},
        {"text": "Six mois", "is_correct": False, "feedback": ""},
    ],
    "feedback": "Le délai d'un mois est interrompu si une nouvelle orientation est décidée.",
}


BLANK = {"text": "", "is_correct": False, "feedback": ""}


class AnswerBlock(blocks.StructBlock):
    text = blocks.CharBlock(label="Réponse", max_length=500)
    is_correct = blocks.BooleanBlock(label="Bonne réponse", required=False)
    feedback = blocks.CharBlock(
        label="Retour",
        required=False,
        max_length=500,
        help_text="Montré après l'envoi à qui a choisi cette réponse.",
    )

    class Meta:
        icon = "check"
        label = "Réponse"
        form_layout = ["text", "is_correct", "feedback"]
        form_classname = "struct-block socle-answer"


class QuestionBlock(blocks.StructBlock):
    text = blocks.CharBlock(label="Question", max_length=500)
    kind = blocks.ChoiceBlock(
        label="Forme",
        choices=QuestionKind.choices,
        default=QuestionKind.SINGLE,
        help_text="« Plusieurs réponses » : la question est juste quand toutes les bonnes réponses, et elles "
        "seules, sont cochées.",
    )
    answers = blocks.ListBlock(AnswerBlock(), label="Réponses", min_num=2, max_num=10, default=[BLANK, BLANK])
    feedback = blocks.TextBlock(
        label="Explication", required=False, help_text="Montrée à tous après l'envoi : pourquoi c'est juste, où relire."
    )

    class Meta:
        icon = "help"
        label = "Question"
        label_format = "{text}"
        preview_value = SAMPLE
        template = "courses/question_block.html"
        description = "Une question et ses réponses ; la correction reste sur le serveur jusqu'à l'envoi."

    def clean(self, value: Any) -> Any:
        """A draft may be saved incomplete; what is published can be answered."""
        value = super().clean(value)
        if not self.is_deferred_validation and (problem := problem_of(value)):
            raise StructBlockValidationError(block_errors={"answers": ValidationError(problem)})
        return value


class QuestionsBlock(blocks.StreamBlock):
    question = QuestionBlock()

    class Meta:
        min_num = 1
        max_num = 50


class InteractiveBlock(blocks.StructBlock):
    """An H5P content in a lesson, and what it asks."""

    content = ContentChooserBlock(label="Contenu")
    is_required = blocks.BooleanBlock(
        label="Obligatoire",
        required=False,
        default=True,
        help_text="La leçon est terminée quand toutes ses activités obligatoires le sont.",
    )
    policy = blocks.ChoiceBlock(
        label="Elle est terminée quand la personne",
        required=False,
        choices=ActivityPolicy.choices,
        help_text="Laissez vide pour la règle habituelle de ce type de contenu.",
    )
    pass_mark = blocks.IntegerBlock(
        label="Seuil de réussite (%)",
        default=70,
        min_value=1,
        max_value=100,
        help_text="Sert quand il faut réussir et que le contenu ne dit pas lui-même ce qu'est une réussite.",
    )
    grading = blocks.ChoiceBlock(
        label="Note retenue", choices=ActivityGrading.choices, default=ActivityGrading.BEST, required=True
    )

    class Meta:
        icon = "media"
        label = "Activité interactive (H5P)"
        label_format = "{content}"
        group = PRACTICE
        template = "courses/interactive_block.html"
        description = "Un contenu H5P qui se joue dans la leçon ; ses résultats comptent."

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """The addresses under which it is played and says its results: the same for everyone, as the body is."""
        context = super().get_context(value, parent_context=parent_context)
        page, key = context.get("page"), context.get("block_id")
        if page and key and value["content"]:
            addresses = {"src": "play_activity", "results": "receive_results", "state": "receive_state"}
            context |= {name: reverse(view, args=[page.step_key, key]) for name, view in addresses.items()}
            context["login"] = f"{settings.LOGIN_URL}?next={page.url}"
        return context


class LessonBlock(BodyBlock):
    """The body of a lesson: what any page may hold, and activities."""

    interactive = InteractiveBlock()
