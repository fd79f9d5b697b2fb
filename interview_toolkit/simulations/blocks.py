"""What a trainer writes of a simulation: moments, what one may answer, and ends."""

from typing import Any

from django.forms import CheckboxSelectMultiple
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from interview_toolkit.simulations.enums import Initiative, Move, Outcome
from interview_toolkit.simulations.graph import Graph, read
from interview_toolkit.techniques.models import TechniquePage

NAME_HELP = "Un mot court, sans espace : d'autres répliques y mènent par ce nom."
BLANK = {
    "label": "", "move": "", "initiative": "", "advice_first": False, "tags": [], "feedback": "", "next": "",
}  # fmt: skip
SAMPLE: dict[str, Any] = {
    "id": "accueil",
    "person_line": "On m'a dit de venir, alors je suis venue. Je signe où ?",
    "stage": "Elle reste debout.",
    "options": [
        BLANK | {"label": "Qu'attendez-vous d'aujourd'hui ?", "move": Move.EXPLORE, "initiative": Initiative.PERSON},
        BLANK | {"label": "Ici, en bas.", "move": Move.INFORM, "initiative": Initiative.PROFESSIONAL},
    ],
}


def technique_choices() -> list[tuple[str, str]]:
    return list(TechniquePage.objects.order_by("path").values_list("code", "title"))


class OptionBlock(blocks.StructBlock):
    label = blocks.TextBlock(label="Réplique", rows=2, max_length=600, help_text="Ce que dit le professionnel.")
    next = blocks.CharBlock(label="Mène au moment", max_length=40, help_text="Le repère d'un moment ou d'une fin.")
    move = blocks.ChoiceBlock(label="Ce qu'elle fait", choices=Move.choices)
    initiative = blocks.ChoiceBlock(
        label="Qui a l'initiative ensuite",
        choices=Initiative.choices,
        help_text="Qui définit le problème, ou porte la solution, après cette réplique.",
    )
    advice_first = blocks.BooleanBlock(
        label="Un conseil avant d'avoir exploré",
        required=False,
        help_text="Une solution arrive avant que la situation ait été dite.",
    )
    tags = blocks.MultipleChoiceBlock(
        label="Techniques", choices=technique_choices, required=False, widget=CheckboxSelectMultiple
    )
    feedback = blocks.TextBlock(
        label="Effet sur l'échange", rows=2, required=False, max_length=600, help_text="Ce qui se passe, sans juger."
    )

    class Meta:
        icon = "comment"
        label = "Réplique possible"
        label_format = "{label}"


class MomentBlock(blocks.StructBlock):
    id = blocks.CharBlock(label="Repère", max_length=40, help_text=NAME_HELP)
    person_line = blocks.TextBlock(label="Ce que dit la personne", rows=3, max_length=1000)
    stage = blocks.CharBlock(
        label="Indication", required=False, max_length=300, help_text="Un geste, un silence. Écrit en italique."
    )
    image = ImageChooserBlock(label="Image", required=False, help_text="Elle illustre ; rien ne doit s'y lire.")
    audio = DocumentChooserBlock(label="Son", required=False, help_text="Un fichier MP3 de cette réplique.")
    transcript = blocks.TextBlock(label="Transcription du son", rows=2, required=False)
    options = blocks.ListBlock(OptionBlock(), label="Répliques possibles", min_num=0, default=[BLANK, BLANK])

    class Meta:
        icon = "user"
        label = "Moment"
        label_format = "{id} : {person_line}"
        preview_value = SAMPLE
        template = "simulations/moment_block.html"
        description = "Ce que dit la personne, et ce qu'on peut lui répondre."


class EndBlock(blocks.StructBlock):
    id = blocks.CharBlock(label="Repère", max_length=40, help_text=NAME_HELP)
    person_line = blocks.TextBlock(label="Ce que dit la personne", rows=2, max_length=1000)
    stage = blocks.CharBlock(label="Indication", required=False, max_length=300)
    outcome = blocks.ChoiceBlock(label="Comment l'échange se termine", choices=Outcome.choices)
    debrief = blocks.TextBlock(
        label="Question de relecture", rows=3, max_length=1000, help_text="Ce qui s'est passé, et une question."
    )

    class Meta:
        icon = "logout"
        label = "Fin"
        label_format = "{id} : {outcome}"
        preview_value = {
            "id": "fin",
            "person_line": "Je vous appelle dès que j'ai sa réponse.",
            "stage": "",
            "outcome": Outcome.AGREEMENT,
            "debrief": "Elle repart avec une action choisie. Quels mots à elle figurent dans le contrat ?",
        }
        template = "simulations/moment_block.html"
        description = "La dernière réplique de la personne, et la question de relecture."


class MomentsBlock(blocks.StreamBlock):
    moment = MomentBlock()
    end = EndBlock()

    class Meta:
        collapsed = True  # their names are enough to find one's way


def graph_from(start: str, stream: Any) -> Graph:
    """The graph of what is written in a stream."""
    return read({"start": start, "nodes": [_node(block.block_type, block.value) for block in stream or ()]})


def _node(kind: str, value: Any) -> dict[str, Any]:
    said: dict[str, Any] = {name: value.get(name) for name in ("id", "person_line", "stage")}
    if kind == "end":
        return said | {"end": True, "outcome": value["outcome"], "debrief": value["debrief"]}
    files = {name: value[name].pk if value[name] else None for name in ("image", "audio")}
    options = [dict(option) for option in value["options"]]
    return said | files | {"transcript": value["transcript"], "options": options}


def stream_from(graph: Graph) -> list[dict[str, Any]]:
    """The reverse: a graph as a stream stores it."""
    return [_block(one) for one in graph.nodes]


def _block(node: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"id": node.id, "person_line": node.line, "stage": node.stage}
    if node.is_end:
        return {"type": "end", "value": said | {"outcome": node.outcome, "debrief": node.debrief}}
    options = [{name: getattr(option, name) for name in BLANK} | {"tags": list(option.tags)} for option in node.options]
    files = {"image": node.image, "audio": node.audio, "transcript": node.transcript}
    return {"type": "moment", "value": said | files | {"options": options}}
