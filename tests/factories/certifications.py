"""Definitions as a coordinator would publish them, and what people earn with them."""

from datetime import date, datetime
from typing import Any
from uuid import uuid5

from django.utils import timezone
from time_machine import travel

from certifications.enums import Purpose
from certifications.models import Credential, CredentialDefinition, DefinitionCourse, Provider
from certifications.services import issue_for, publish_definition
from cms.accounts.models import User
from courses.models import CoursePage, Enrolment
from courses.services import enrol, record_attempt
from tests.factories.courses import CourseTree, course_tree

STATEMENT = "Nous attestons que {personne}, {employeur}, a suivi « {formation} » ({duree}), du {debut} au {fin}."


def provider(**values: Any) -> Provider:
    """The organisation that delivers, as complete as the law asks."""
    one = Provider.load()
    said = {
        "name": "Département d'essai",
        "legal_form": "Collectivité territoriale",
        "address": "1 rue de la Préfecture\n50000 Saint-Lô",
        "siret": "22500502000019",
        "activity_number": "",
    }
    for name, value in (said | values).items():
        setattr(one, name, value)
    one.save()
    return one


def definition(*courses: CoursePage, renewal: tuple[CoursePage, ...] = (), **values: Any) -> CredentialDefinition:
    """A published definition these courses lead to, and that `renewal` renews."""
    provider()
    said: dict[str, Any] = {
        "title": "Attestation de suivi",
        "applies_from": date(2020, 1, 1),
        "statement": STATEMENT,
        "signatory_name": "Anne Lemoine",
        "signatory_quality": "Directrice de l'insertion",
        "live": True,
    }
    one = CredentialDefinition.objects.create(**said | values)
    purposes = {Purpose.AWARD: courses, Purpose.RENEWAL: renewal}
    for purpose, pages in purposes.items():
        for course in pages:
            DefinitionCourse.objects.create(definition=one, course=course, purpose=purpose)
    publish_definition(definition=one)
    return one


def complete(person: User, tree: CourseTree, *, at: datetime | None = None) -> Enrolment:
    """Enrol someone, or take the open enrolment, and complete every step of the course at that instant."""
    with travel(at or timezone.now(), tick=False):
        enrolment = enrol(person=person, course=tree.course, source="self")
    do_steps(enrolment, at=at)
    return enrolment


def do_steps(enrolment: Enrolment, *keys: str, at: datetime | None = None) -> None:
    """Record a passing attempt of these steps, of all of them by default."""
    asked = [step for step in enrolment.version.manifest if not keys or step["step_key"] in keys]
    with travel(at or timezone.now(), tick=False):
        for step in asked:
            record_attempt(
                enrolment=enrolment,
                step_key=step["step_key"],
                idempotency_key=str(uuid5(enrolment.public_id, step["step_key"])),
                score=8 if step["pass_mark"] else None,
                max_score=10 if step["pass_mark"] else None,
                passed=True,
            )


def credential(
    person: User, tree: CourseTree | None = None, *, at: datetime | None = None, **values: Any
) -> Credential:
    """What someone earned by completing a course at that instant, with a definition of these values; told to nobody."""
    tree = tree or course_tree()
    if not CredentialDefinition.objects.filter(course_links__course=tree.course).exists():
        definition(tree.course, **values)
    return issue_for(enrolment_id=complete(person, tree, at=at).pk, is_dated_as_earned=True)[-1]
