"""What is installed, and what was imported. Files stand in the storage `h5p`, in directories that never change."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from cms.core.querysets import holding_words
from courses.h5p.addresses import file_url
from courses.h5p.engine import libraries as engine
from courses.h5p.engine.issues import Severity
from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.results import Outcome
from courses.h5p.engine.xapi import Score
from courses.h5p.enums import UploadState

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif")


class LibraryQuerySet(models.QuerySet[Any]):
    def named(self, names: Any) -> "LibraryQuerySet":
        wanted = models.Q(pk__in=[])
        for name in names:
            wanted |= models.Q(machine_name=name.machine_name, major=name.major, minor=name.minor)
        return self.filter(wanted)

    def matching(self, text: str) -> "LibraryQuerySet":
        return holding_words(self, text, "title", "machine_name")

    def unused(self) -> "LibraryQuerySet":
        """Those no version of any content plays with: what one plays with includes all its libraries need."""
        return self.filter(uses=None)

    def with_usage(self) -> QuerySet[Any]:
        """With `contents`: how many contents play with each, in one version or another; by name."""
        order = ("machine_name", "-major", "-minor")
        return self.annotate(contents=Count("uses__content", distinct=True)).order_by(*order)


class Library(models.Model):
    """An installed library at its latest patch. Its directory holds the very files of its package.

    `description`: what the engine needs of library.json, see `courses.h5p.engine.libraries.Library`; `files` maps
    each path in the directory to its size in bytes. Quarantined, it stays there and its contents no longer play.
    """

    machine_name = models.CharField("nom de machine", max_length=255)
    major = models.PositiveIntegerField("version majeure")
    minor = models.PositiveIntegerField("version mineure")
    patch = models.PositiveIntegerField("correctif")
    title = models.CharField("titre", max_length=255)
    is_runnable = models.BooleanField("se joue seule")
    description = models.JSONField(default=dict)
    semantics = models.JSONField(null=True)
    files = models.JSONField(default=dict)
    size = models.PositiveBigIntegerField("taille (octets)", default=0)
    installed_at = models.DateTimeField("installée le", default=timezone.now)
    installed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name="installée par"
    )
    quarantined_at = models.DateTimeField("en quarantaine depuis", null=True, blank=True)
    quarantine_reason = models.CharField("motif", max_length=255, blank=True)

    objects = LibraryQuerySet.as_manager()

    class Meta:
        verbose_name = "bibliothèque H5P"
        verbose_name_plural = "bibliothèques H5P"
        ordering = ["machine_name", "-major", "-minor"]
        constraints = [
            models.UniqueConstraint(fields=["machine_name", "major", "minor"], name="h5p_library_identity"),
        ]
        permissions = [("install_library", "Peut installer des bibliothèques H5P")]

    def __str__(self) -> str:
        return f"{self.machine_name} {self.version}"

    @property
    def name(self) -> LibraryName:
        return LibraryName(self.machine_name, self.major, self.minor)

    @property
    def version(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def directory(self) -> str:
        """Each patch has its own: what a browser kept of a former one is never mistaken for this one."""
        return f"h5p/libraries/{self.machine_name}-{self.version}"

    @property
    def declared(self) -> engine.Library:
        """The library as the engine knows it."""
        return engine.from_description(
            self.name, self.patch, self.title, self.is_runnable, self.description, self.semantics
        )


def is_stopped() -> models.Exists:
    """Whether a content does not play: a library of its version in service is in quarantine."""
    return models.Exists(Library.objects.filter(uses=models.OuterRef("current")).exclude(quarantined_at=None))


class ContentQuerySet(models.QuerySet[Any]):
    def matching(self, text: str) -> "ContentQuerySet":
        """Every word in the title or in the name of the kind, whatever the accents."""
        return holding_words(self, text, "title", "current__main_library__title")

    def choosable(self) -> "ContentQuerySet":
        """What may be put in a page."""
        ready = self.filter(current__isnull=False).exclude(alternative="", derogation="")
        return ready.exclude(is_stopped())

    def drafts(self) -> "ContentQuerySet":
        return self.filter(alternative="", derogation="")

    def stopped(self) -> "ContentQuerySet":
        return self.filter(is_stopped())

    def with_state(self) -> "ContentQuerySet":
        """With `is_stopped`, and `to_review`: how many versions wait to be put in service."""
        waiting = ContentVersion.objects.to_review().filter(content=models.OuterRef("pk")).order_by()
        counted = waiting.values("content").annotate(count=Count("pk")).values("count")
        return self.annotate(is_stopped=is_stopped(), to_review=Coalesce(models.Subquery(counted), 0))


class Content(models.Model):
    """An activity made elsewhere. Replacing it makes a version; what was done with the former ones stays with them.

    `current` is the version in service. `alternative` is for who cannot use it; `derogation` says why there is none.
    With neither it is a draft: no page may show it (RGAA, thème 13). `last_number` is that of the last version made: a
    number thrown away is never given again, browsers keep what they read under it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField("titre", max_length=255)
    alternative = models.TextField(
        "texte de remplacement ou transcription",
        blank=True,
        help_text="Ce que l'activité apporte, pour qui ne peut pas s'en servir. Montré sous l'activité.",
    )
    derogation = models.TextField(
        "motif de dérogation",
        blank=True,
        help_text="Pourquoi l'activité n'a pas d'équivalent accessible, si elle n'en a pas.",
    )
    thumbnail = models.ForeignKey(
        "core.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name="vignette"
    )
    current = models.ForeignKey("ContentVersion", null=True, on_delete=models.PROTECT, related_name="+")
    last_number = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField("ajouté le", default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name="ajouté par"
    )

    objects = ContentQuerySet.as_manager()

    class Meta:
        verbose_name = "contenu H5P"
        verbose_name_plural = "contenus H5P"
        ordering = ["-created_at"]
        permissions = [("upload_content", "Peut importer des contenus H5P")]

    def __str__(self) -> str:
        return self.title

    @property
    def iri(self) -> str:
        """What its statements are about (xAPI, activity identifier); it names the content and leads nowhere."""
        return f"{settings.WAGTAILADMIN_BASE_URL}/h5p/{self.public_id}"

    @property
    def is_draft(self) -> bool:
        return not (self.alternative or self.derogation)


