"""People, the organisations they work for, and the door they come through."""

import uuid
from datetime import date, datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.functional import cached_property

from cms.accounts.enums import COORDINATION, TRAINERS, Job, OrganisationKind, Role
from cms.accounts.querysets import MembershipQuerySet, OrganisationQuerySet, UserQuerySet
from cms.core.fields import LinesField, LowerEmailField
from cms.core.functions import Fold


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]  # managers of Wagtail are untyped
    """A person who signs in by e-mail. Never deleted while a trace points to them."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    email = LowerEmailField(
        "adresse électronique", unique=True, error_messages={"unique": "Cette adresse a déjà un compte."}
    )
    first_name = models.CharField("prénom", max_length=100)
    last_name = models.CharField("nom", max_length=100)
    job = models.CharField("métier", max_length=40, choices=Job, blank=True)
    is_staff = models.BooleanField("accès technique", default=False)
    is_active = models.BooleanField(
        "actif",
        default=True,
        help_text="Décochez plutôt que de supprimer : les preuves restent à la personne.",
    )
    date_joined = models.DateTimeField("créé le", default=timezone.now, db_default=Now())
    # Who this was is no longer known (RGPD, article 17); what they did still counts, for nobody.
    erased_at = models.DateTimeField("effacé le", null=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    objects = UserManager.from_queryset(UserQuerySet)()

    class Meta:
        verbose_name = "personne"
        verbose_name_plural = "personnes"
        indexes = [
            models.Index(
                Fold("last_name"),
                Fold("first_name"),
                "id",
                name="user_by_name",
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return f"{self.first_name} {self.last_name[:1]}.".strip() if self.last_name else self.first_name

    # Roles. The session that brings a user fetches the three flags in its own query (see `sessions`).
    @cached_property
    def is_trainer(self) -> bool:
        return self.groups.filter(name=TRAINERS).exists()

    @cached_property
    def is_coordinator(self) -> bool:
        return self.groups.filter(name=COORDINATION).exists()

    @cached_property
    def is_lead(self) -> bool:
        return Membership.objects.current().filter(person=self, role=Role.LEAD).exists()

    @property
    def sees_everyone(self) -> bool:
        return self.is_superuser or self.is_coordinator

    @property
    def has_pilotage(self) -> bool:
        """May open /pilotage/: everyone there for the coordination, their own people for a lead."""
        return self.sees_everyone or self.is_lead

    @property
    def has_admin(self) -> bool:
        """May open the publishing tools."""
        return self.is_superuser or self.is_coordinator or self.is_trainer


class FormerName(models.Model):
    """How a person was called until `changed_at`; written by a database trigger each time a name changes."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="former_names")
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "ancien nom"
        verbose_name_plural = "anciens noms"
        indexes = [models.Index(fields=["person", "changed_at"], name="former_name_of")]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"


class Session(AbstractBaseSession):
    """A session in the database that knows whose it is, so that both come in one query."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")

    class Meta(AbstractBaseSession.Meta):
        pass

    @classmethod
    def get_session_store_class(cls) -> type:
        from cms.accounts.sessions import SessionStore  # the store imports this model

        return SessionStore


def siret_is_valid(value: str) -> bool:
    """A SIRET is 14 digits whose Luhn sum is a multiple of 10 (INSEE)."""
    digits = [int(char) for char in reversed(value) if char.isdigit()]
    return len(digits) == 14 and sum(sum(divmod(d * (1 + i % 2), 10)) for i, d in enumerate(digits)) % 10 == 0


class Organisation(models.Model):
    """An employer of insertion professionals: Département, CAF, mission locale, CCAS…"""

    code = models.CharField(
        "code",
        max_length=30,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9-]+$", "Lettres capitales, chiffres et tirets.")],
    )
    name = models.CharField("nom", max_length=200)
    former_names = LinesField(verbose_name="anciens noms", help_text="Un par ligne. La recherche les retrouve.")
    kind = models.CharField("nature", max_length=20, choices=OrganisationKind)
    description = models.TextField("rôle dans le SPIE", blank=True)
    contact_name = models.CharField("contact", max_length=200, blank=True)
    contact_email = models.EmailField("adresse électronique du contact", blank=True)
    contact_phone = models.CharField("téléphone", max_length=30, blank=True)
    website = models.URLField("site", blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    is_active = models.BooleanField("membre du SPIE", default=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "structure"
        verbose_name_plural = "structures"
        ordering = [Fold("name"), "id"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.siret and not siret_is_valid(self.siret):
            raise ValidationError({"siret": "Ce numéro SIRET n'est pas valable : 14 chiffres, clé comprise."})


class Membership(models.Model):
    """One person in one organisation between two dates; `ends_on` is the first day no longer there."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships", verbose_name="personne")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships", verbose_name="structure"
    )
    role = models.CharField("rôle", max_length=10, choices=Role, default=Role.MEMBER)
    starts_on = models.DateField("depuis le", default=date.today)
    ends_on = models.DateField("jusqu'au", null=True, blank=True, help_text="Premier jour hors de la structure.")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "rattachement"
        verbose_name_plural = "rattachements"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="membership_dates_in_order",
                violation_error_message="La fin ne peut pas précéder le début.",
            ),
            models.UniqueConstraint(
                fields=["person", "organisation"],
                condition=Q(ends_on=None),
                name="membership_one_open",
                violation_error_message="Cette personne est déjà rattachée à cette structure.",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "person", "starts_on", "ends_on"], name="membership_of_org")]

    def __str__(self) -> str:
        return f"{self.person} · {self.organisation}"


INVITATION_TIME = timedelta(days=7)


class Invitation(models.Model):
    """A place kept for an e-mail address; the only way to open an account."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = LowerEmailField("adresse électronique")
    first_name = models.CharField("prénom", max_length=100, blank=True)
    last_name = models.CharField("nom", max_length=100, blank=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="invitations", verbose_name="structure"
    )
    role = models.CharField("rôle", max_length=10, choices=Role, default=Role.MEMBER)
    invited_by = models.ForeignKey(
        User,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="invité par",
        editable=False,
    )
    created_at = models.DateTimeField("créée le", default=timezone.now, editable=False)
    expires_at = models.DateTimeField("valable jusqu'au", editable=False)
    accepted_at = models.DateTimeField("acceptée le", null=True, editable=False)
    accepted_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="invitations_accepted", editable=False
    )

    class Meta:
        verbose_name = "invitation"
        verbose_name_plural = "invitations"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["email", "organisation"],
                condition=Q(accepted_at=None),
                name="invitation_one_waiting",
                violation_error_message="Cette personne est déjà invitée dans cette structure.",
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def sent_at(self) -> datetime:
        """When the mail last went: sending it again gives it its whole time again."""
        return self.expires_at - INVITATION_TIME

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.expires_at > timezone.now()

    @property
    def state(self) -> str:
        if self.accepted_at:
            return "Acceptée"
        return "En attente" if self.is_open else "Expirée"
