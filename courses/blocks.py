"""Questions of a quiz, as a trainer writes them."""

from wagtail import blocks

from courses.enums import QuestionKind


class AnswerBlock(blocks.StructBlock):
    text = blocks.CharBlock(label="Réponse", max_length=500)
    is_correct = blocks.BooleanBlock(label="Bonne réponse", required=False)
    feedback = blocks.CharBlock(label="Retour si elle est choisie", required=False, max_length=500)

    class Meta:
        icon = "check"
        label = "Réponse"


class QuestionBlock(blocks.StructBlock):
    text = blocks.CharBlock(label="Question", max_length=500)
    kind = blocks.ChoiceBlock(label="Forme", choices=QuestionKind.choices, default=QuestionKind.SINGLE)
    answers = blocks.ListBlock(AnswerBlock(), label="Réponses", min_num=2)
    feedback = blocks.TextBlock(label="Explication après la réponse", required=False)

    class Meta:
        icon = "help"
        label = "Question"


class QuestionsBlock(blocks.StreamBlock):
    question = QuestionBlock()
