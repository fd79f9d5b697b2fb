"""What is awarded, and on which terms.

A definition is content, edited and published in the admin; each publication that changes its words makes a version.
A credential is a row nothing changes: what it states is its snapshot (see `docs/attestations.md`).
"""

import uuid
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.models import DraftStateMixin, Orderable, PreviewableMixin, RevisionMixin

from certifications.enums import EventKind, Kind, Path, Purpose, RenewalPath, Threshold
from certifications.querysets import CredentialQuerySet, DefinitionQuerySet, ExternalTrainingQuerySet
from cms.accounts.models import siret_is_valid
from cms.core.fields import LinesField
from cms.core.models import Image
from courses.models import CoursePage, Enrolment
from courses.sessions.models import TrainingSession

STATEMENT = "Nous attestons que {personne}, {employeur}, a suivi la formation « {formation} » ({duree})."
NATURE = "Action de formation (article L6313-1, 1° du Code du travail)"
# Two thousand hours, in minutes.
LONGEST_TRAINING = 120_000


@register_setting(icon="clipboard-list")
class Provider(BaseGenericSetting):
    """Who delivers: what the law asks every credential to say of it."""

    name = models.CharField("dénomination", max_length=200, blank=True)
    legal_form = models.CharField("forme juridique", max_length=200, blank=True)
    address = models.TextField("adresse", blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    activity_number = models.CharField(
        "numéro de déclaration d'activité",
        max_length=30,
        blank=True,
        help_text="Celui de l'organisme de formation, s'il en a un (Code du travail, L6351-1).",
    )

    panels = [
        MultiFieldPanel(
            [
                FieldPanel("name"),
                FieldPanel("legal_form"),
                FieldPanel("address"),
                FieldPanel("siret"),
                FieldPanel("activity_number"),
            ],
            heading="Imprimé sur chaque attestation délivrée à partir de maintenant ; celles d'avant ne changent pas",
        )
    ]

    class Meta:
        verbose_name = "organisme qui délivre"

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.siret and not siret_is_valid(self.siret):
            raise ValidationError({"siret": "Ce numéro SIRET n'est pas valable : 14 chiffres, clé comprise."})


class CredentialDefinition(PreviewableMixin, DraftStateMixin, RevisionMixin, ClusterableModel):  # type: ignore[misc]
    """A kind of credential: what leads to it, what it says, how long it lasts, how it is renewed."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("nature", max_length=30, choices=Kind, default=Kind.FOLLOWED)
    title = models.CharField("titre", max_length=200, help_text="Tel qu'il sera imprimé.")
    path = models.CharField("ce qui y mène", max_length=10, choices=Path, default=Path.ANY)
    applies_from = models.DateField(
        "délivrée à qui a terminé depuis le",
        default=timezone.localdate,
        help_text="Reculez cette date pour la délivrer aussi à qui a déjà terminé.",
    )
    # When it stopped being awarded: whoever had completed before still gets theirs.
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    statement = models.TextField(
        "phrase d'attestation",
        default=STATEMENT,
        help_text="Mots remplacés à la délivrance : {personne}, {employeur}, {formation}, {duree}, {debut}, {fin}.",
    )
    paragraphs = LinesField(verbose_name="paragraphes", help_text="Un par ligne, sous la phrase d'attestation.")
    mentions = LinesField(verbose_name="mentions", help_text="Une par ligne, en bas de page.")
    nature = models.CharField("nature de l'action", max_length=200, default=NATURE, blank=True)
    signatory_name = models.CharField("nom", max_length=200, blank=True)
    signatory_quality = models.CharField(
        "qualité", max_length=200, blank=True, help_text="Par exemple : directrice de l'insertion."
    )
    signature = models.ForeignKey(
        Image,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="image de la signature",
    )
    logo = models.ForeignKey(
        Image, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name="logo"
    )
    validity_months = models.PositiveSmallIntegerField(
        "valable (mois)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
        help_text="Vide : sans fin.",
    )
    window_days = models.PositiveSmallIntegerField(
        "peut être renouvelée (jours avant la fin)", default=90, validators=[MaxValueValidator(366)]
    )
    renewal_path = models.CharField("pour la renouveler", max_length=10, choices=RenewalPath, default=RenewalPath.SAME)
    # Keys of steps of the courses that lead to it, when renewing asks for these alone.
    renewal_steps: Any = ArrayField(models.UUIDField(), default=list, blank=True, verbose_name="étapes à refaire")

    objects = DefinitionQuerySet.as_manager()
    view = "certifications.views.preview"

    class Meta:
        verbose_name = "modèle d'attestation"
        verbose_name_plural = "modèles d'attestation"
        ordering = ["title", "pk"]
        permissions = [("publish_credentialdefinition", "Peut publier un modèle d'attestation")]
        constraints = [
            models.CheckConstraint(
                condition=Q(validity_months=None) | Q(validity_months__gte=1), name="definition_validity_from_one"
            )
        ]

    def __str__(self) -> str:
        return self.title or "Modèle sans titre"

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """A draft is seen as the document it would give, drawn above the models."""
        return import_string(self.view)(request, self)

    def courses_for(self, purpose: Purpose) -> list[CoursePage]:
        links: Any = self.course_links  # type: ignore[attr-defined]
        return [link.course for link in links.all() if link.purpose == purpose]


class DefinitionCourse(Orderable):
    definition = ParentalKey(CredentialDefinition, on_delete=models.CASCADE, related_name="course_links")
    course = models.ForeignKey(
        CoursePage, on_delete=models.PROTECT, related_name="credential_links", verbose_name="formation"
    )
    purpose = models.CharField("sert à", max_length=10, choices=Purpose, default=Purpose.AWARD)

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["definition", "course", "purpose"], name="definition_course_once")
        ]

    def __str__(self) -> str:
        return f"{self.definition} · {self.course}"


class CredentialAsset(models.Model):
    """A picture as it was printed, found by its fingerprint: it stays when the image of the admin goes."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    media_type = models.CharField(max_length=40)
    content = models.BinaryField()

    class Meta:
        verbose_name = "image d'attestation"

    def __str__(self) -> str:
        return self.sha256


class DefinitionVersion(models.Model):
    """The words of a definition on the day it was published, pictures by their fingerprint; never changed.

    `content`: `{kind, title, statement, paragraphs, mentions, nature, provider, signatory, logo, validity_months,
    window_days}` (see `services.definitions`).
    """

    definition = models.ForeignKey(CredentialDefinition, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("numéro")
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "version d'un modèle"
        verbose_name_plural = "versions d'un modèle"
        ordering = ["definition", "-number"]
        constraints = [models.UniqueConstraint(fields=["definition", "number"], name="definition_version_once")]

    def __str__(self) -> str:
        return f"{self.definition}, version {self.number}"


class Credential(models.Model):
    """One credential of one person. Triggers refuse to change or delete it, but for the erasure of the person.

    Its primary key is also its place in the status lists of badges. `snapshot` is every word it states, null once
    erased; `sha256` the fingerprint of its canonical JSON. A correction `supersedes` what it corrects; what follows
    a renewal `renews` what came before.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="credentials", verbose_name="personne"
    )
    definition = models.ForeignKey(CredentialDefinition, on_delete=models.PROTECT, related_name="credentials")
    version = models.ForeignKey(DefinitionVersion, on_delete=models.PROTECT, related_name="credentials")
    enrolment = models.ForeignKey(Enrolment, null=True, on_delete=models.PROTECT, related_name="credentials")
    # What earned it, when it is awarded for a session rather than for a course.
    session = models.ForeignKey(TrainingSession, null=True, on_delete=models.PROTECT, related_name="credentials")
    issued_at = models.DateTimeField("délivrée le")
    valid_from = models.DateField("valable à partir du")
    valid_until = models.DateField("valable jusqu'au", null=True)
    window_days = models.PositiveSmallIntegerField(default=0)
    snapshot = models.JSONField(null=True)
    sha256 = models.CharField(max_length=64)
    supersedes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="superseded_by")
    renews = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="renewals")

    # Read by `with_facts()`.
    extended_until: date | None
    ends_on: date | None
    is_revoked: bool
    is_superseded: bool
    is_renewed: bool

    objects = CredentialQuerySet.as_manager()

    class Meta:
        verbose_name = "attestation"
        verbose_name_plural = "attestations"
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "definition"], condition=Q(supersedes=None), name="credential_once_per_enrolment"
            ),
            models.UniqueConstraint(
                fields=["session", "person", "definition"],
                condition=Q(supersedes=None),
                name="credential_once_per_session",
            ),
            models.CheckConstraint(condition=Q(session=None) | Q(enrolment=None), name="credential_earned_by_one"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="credential_dates_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "definition"], name="credential_of_person"),
            models.Index(fields=["valid_until"], condition=~Q(valid_until=None), name="credential_by_end"),
            models.Index(fields=["-issued_at", "-id"], name="credential_by_issue"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}"

    def get_absolute_url(self) -> str:
        return reverse("certifications:verify", args=[self.public_id])


class CredentialSource(models.Model):
    """An enrolment that served to earn a credential: it serves once per definition, in a path of several too."""

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="sources")
    definition = models.ForeignKey(CredentialDefinition, on_delete=models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["definition", "enrolment"], name="credential_source_once")]

    def __str__(self) -> str:
        return f"{self.credential} · {self.enrolment_id}"


class ExternalTraining(models.Model):
    """What someone followed elsewhere, in their own words: shown as declared, never attested by the site."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="external_trainings", verbose_name="personne"
    )
    title = models.CharField("intitulé", max_length=200)
    provider = models.CharField("organisme", max_length=200)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    minutes = models.PositiveIntegerField("durée (minutes)")
    note = models.TextField("ce que j'en retiens", blank=True)
    declared_at = models.DateTimeField("déclarée le", default=timezone.now)

    objects = ExternalTrainingQuerySet.as_manager()

    class Meta:
        verbose_name = "formation suivie ailleurs"
        verbose_name_plural = "formations suivies ailleurs"
        ordering = ["-starts_on", "-pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="external_training_dates_in_order"),
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=LONGEST_TRAINING), name="external_training_minutes"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CredentialEvent(models.Model):
    """What happened to a credential since it was issued. Append-only."""

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=EventKind)
    recorded_at = models.DateTimeField(default=timezone.now)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField("raison", blank=True)
    until = models.DateField("jusqu'au", null=True)

    class Meta:
        verbose_name = "événement d'une attestation"
        verbose_name_plural = "événements d'une attestation"
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["credential", "kind"], condition=~Q(kind=EventKind.EXTENDED), name="credential_event_once"
            ),
            models.CheckConstraint(
                condition=Q(kind=EventKind.EXTENDED, until__isnull=False)
                | (~Q(kind=EventKind.EXTENDED) & Q(until=None)),
                name="credential_extension_has_end",
            ),
        ]
        indexes = [models.Index(fields=["kind", "recorded_at"], name="credential_event_by_kind")]

    def __str__(self) -> str:
        return f"{self.credential} · {self.get_kind_display()}"


