"""Whether what a row says is still what was issued."""

from certifications.canonical import fingerprint
from certifications.models import Credential


def fault_of(credential: Credential, *, is_erased: bool) -> tuple[str, str] | None:
    """Return what is wrong with a credential, `(kind, sentence)`, or None; `is_erased`: an event says so."""
    said = credential.snapshot
    if said is None:
        return None if is_erased else ("erased", "ses données manquent, et rien ne dit qu'elles ont été effacées")
    if fingerprint(said) != credential.sha256:
        return "altered", "son empreinte n'est pas celle de ce qu'elle dit"
    if said["id"] != str(credential.public_id):
        return "altered", "elle porte le numéro d'une autre"
    until = credential.valid_until.isoformat() if credential.valid_until else None
    if (said["valid_from"], said["valid_until"]) != (credential.valid_from.isoformat(), until):
        return "altered", "ses dates ne sont pas celles qu'elle dit"
    return None
