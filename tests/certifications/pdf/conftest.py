"""The fonts that `make assets` gathers, and documents drawn once for the tests that only read them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certifications.pdf.attestation import render_attestation
from cms.embedded.postgres import CHECKOUT
from tests.certifications.pdf.reading import Reading, read
from tests.certifications.pdf.samples import ASSETS, snapshot

Render = Callable[..., bytes]


@pytest.fixture(scope="session")
def fonts() -> Path:
    return CHECKOUT / "build" / "fonts"


@pytest.fixture(scope="session")
def render(fonts: Path) -> Render:
    """The sample attestation, with the changes asked for."""

    def rendered(*, preview: bool = False, assets: Any = ASSETS, **changes: Any) -> bytes:
        return render_attestation(snapshot(**changes), assets=assets, fonts=fonts, preview=preview)

    return rendered


@pytest.fixture(scope="session")
def attestation(render: Render) -> Reading:
    return read(render())
