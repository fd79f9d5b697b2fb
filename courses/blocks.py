"""Questions of a quiz, as a trainer writes them."""

from typing import Any

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from courses.enums import QuestionKind
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
