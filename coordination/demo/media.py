"""The picture and the document of the demonstration: drawn for it, kept beside their sources in `media/`."""

from pathlib import Path
from typing import TypeVar

from django.core.files.base import ContentFile
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import AbstractImage

from cms.core.models import Document, Image

MEDIA = Path(__file__).parent / "media"
# File name → title, as the publishing tools list it.
IMAGES = {
    "parcours-rsa.png": "Le parcours RSA en cinq étapes (libellés d'exemple)",
    "logo-exemple.png": "Logo (exemple)",
    "signature-exemple.png": "Signature (exemple)",
}
DOCUMENTS = {"memo-premier-entretien.pdf": "Mémo : préparer un premier entretien"}

FileType = TypeVar("FileType", AbstractImage, AbstractDocument)


def load_images() -> dict[str, int]:
    """Return their identifiers by file name."""
    return {name: _keep(Image, name, title).pk for name, title in IMAGES.items()}


def load_documents() -> dict[str, int]:
    """Return their identifiers by file name."""
    return {name: _keep(Document, name, title).pk for name, title in DOCUMENTS.items()}


def _keep(model: type[FileType], name: str, title: str) -> FileType:
    """Get the file of this title; add it, or put back what is gone from the disk."""
    row = model._default_manager.filter(title=title).first() or model(title=title)
    if row.pk is None or not row.file.storage.exists(row.file.name):
        content = (MEDIA / name).read_bytes()
        row.file = ContentFile(content, name)
        row.file_size = len(content)
        row.save()
    return row
