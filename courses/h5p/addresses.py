"""Where browsers find the files of packages."""

from urllib.parse import quote

from django.conf import settings


def file_url(path: str) -> str:
    """The address of a file or directory of the storage: "h5p/contents/…" → "/h5p-fichiers/contents/…"."""
    return str(settings.SOCLE_H5P_URL) + quote(path.removeprefix("h5p/"))
