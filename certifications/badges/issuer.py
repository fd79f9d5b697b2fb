"""Who issues, and the vocabulary credentials are written in."""

from dataclasses import dataclass
from typing import Any

VC_CONTEXT = "https://www.w3.org/ns/credentials/v2"
OB_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
SCHEMA_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
"""Where the type of `credentialSchema` is defined."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """`image`: the address of a PNG or SVG, or nothing."""

    did: str
    name: str
    url: str
    image: str = ""

    def profile(self) -> dict[str, Any]:
        """The Profile of Open Badges 3.0 §B.1."""
        profile: dict[str, Any] = {"id": self.did, "type": ["Profile"], "name": self.name, "url": self.url}
        if self.image:
            profile["image"] = {"id": self.image, "type": "Image"}
        return profile