class ContentVersionQuerySet(models.QuerySet[Any]):
    def served(self) -> "ContentVersionQuerySet":
        """Those that are, or were, what people do."""
        return self.exclude(served_at=None)

    def to_review(self) -> "ContentVersionQuerySet":
        """Those that nobody put in service yet."""
        return self.filter(served_at=None)


class ContentVersion(models.Model):
    """What was imported one day, normalised. Never changed.

    `served_at` is when it was last put in service; until it was once, it waits to be reread and nobody meets it.

    `params` is what the semantics allow of content.json; `metadata` is h5p.json as it came; `files` maps each file
    of the content to its size in bytes; `libraries` are all it plays with. `copies` counts the libraries its package
    brought, installed or not, and `copies_size` their bytes once unpacked: what a place that shares nothing would keep.
    """

    content = models.ForeignKey(Content, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("numéro")
    main_library = models.ForeignKey(Library, on_delete=models.PROTECT, related_name="+")
    libraries = models.ManyToManyField(Library, related_name="uses")
    params = models.JSONField(default=dict)
    metadata = models.JSONField(default=dict)
    files = models.JSONField(default=dict)
    size = models.PositiveBigIntegerField("taille (octets)", default=0)
    copies = models.PositiveIntegerField(default=0)
    copies_size = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField("importée le", default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    served_at = models.DateTimeField("mise en service le", null=True)

    objects = ContentVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "version d'un contenu H5P"
        ordering = ["content", "-number"]
        constraints = [models.UniqueConstraint(fields=["content", "number"], name="h5p_version_number")]

    def __str__(self) -> str:
        return f"{self.content}, version {self.number}"

    @property
    def own_title(self) -> str:
        """The title it came with; that of its content may be another."""
        title = self.metadata.get("title")
        return title.strip() if isinstance(title, str) else ""

    @property
    def picture(self) -> str:
        """The address of an image to know it by: the first it holds, else the icon of its library, else nothing."""
        for path in sorted(self.files):
            if path.lower().endswith(PICTURES):
                return file_url(f"{self.directory}/{path}")
        library = self.main_library
        return file_url(f"{library.directory}/icon.svg") if "icon.svg" in library.files else ""

    @property
    def is_playable(self) -> bool:
        """False while one of its libraries is in quarantine."""
        return not self.libraries.filter(quarantined_at__isnull=False).exists()

    @property
    def directory(self) -> str:
        return f"h5p/contents/{self.content.public_id}/{self.number}"


class RegistrationQuerySet(models.QuerySet[Any]):
    def of(self, person: Any) -> "RegistrationQuerySet":
        """Those of one person, with what receiving results needs."""
        return self.filter(person=person).select_related("content")


class Registration(models.Model):
    """One person's dealings with one content in one place (xAPI: `context.registration`).

    `context` is a word of the room that asks, opaque here. The version is the one it started with, until an attempt is
    finished and a later version is current. `finished_sequence` is where the last finished attempt ends, -1 without
    any; `received` counts what was sent, `window_count` what was sent since `window_at`.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="registrations")
    version = models.ForeignKey(ContentVersion, on_delete=models.PROTECT, related_name="+")
    context = models.CharField(max_length=150)
    created_at = models.DateTimeField("commencée le", default=timezone.now)
    viewed_at = models.DateTimeField("affichée le", null=True)
    declared_at = models.DateTimeField("déclarée terminée le", null=True)
    finished_sequence = models.BigIntegerField(default=-1)
    received = models.PositiveIntegerField(default=0)
    window_at = models.DateTimeField(default=timezone.now)
    window_count = models.PositiveIntegerField(default=0)

    # What it takes to play, when it was just opened (`services.registrations.Opening`).
    opening: Any = None

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = "usage d'un contenu H5P"
        verbose_name_plural = "usages de contenus H5P"
        constraints = [models.UniqueConstraint(fields=["person", "content", "context"], name="h5p_registration_once")]

    def __str__(self) -> str:
        return f"{self.person}, {self.content}, {self.context}"


class Statement(models.Model):
    """What a content said, as `courses.h5p.engine.xapi.as_json` writes it, kept as it was first received.

    Its addresses are relative to the one of the content. `version` is the one that was playing.
    """

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="statements")
    version = models.ForeignKey(ContentVersion, on_delete=models.PROTECT, related_name="+")
    uuid = models.UUIDField()
    sequence = models.BigIntegerField()
    body = models.JSONField()
    received_at = models.DateTimeField("reçu le", default=timezone.now)

    class Meta:
        verbose_name = "résultat H5P"
        verbose_name_plural = "résultats H5P"
        constraints = [models.UniqueConstraint(fields=["registration", "uuid"], name="h5p_statement_once")]

    def __str__(self) -> str:
        return f"{self.body.get('verb')} ({self.uuid})"


class Attempt(models.Model):
    """An attempt brought to its end: what `engine.results.attempts_of` makes of the statements, and nothing else.

    `statement` is the one that ends it, `number` its rank; `success` is null when the content does not tell. Scores are
    points. `answers` are the last words of its questions, as `xapi.as_json` writes them. Times are those of reception.
    """

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="attempts")
    version = models.ForeignKey(ContentVersion, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField("rang")
    statement = models.UUIDField()
    score = models.FloatField("score", null=True)
    max_score = models.FloatField("score maximal", null=True)
    success = models.BooleanField("réussite", null=True)
    is_derived = models.BooleanField("déduite de ses parties")
    started_at = models.DateTimeField("commencée le")
    finished_at = models.DateTimeField("terminée le")
    answers = models.JSONField(default=list)

    class Meta:
        verbose_name = "essai d'un contenu H5P"
        verbose_name_plural = "essais de contenus H5P"
        ordering = ["registration", "number"]
        constraints = [models.UniqueConstraint(fields=["registration", "statement"], name="h5p_attempt_once")]

    def __str__(self) -> str:
        return f"{self.registration}, essai {self.number}"

    def outcome(self, *, pass_mark: float) -> Outcome:
        """The attempt as `engine.results.standing` weighs it; `pass_mark` decides when the content does not tell."""
        score = Score(self.score, self.max_score) if self.score is not None and self.max_score is not None else None
        passed = self.success
        if passed is None and score is not None:
            passed = score.scaled >= pass_mark
        return Outcome(score, passed)


class SavedState(models.Model):
    """Where someone left a content, as its own script wrote it (H5P: `contentUserData`)."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="states")
    data_type = models.CharField(max_length=100)
    sub_content_id = models.CharField(max_length=64, default="0")
    body = models.TextField(help_text="vide : oublié")
    sequence = models.BigIntegerField("dit à", default=0, help_text="en millisecondes depuis 1970")
    updated_at = models.DateTimeField("enregistré le", default=timezone.now)

    class Meta:
        verbose_name = "état d'un contenu H5P"
        verbose_name_plural = "états de contenus H5P"
        constraints = [
            models.UniqueConstraint(fields=["registration", "data_type", "sub_content_id"], name="h5p_state_once"),
        ]

    def __str__(self) -> str:
        return f"{self.registration}, {self.data_type}"


class UploadQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> "UploadQuerySet":
        """One's own; all of them for who may install libraries."""
        return self if user.has_perm("h5p.install_library") else self.filter(sent_by=user)

    def waiting(self) -> "UploadQuerySet":
        return self.filter(state=UploadState.WAITING)

    def listed(self) -> "UploadQuerySet":
        """With what a list says of them, and nothing of what is long."""
        rows = self.select_related("sent_by", "version")
        return rows.defer("report", "libraries", "version__params", "version__metadata", "version__files")


class Upload(models.Model):
    """A package sent through the admin, and what became of it.

    `report`: what was found in it, as `Issue.as_dict` gives it, errors first; `unsaid` counts what did not fit there.
    `libraries`: what it brings when it has to wait, as text ("H5P.Sort 1.2.4"), those needed by others first.
    `replaced_title` is that of the content it replaces, as it was when it was sent. `waits` counts the times it waited
    for an administrator, over now. The file is kept until it is known what to do with it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField("état", max_length=10, choices=UploadState, default=UploadState.RECEIVED)
    title = models.CharField("titre", max_length=255, blank=True)
    filename = models.CharField("nom du fichier", max_length=255)
    size = models.PositiveBigIntegerField("taille (octets)")
    replaces = models.ForeignKey(
        Content, null=True, on_delete=models.CASCADE, related_name="+", verbose_name="remplace"
    )
    replaced_title = models.CharField(max_length=255, blank=True)
    report = models.JSONField("rapport", default=list)
    unsaid = models.PositiveIntegerField(default=0)
    libraries = models.JSONField("bibliothèques apportées", default=list)
    version = models.ForeignKey(ContentVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField("envoyé le", default=timezone.now)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name="envoyé par"
    )
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    waits = models.PositiveSmallIntegerField(default=0)
    decline_reason = models.CharField("motif", max_length=255, blank=True)
    settled_at = models.DateTimeField("réglé le", null=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = "envoi H5P"
        verbose_name_plural = "envois H5P"
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(settled_at=None, state__in=[UploadState.RECEIVED, UploadState.WAITING])
                | models.Q(settled_at__isnull=False) & ~models.Q(state__in=[UploadState.RECEIVED, UploadState.WAITING]),
                name="h5p_upload_settled",
            )
        ]

    def __str__(self) -> str:
        return self.title or self.filename

    @property
    def path(self) -> str:
        return f"h5p/uploads/{self.public_id}.h5p"

    @property
    def outbox_key(self) -> str:
        """One piece of work to check it, another each time it waited."""
        return f"h5p-upload:{self.public_id}:{self.waits}"

    @property
    def has_waited(self) -> bool:
        return self.waits > 0

    @property
    def is_settled(self) -> bool:
        return self.settled_at is not None

    @property
    def errors(self) -> list[dict[str, str]]:
        return [issue for issue in self.report if issue["severity"] == Severity.ERROR]

    @property
    def warnings(self) -> list[dict[str, str]]:
        return [issue for issue in self.report if issue["severity"] == Severity.WARNING]


class ForwardingQuerySet(models.QuerySet[Any]):
    def waiting(self) -> "ForwardingQuerySet":
        return self.filter(sent_at=None, set_aside_at=None)

    def due(self, now: datetime) -> "ForwardingQuerySet":
        """Those to send now, the longest due first."""
        return self.waiting().filter(available_at__lte=now).order_by("available_at", "pk")

    def set_aside(self) -> "ForwardingQuerySet":
        return self.filter(set_aside_at__isnull=False)


class Forwarding(models.Model):
    """A statement to send to the Learning Record Store: waiting, sent, or set aside because the store refused it."""

    statement = models.OneToOneField(Statement, on_delete=models.CASCADE, related_name="forwarding")
    queued_at = models.DateTimeField("mis en attente le", default=timezone.now)
    available_at = models.DateTimeField("à envoyer à partir de", default=timezone.now)
    tries = models.PositiveSmallIntegerField("essais", default=0)
    last_error = models.CharField("motif", max_length=500, blank=True)
    sent_at = models.DateTimeField("transmis le", null=True)
    set_aside_at = models.DateTimeField("mis de côté le", null=True)

    objects = ForwardingQuerySet.as_manager()

    class Meta:
        verbose_name = "résultat à transmettre"
        verbose_name_plural = "résultats à transmettre"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sent_at=None) | models.Q(set_aside_at=None), name="h5p_forwarding_one_end"
            ),
        ]
        indexes = [
            models.Index(
                fields=["available_at", "id"],
                condition=models.Q(sent_at=None, set_aside_at=None),
                name="h5p_forwarding_waiting",
            ),
            models.Index(fields=["sent_at"], condition=models.Q(sent_at__isnull=False), name="h5p_forwarding_sent"),
        ]

    def __str__(self) -> str:
        return str(self.statement)

    @property
    def store_id(self) -> uuid.UUID:
        """What the store knows it by. Made here, since a browser chose `statement.uuid`, and could choose another's."""
        return uuid.uuid5(self.statement.registration.public_id, str(self.statement.uuid))


class ForwardingState(models.Model):
    """How sending goes, in one row, made at the first trouble.

    `stopped_for` is the fingerprint of the destination that must be looked at before anything more is sent to it.
    """

    failures = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)
    stopped_for = models.CharField(max_length=64, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    last_error_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "état de la transmission"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="h5p_forwarding_one_state")]

    def __str__(self) -> str:
        return self.last_error
