"""The files the site gives itself where no other server does."""

from pathlib import Path
from typing import Any

import pytest
from django.http import Http404
from django.test import RequestFactory

from cms.core import views


@pytest.fixture
def root(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    for name in ("images/fil.png", "h5p/uploads/paquet.h5p"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(b"...")
    return tmp_path


def test_a_picture_is_given(root: Path) -> None:
    response = views.media(RequestFactory().get("/"), "images/fil.png")
    assert response.status_code == 200
    response.file_to_stream.close()  # the end of a response is the database's too


@pytest.mark.parametrize("path", ["", "./", "/", "images/../"])
def test_what_strangers_wrote_is_not_given_by_this_door(root: Path, path: str) -> None:
    with pytest.raises(Http404):
        views.media(RequestFactory().get("/"), f"{path}h5p/uploads/paquet.h5p")