class CredentialFile(models.Model):
    """The fingerprint of a PDF the site gave: a file sent to be verified is recognised without being opened."""

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="files")
    sha256 = models.CharField(max_length=64, unique=True)
    template_version = models.CharField(max_length=40)
    rendered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "fichier d'attestation"

    def __str__(self) -> str:
        return self.sha256


class CredentialNotice(models.Model):
    """That someone was told of the end of a credential, or that the moment to tell it had passed.

    `reader` is its person, or a lead. One threshold of one end is decided once; an extension makes another end.
    `told_on` is null when nothing was sent (see `reminders`).
    """

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="notices")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ends_on = models.DateField()
    threshold = models.SmallIntegerField(choices=Threshold)
    told_on = models.DateField(null=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "rappel d'échéance"
        verbose_name_plural = "rappels d'échéance"
        constraints = [
            models.UniqueConstraint(
                fields=["credential", "reader", "ends_on", "threshold"], name="credential_notice_once"
            )
        ]
        indexes = [models.Index(fields=["reader", "told_on"], name="credential_notice_by_day")]

    def __str__(self) -> str:
        return f"{self.credential} · {self.get_threshold_display()}"


class BadgeKey(models.Model):
    """The public half of a key that has signed badges: kept, so that they verify long after another replaced it."""

    kid = models.CharField("empreinte (RFC 7638)", max_length=43, unique=True)
    jwk = models.JSONField()
    first_used_at = models.DateTimeField("sert depuis", default=timezone.now)
    retired_at = models.DateTimeField("remplacée", null=True)
    # It leaked: what it signed is no longer believed.
    revoked_at = models.DateTimeField("répudiée", null=True)

    class Meta:
        verbose_name = "clé des badges"
        verbose_name_plural = "clés des badges"
        ordering = ["-first_used_at", "-pk"]

    def __str__(self) -> str:
        return self.kid


class BadgeChoice(models.Model):
    """What the holder wants in their badge, from that instant: the latest counts. Gone when the person is erased.

    `salt` is that of the hashes of the badge, the same in all the choices of a credential; `email` is theirs then.
    """

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="badge_choices")
    shows_name = models.BooleanField("écrire mon nom dans mon badge", default=False)
    email = models.EmailField()
    salt = models.CharField(max_length=32)
    chosen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "choix pour un badge"
        verbose_name_plural = "choix pour un badge"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.credential} · {self.chosen_at}"
