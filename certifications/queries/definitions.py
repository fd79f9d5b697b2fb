"""What a definition would say, and what it lacks to be published."""

from typing import Any

from certifications.enums import Kind, Path, RenewalPath
from certifications.models import CredentialDefinition, Provider
from certifications.wording import SLOT, missing_mentions, misused_words, unknown_slots
from courses.models import CoursePage

SHORTEST_MONTH = 28


def content_of(
    definition: CredentialDefinition,
    provider: Provider,
    *,
    signature: dict[str, Any] | None = None,
    logo: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the words of a definition as its version keeps them; pictures are given by their fingerprint."""
    has_end = definition.validity_months is not None
    return {
        "kind": str(definition.kind),
        "kind_label": str(definition.get_kind_display()),
        "title": definition.title,
        "statement": definition.statement,
        "paragraphs": list(definition.paragraphs),
        "mentions": list(definition.mentions),
        "nature": definition.nature,
        "provider": {
            "name": provider.name,
            "legal_form": provider.legal_form,
            "address": provider.address.replace("\r\n", "\n"),
            "siret": provider.siret,
            "activity_number": provider.activity_number,
        },
        "signatory": {
            "name": definition.signatory_name,
            "quality": definition.signatory_quality,
            "signature": signature,
        },
        "logo": logo and {**logo, "alt": f"Logo : {provider.name}"},
        "validity_months": definition.validity_months,
        "window_days": definition.window_days if has_end else 0,
    }


def problems_of(definition: CredentialDefinition, *, award: list[CoursePage], renewal: list[CoursePage]) -> list[str]:
    """Return why a definition cannot be published, in words; nothing when it can."""
    content = content_of(definition, Provider.load())
    sheets = [
        {"title": course.title, "objectives": course.objectives, "is_assessed": _is_assessed(course)}
        for course in award
    ]
    problems = [f"il manque {what}." for what in missing_mentions(content, courses=sheets)]
    if unknown := unknown_slots(" ".join([definition.statement, *definition.paragraphs])):
        slots = ", ".join(f"{{{one}}}" for one in unknown)
        problems.append(f"ces mots entre accolades ne sont pas connus : {slots}.")
    if SLOT.search(definition.title):
        problems.append("le titre est imprimé tel quel : ôtez-en les accolades.")
    if words := misused_words(content):
        problems.append(f"ces mots sont réservés à ce que l'État enregistre (L6113-1) : {', '.join(words)}.")
    if definition.path == Path.ALL and len(award) < 2:
        problems.append("un parcours compte au moins deux formations.")
    if definition.path == Path.SESSION:
        if definition.kind != Kind.DONE:
            problems.append("ce qui se délivre pour chaque séance est un certificat de réalisation.")
        if definition.validity_months is not None:
            problems.append("un certificat délivré pour une séance n'a pas de fin : laissez la durée vide.")
    if definition.validity_months is None:
        return problems
    if definition.window_days >= definition.validity_months * SHORTEST_MONTH:
        problems.append("elle serait à renouveler dès sa délivrance : réduisez le nombre de jours avant la fin.")
    if definition.renewal_path == RenewalPath.COURSES and not renewal:
        problems.append("choisissez la formation plus courte qui la renouvelle.")
    if definition.renewal_path == RenewalPath.STEPS:
        known = {key for course in award for key, _title in required_steps(course)}
        if not definition.renewal_steps:
            problems.append("choisissez les étapes à refaire pour la renouveler.")
        elif not {str(key) for key in definition.renewal_steps} <= known:
            problems.append("une des étapes à refaire n'est plus dans la formation : choisissez-les à nouveau.")
    return problems


def required_steps(course: CoursePage) -> list[tuple[str, str]]:
    """Return `(key, title)` of what the latest version of a course asks."""
    version = course.versions.order_by("-number").first()
    steps = version.manifest if version else []
    return [
        (step["step_key"], f"{step['module']} · {step['title']}")
        for step in steps
        if step["is_required"] and not step["is_withdrawn"]
    ]


def _is_assessed(course: CoursePage) -> bool:
    version = course.versions.order_by("-number").first()
    return version is not None and any(step.get("pass_mark") and step["is_required"] for step in version.manifest)
