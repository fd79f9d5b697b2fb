"""What the coordination does to a credential: which form asks for it, and which service does it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from certifications.models import Credential
from certifications.services import correct, extend, revoke
from certifications.snapshot import Employer
from cms.accounts.models import User
from cms.accounts.queries import Name
from coordination.attestations.enums import Deed
from coordination.attestations.forms import CorrectForm, DeedForm, ExtendForm, RevokeForm


@dataclass(frozen=True, slots=True)
class Doing:
    """`warning`: what follows, in words; `do` returns the credential to show next."""

    title: str
    submit: str
    warning: str
    done: str
    form: type[DeedForm]
    do: Callable[[Credential, User, dict[str, Any]], Credential]


def _revoke(credential: Credential, author: User, said: dict[str, Any]) -> Credential:
    revoke(credential=credential, author=author, reason=said["reason"])
    return credential


def _extend(credential: Credential, author: User, said: dict[str, Any]) -> Credential:
    extend(credential=credential, author=author, until=said["until"], reason=said["reason"])
    return credential


def _correct(credential: Credential, author: User, said: dict[str, Any]) -> Credential:
    return correct(
        credential=credential,
        author=author,
        reason=said["reason"],
        name=Name(said["first_name"], said["last_name"]),
        employer=Employer(said["employer"], said["siret"]),
    )


DEEDS = {
    Deed.REVOKE: Doing(
        title="Retirer cette attestation",
        submit="Retirer l'attestation",
        warning="Elle ne sera plus valable dès maintenant, et cela ne s'annule pas. Qui la vérifie verra qu'elle est "
        "retirée, et pourquoi. La personne reçoit un message.",
        done="L'attestation est retirée. Un message part à la personne.",
        form=RevokeForm,
        do=_revoke,
    ),
    Deed.EXTEND: Doing(
        title="Prolonger cette attestation",
        submit="Prolonger l'attestation",
        warning="Elle restera valable jusqu'à la nouvelle date, ce jour compris. La suivante finira comme si celle-ci "
        "n'avait pas été prolongée. La personne reçoit un message.",
        done="L'attestation est prolongée. Un message part à la personne.",
        form=ExtendForm,
        do=_extend,
    ),
    Deed.CORRECT: Doing(
        title="Corriger cette attestation",
        submit="Délivrer l'attestation corrigée",
        warning="Une nouvelle attestation remplace celle-ci, avec les mêmes dates et un autre numéro. L'ancienne reste "
        "lisible et dit qu'elle est remplacée. La personne reçoit un message.",
        done="Voici l'attestation corrigée : elle remplace la précédente. Un message part à la personne.",
        form=CorrectForm,
        do=_correct,
    ),
}
