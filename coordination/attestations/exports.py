"""The filtered list of credentials as lines of a file."""

from collections.abc import Iterable, Iterator

from coordination.attestations.queries import CredentialRow
from coordination.exports import Cell, Sheet, on

CREDENTIALS = Sheet(
    "Attestations",
    (
        ("Nom", 20),
        ("Prénom", 16),
        ("Nom sur l'attestation", 26),
        ("Structures", 34),
        ("Attestation", 44),
        ("État", 16),
        ("Délivrée le", 12),
        ("Valable à partir du", 18),
        ("Fin", 12),
        ("Prolongée", 12),
        ("Renouvellement en cours", 22),
        ("Numéro", 38),
    ),
)


def lines(rows: Iterable[CredentialRow]) -> Iterator[list[Cell]]:
    """One line per credential."""
    for row in rows:
        yield [
            row.last_name,
            row.first_name,
            row.holder,
            ", ".join(row.organisations),
            row.title,
            str(row.state.label),
            on(row.issued_at),
            row.valid_from,
            row.ends_on,
            "Oui" if row.is_extended else "",
            "Oui" if row.is_under_way else "",
            row.number,
        ]
