"""Who a person is for the scripts of contents, written by strangers: always the same, and nobody."""

from typing import Any

from django.utils.crypto import salted_hmac

# A domain that never exists (RFC 2606): the core of H5P wants an address.
DOMAIN = "pseudonyme.invalid"


def pseudonym(person: Any) -> str:
    """A name that does not lead back to the person without the secret key of the site."""
    return salted_hmac("courses.h5p.identity", str(person.public_id), algorithm="sha256").hexdigest()[:32]


def address(person: Any) -> str:
    return f"{pseudonym(person)}@{DOMAIN}"


def names_of(person: Any) -> frozenset[str]:
    """What the actor of a statement may be called when it is this person."""
    return frozenset({pseudonym(person), f"mailto:{address(person)}"})
