"""Pictures, videos, documents."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from cms.core.blocks.rich_text import RichLineBlock, RichTextBlock

MEDIA = "Médias"


class ImageBlock(blocks.StructBlock):
    image = ImageChooserBlock(label="Image")
    alternative = blocks.CharBlock(
        label="Texte de remplacement",
        required=False,
        max_length=250,
        help_text="Ce que l'image apprend, pour qui ne la voit pas. Pas « image de… ».",
    )
    is_decorative = blocks.BooleanBlock(
        label="Décorative", required=False, help_text="Elle n'apprend rien : elle sera ignorée à la lecture vocale."
    )
    caption = RichLineBlock(label="Légende", required=False)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if self.is_deferred_validation:
            return cleaned
        if cleaned["is_decorative"] and cleaned["alternative"]:
            message = "Une image décorative n'a pas de texte de remplacement : videz-le, ou décochez la case."
            raise StructBlockValidationError(block_errors={"is_decorative": ValidationError(message)})
        if not cleaned["is_decorative"] and not cleaned["alternative"].strip():
            message = "Décrivez l'image, ou cochez « Décorative »."
            raise StructBlockValidationError(block_errors={"alternative": ValidationError(message)})
        return cleaned

    class Meta:
        label = "Image"
        icon = "image"
        group = MEDIA
        template = "blocks/image.html"
        preview_template = "blocks/previews/image.html"
        description = "Une image avec son texte de remplacement, ou décorative."


class VideoValue(blocks.StructValue):
    @property
    def address(self) -> str:
        return self["document"].url if self["document"] else self["url"]


class VideoBlock(blocks.StructBlock):
    title = blocks.CharBlock(label="Titre", max_length=150)
    document = DocumentChooserBlock(
        label="Fichier", required=False, help_text="MP4 ou WebM, déposé parmi les documents."
    )
    url = blocks.CharBlock(
        label="ou adresse sur ce site",
        required=False,
        max_length=500,
        help_text="Pour une longue vidéo servie par votre hébergeur à cette même adresse : commence par /.",
        validators=[
            RegexValidator(r"^/(?![/\\])\S*\Z", "Une adresse de ce site, qui commence par une seule barre : /.")
        ],
        search_index=False,
    )
    captions = DocumentChooserBlock(label="Sous-titres", help_text="Fichier WebVTT (.vtt), en français.")
    transcript = RichTextBlock(
        label="Transcription",
        help_text="Tout ce qui se dit et ce qui se voit d'important. Elle se déplie sous la vidéo.",
    )

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if self.is_deferred_validation:
            return cleaned
        if bool(cleaned["document"]) == bool(cleaned["url"]):
            raise StructBlockValidationError(
                non_block_errors=["Choisissez un fichier, ou donnez une adresse : l'un ou l'autre."]
            )
        if cleaned["captions"] and cleaned["captions"].file_extension.lower() != "vtt":
            message = "Les sous-titres sont un fichier WebVTT, dont le nom finit par .vtt."
            raise StructBlockValidationError(block_errors={"captions": ValidationError(message)})
        return cleaned

    class Meta:
        label = "Vidéo"
        icon = "media"
        group = MEDIA
        template = "blocks/video.html"
        preview_template = "blocks/previews/video.html"
        value_class = VideoValue
        description = "Une vidéo hébergée ici, sous-titrée et transcrite."


class DocumentBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label="Document")
    title = blocks.CharBlock(label="Titre", required=False, max_length=150, help_text="Vide : le titre du document.")
    text = blocks.CharBlock(label="À quoi il sert", required=False, max_length=300)

    class Meta:
        label = "Document à télécharger"
        icon = "doc-full"
        group = MEDIA
        template = "blocks/document.html"
        preview_template = "blocks/previews/document.html"
        description = "Un fichier, avec son format et son poids."
