"""The files of libraries and contents, given by the site when nothing stands in front of it to do so.

They were written by strangers: whatever one is, a browser that opens it makes of it neither a page nor a script of
this site. They are public, since the sandbox that asks for them is nobody, and never change.
"""

from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit
from wsgiref.headers import Headers

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.core.files.storage import FileSystemStorage, storages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from whitenoise import WhiteNoise
from whitenoise.middleware import WhiteNoiseFileResponse

from courses.h5p.engine.files import LIBRARY, extension

# What is kept for an administrator (`h5p/waiting/`) is not among them.
DIRECTORIES = ("libraries", "contents")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
TYPES = {
    ".avif": "image/avif",
    ".glb": "model/gltf-binary",
    ".gltf": "model/gltf+json",
    ".m4a": "audio/mp4",
    ".vtt": "text/vtt",
    ".webvtt": "text/vtt",
    **dict.fromkeys((".csv", ".diff", ".md", ".patch", ".textile", ".txt"), "text/plain"),
}


class PackageFilesMiddleware:
    """Answers everything under the address of the files, before asking who is there; a missing one is a 404."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if urlsplit(settings.SOCLE_H5P_URL).netloc:
            raise MiddlewareNotUsed("The files are given by another host.")
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        prefix = settings.SOCLE_H5P_URL
        if not request.path_info.startswith(prefix):
            return self.get_response(request)
        storage = storages["h5p"]
        if not isinstance(storage, FileSystemStorage) or extension(request.path_info) not in LIBRARY:
            return missing()
        found = files_in(str(storage.location), prefix).find_file(request.path_info)
        if found is None:
            return missing()
        response = found.get_response(request.method, request.META)
        answer = WhiteNoiseFileResponse(response.file or (), status=int(response.status))
        del answer["Content-Type"]
        for name, value in response.headers:
            answer[name] = value
        return answer


@lru_cache(maxsize=4)
def files_in(location: str, prefix: str) -> WhiteNoise:
    """Looks a file up when it is asked for: packages come while the site runs."""
    found = WhiteNoise(
        None, autorefresh=True, mimetypes=TYPES, immutable_file_test=lambda path, url: True, add_headers_function=add
    )
    for name in DIRECTORIES:
        found.add_files(f"{location}/h5p/{name}", f"{prefix}{name}")
    return found


def add(headers: Headers, path: str, url: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value


def missing() -> HttpResponse:
    return HttpResponse("Ce fichier n'existe pas.", status=404, content_type="text/plain; charset=utf-8")
