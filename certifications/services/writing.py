"""One credential written with all it states, and its holder told, in the transaction of whoever awards it."""

import uuid
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from certifications.canonical import fingerprint
from certifications.enums import Kind
from certifications.models import Credential, CredentialDefinition, DefinitionVersion
from certifications.snapshot import Earned, snapshot_of
from cms.accounts.models import User
from cms.core.mail import signature
from courses.models import Enrolment
from courses.sessions.models import TrainingSession


def write(
    *,
    person: User,
    version: DefinitionVersion,
    earned: Earned,
    earned_at: datetime,
    valid_from: date,
    valid_until: date | None,
    enrolment: Enrolment | None = None,
    session: TrainingSession | None = None,
    renews: Credential | None = None,
    is_dated_as_earned: bool = False,
) -> Credential:
    """Store a credential earned at that instant, by an enrolment or by a session, and tell its holder by mail.

    With `is_dated_as_earned`, it was issued at that instant and nobody is told.
    """
    # A clock set back does not make a credential older than what it states.
    issued_at = earned_at if is_dated_as_earned else max(timezone.now(), earned_at)
    credential = Credential(
        public_id=uuid.uuid4(),
        person=person,
        definition_id=version.definition_id,
        version=version,
        enrolment=None if session else enrolment,
        session=session,
        issued_at=issued_at.replace(microsecond=0),
        valid_from=valid_from,
        valid_until=valid_until,
        window_days=version.content["window_days"],
        renews=renews,
    )
    said = snapshot_of(
        public_id=credential.public_id,
        person=person,
        version=version,
        earned=earned,
        earned_at=earned_at,
        issued_at=credential.issued_at,
        valid_from=credential.valid_from,
        valid_until=credential.valid_until,
        employer_at_start=enrolment.organisation_at_start_id if enrolment else None,
        renews=renews.public_id if renews else None,
    )
    credential.snapshot, credential.sha256 = said, fingerprint(said)
    credential.save(force_insert=True)
    if not is_dated_as_earned:
        _tell(credential, person, said)
    return credential


def version_at(definition: CredentialDefinition, instant: datetime) -> DefinitionVersion:
    """The words in force then, or the first ones for what was earned before there were any."""
    versions = definition.versions.select_related("definition")
    in_force = versions.filter(published_at__lte=instant).order_by("-number").first()
    return in_force or versions.order_by("number")[0]


def _tell(credential: Credential, person: User, said: dict[str, Any]) -> None:
    """Where it is, and the address to give to whoever wants it proved."""
    if not person.is_active:
        return
    mine = f"{settings.WAGTAILADMIN_BASE_URL}{reverse('certifications:mine')}"
    address = f"{settings.WAGTAILADMIN_BASE_URL}{credential.get_absolute_url()}"
    context = signature() | {"credential": credential, "person": person, "mine": mine, "address": address}
    body = render_to_string("certifications/mail/issued.txt", context)
    word = "Votre certificat « {} » est prêt" if said["kind"] == Kind.DONE else "Votre attestation « {} » est prête"
    send_mail(" ".join(word.format(said["title"]).split()), body.strip(), None, [person.email])
