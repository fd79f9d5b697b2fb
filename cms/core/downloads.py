"""Files of the site as browsers ask for them: whole, or a part to move within a video (RFC 9110, section 14)."""

import re
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]

# One part; a browser that plays asks for no more. Several parts, or what is not understood, are answered whole.
ONE_PART = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII | re.IGNORECASE)
CHUNK = 64 * 1024


def sends_files(view: View) -> View:
    """What `view` lets one read is sent by the proxy when there is one to do it, else by parts as asked."""

    @wraps(view)
    def sending(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if not isinstance(response, FileResponse) or response.status_code != 200:
            return response
        if response.get("Content-Encoding") == "None":  # how Wagtail says that a file is not encoded
            del response["Content-Encoding"]
        return by_the_proxy(response) or by_parts(request, response)

    return sending


def by_the_proxy(response: FileResponse) -> HttpResponse | None:
    """Where nginx finds the file (`X-Accel-Redirect`), or None when the site sends it."""
    path = str(getattr(response.file_to_stream, "name", ""))
    if not settings.SOCLE_ACCEL_PREFIX or not Path(path).is_relative_to(settings.MEDIA_ROOT):
        return None
    relative = Path(path).relative_to(settings.MEDIA_ROOT).as_posix()
    file_of(response).close()
    headers = {name: value for name, value in response.items() if name.lower() != "content-length"}
    return HttpResponse(headers=headers | {"X-Accel-Redirect": settings.SOCLE_ACCEL_PREFIX + quote(relative)})


def by_parts(request: HttpRequest, response: FileResponse) -> HttpResponseBase:
    """The part asked for, the whole, or 416 when there is no such part."""
    response["Accept-Ranges"] = "bytes"
    asked = ONE_PART.fullmatch(request.headers.get("Range", ""))
    if request.method != "GET" or asked is None or not is_still_the_same(request, response):
        return response
    size = int(response["Content-Length"])
    part = part_of(size, *asked.groups())
    if part is None:
        return response
    if not part:
        file_of(response).close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    headers = {"Content-Range": f"bytes {part.start}-{part.stop - 1}/{size}", "Content-Length": str(len(part))}
    return StreamingHttpResponse(Part(file_of(response), part), status=206, headers=dict(response.items()) | headers)


def file_of(response: FileResponse) -> IO[bytes]:
    """The file alone: closing the response would end the request."""
    file: Any = response.file_to_stream
    return file


def is_still_the_same(request: HttpRequest, response: FileResponse) -> bool:
    """Whether the file is the one of which the browser already holds a part (`If-Range`: exact, never weak)."""
    condition = request.headers.get("If-Range")
    return condition is None or condition in (response.get("ETag"), response.get("Last-Modified"))


def part_of(size: int, first: str, last: str) -> range | None:
    """Return the bytes asked for, empty when there are none such; None when the request means nothing."""
    if not first:
        return range(max(0, size - int(last)), size) if last else None
    start, stop = int(first), min(size, int(last) + 1) if last else size
    if last and int(last) < start:
        return None
    return range(start, max(start, stop))


class Part:
    """Some bytes of a file, closed with the response."""

    def __init__(self, file: IO[bytes], part: range) -> None:
        self.file = file
        self.part = part

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.part.start)
        left = len(self.part)
        while left and (chunk := self.file.read(min(left, CHUNK))):
            left -= len(chunk)
            yield chunk

    def close(self) -> None:
        self.file.close()
