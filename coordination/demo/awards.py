"""What the demonstration awards: a definition for each course that names one, and a few lives of attestations.

Everything awarded comes of the services, from what people did; what is taken back or corrected too.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Q

from certifications.enums import Kind, Path, Purpose, RenewalPath
from certifications.models import Credential, CredentialDefinition, DefinitionCourse, Provider
from certifications.services import correct, extend, issue_missing, publish_definition, revoke
from certifications.snapshot import Employer
from certifications.states import months_after
from cms.accounts.models import User
from coordination.demo.files import DemoFiles
from courses.models import CoursePage

STATEMENT = (
    "Nous attestons que {personne}, {employeur}, a suivi la formation « {formation} », d'une durée de "
    "{duree}, du {debut} au {fin}."
)
DONE = (
    "Nous certifions que {personne}, {employeur}, a suivi l'action de formation « {formation} », "
    "d'une durée de {duree}, du {debut} au {fin}."
)
MENTIONS = ["Document de démonstration : les personnes, les dates et les signatures sont inventées."]
# Words that the file of the courses does not hold.
PARAGRAPHS = {
    "SOCLE": ["Elle atteste que la personne connaît les repères partagés par toutes les structures du SPIE."],
    "POUVOIR-AGIR": [
        "La personne a mis en pratique ces techniques dans des entretiens simulés, puis au travail.",
        "Ce document ne dit rien des personnes qu'elle accompagne.",
    ],
}
SOONEST = date(2020, 1, 1)
COORDINATION = "coordination@demo.example"


def load_definitions(files: DemoFiles, images: Mapping[str, int]) -> None:
    """Write and publish the definitions; one already there is left as it is."""
    _name_provider()
    for item in files.demo["courses"]:
        said = item.get("certificate")
        if not said or CredentialDefinition.objects.filter(title=said["title"]).exists():
            continue
        course = CoursePage.objects.get(code=item["code"])
        definition = CredentialDefinition.objects.create(
            kind=said["kind"],
            title=said["title"],
            applies_from=SOONEST,
            statement=STATEMENT,
            paragraphs=PARAGRAPHS.get(item["code"], []),
            mentions=MENTIONS,
            signatory_name="Hélène Duval",
            signatory_quality="Animatrice du SPIE (exemple)",
            signature_id=images["signature-exemple.png"],
            logo_id=images["logo-exemple.png"],
            validity_months=said["validity_months"],
            **_renewal(course),
            live=True,
        )
        DefinitionCourse.objects.create(definition=definition, course=course, purpose=Purpose.AWARD)
        definition.save_revision(log_action=False).publish(log_action=False)
        publish_definition(definition=definition)
    _define_sessions(images)


def _define_sessions(images: Mapping[str, int]) -> None:
    """A certificate for each session of the course held in a room."""
    title = "Certificat de réalisation"
    course = CoursePage.objects.filter(code="POUVOIR-AGIR").first()
    if course is None or CredentialDefinition.objects.filter(title=title).exists():
        return
    definition = CredentialDefinition.objects.create(
        kind=Kind.DONE,
        title=title,
        path=Path.SESSION,
        applies_from=SOONEST,
        statement=DONE,
        mentions=MENTIONS,
        signatory_name="Hélène Duval",
        signatory_quality="Animatrice du SPIE (exemple)",
        signature_id=images["signature-exemple.png"],
        logo_id=images["logo-exemple.png"],
        live=True,
    )
    DefinitionCourse.objects.create(definition=definition, course=course, purpose=Purpose.AWARD)
    definition.save_revision(log_action=False).publish(log_action=False)
    publish_definition(definition=definition)


def _name_provider() -> None:
    provider = Provider.load()
    if not provider.name:
        provider.name = "Département de la Manche"
        provider.legal_form = "Collectivité territoriale"
        provider.address = "50 route de Villedieu\n50050 Saint-Lô Cedex"
        provider.siret = "22500502000019"
        provider.save()


def _renewal(course: CoursePage) -> dict[str, Any]:
    """The *socle* is renewed by its three quizzes; the others are followed again."""
    if course.code != "SOCLE":
        return {}
    manifest = course.versions.order_by("-number")[0].manifest
    quizzes = [step["step_key"] for step in manifest if step["kind"] == "quiz" and step["is_required"]]
    return {"renewal_path": RenewalPath.STEPS, "renewal_steps": quizzes}


def award() -> int:
    """Award what the people of the demonstration have earned, then what became of three of these attestations."""
    issued = issue_missing(is_dated_as_earned=True)
    author = User.objects.filter(email=COORDINATION).first()
    if issued and author is not None:
        _take_back("mathieu.hebert@demo.example", author)
        _put_right("julie.fontaine@demo.example", author)
        _lengthen("odile.quesnel@demo.example", author)
    return issued


def _held_by(email: str) -> Credential | None:
    """The first one somebody holds; None once something has happened to any of theirs, at a former loading."""
    held = Credential.objects.filter(person__email=email)
    if held.filter(Q(events__isnull=False) | Q(supersedes__isnull=False)).exists():
        return None
    first: Credential | None = held.order_by("pk").first()
    return first


def _take_back(email: str, author: User) -> None:
    if held := _held_by(email):
        revoke(credential=held, author=author, reason="Délivrée par erreur : deux dossiers avaient été confondus.")


def _put_right(email: str, author: User) -> None:
    if held := _held_by(email):
        employer = Employer("Mission locale du Cotentin (exemple)")
        correct(credential=held, author=author, reason="Le nom de l'employeur était incomplet.", employer=employer)


def _lengthen(email: str, author: User) -> None:
    held = _held_by(email)
    if held and held.valid_until:
        until = months_after(held.valid_until, 1)
        reason = "La séance de renouvellement prévue a été reportée d'un mois."
        extend(credential=held, author=author, until=until, reason=reason)
