"""Everything that changes who is where: invitations, accounts, memberships."""

from datetime import date
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from cms.accounts.enums import Role
from cms.accounts.errors import (
    AccountClosed,
    AccountExists,
    AlreadyMember,
    InvitationClosed,
    MoveTooEarly,
    NotTheInvited,
)
from cms.accounts.models import INVITATION_TIME, Invitation, Membership, Organisation, Session, User
from cms.core.mail import signature


def invite(
    *,
    email: str,
    organisation: Organisation,
    role: str | None = None,
    first_name: str = "",
    last_name: str = "",
    invited_by: User | None = None,
) -> Invitation:
    """Keep a place for this address in `organisation` for `INVITATION_TIME`, and send the mail.

    Inviting again renews the invitation still waiting: same address, new delay, new mail; without a `role` it
    keeps the one it had (member at first). Someone who has an account elsewhere is invited to join with it.
    Raises AlreadyMember, AccountClosed.
    """
    email = email.strip().lower()
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        if Membership.objects.not_ended().filter(person__email=email, organisation=organisation).exists():
            raise AlreadyMember(f"{email} est déjà dans la structure « {organisation} ».")
        if User.objects.filter(email=email, is_active=False).exists():
            raise AccountClosed(f"Le compte de {email} est fermé. L'administration du site peut le rouvrir.")
        invitation, _created = Invitation.objects.update_or_create(
            email=email,
            organisation=organisation,
            accepted_at=None,
            defaults={
                "first_name": first_name,
                "last_name": last_name,
                "invited_by": invited_by,
                "expires_at": timezone.now() + INVITATION_TIME,
            }
            | ({"role": role} if role else {}),
        )
        _send(invitation)
    return invitation


def invite_again(*, invitation: Invitation, invited_by: User) -> Invitation:
    """Send a waiting invitation once more, as it was, with a new delay. Raises AlreadyMember, AccountClosed."""
    return invite(
        email=invitation.email,
        organisation=invitation.organisation,
        first_name=invitation.first_name,
        last_name=invitation.last_name,
        invited_by=invited_by,
    )


def withdraw(*, invitation: Invitation) -> None:
    """Take back an invitation: its link no longer works. One accepted is kept: raises InvitationClosed."""
    with transaction.atomic():
        waiting = Invitation.objects.select_for_update(of=("self",)).filter(pk=invitation.pk, accepted_at=None)
        if not waiting:
            raise InvitationClosed
        waiting.delete()


def _send(invitation: Invitation) -> None:
    address = settings.WAGTAILADMIN_BASE_URL + reverse("accounts:invitation", args=[invitation.token])
    context = signature() | {
        "invitation": invitation,
        "address": address,
        "days": INVITATION_TIME.days,
        "has_account": User.objects.filter(email=invitation.email).exists(),
    }
    subject = render_to_string("accounts/mail/invitation_subject.txt", context)
    body = render_to_string("accounts/mail/invitation_body.txt", context)
    send_mail(" ".join(subject.split()), body.strip(), None, [invitation.email])


def open_account(*, token: UUID, first_name: str, last_name: str, job: str, password: str) -> User:
    """Turn an invitation into an account, its verified address and its membership.

    Raises InvitationClosed, or AccountExists when the address got an account meanwhile.
    """
    with transaction.atomic():
        invitation = _take(token)
        person, is_new = User.objects.get_or_create(
            email=invitation.email,
            defaults={
                "first_name": first_name,
                "last_name": last_name,
                "job": job,
                "password": make_password(password),
            },
        )
        if not is_new:
            raise AccountExists("Cette adresse a déjà un compte : connectez-vous pour rejoindre la structure.")
        # The link was received at that address: it is verified.
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        _join(invitation, person)
    return person


def join(*, token: UUID, person: User) -> Membership:
    """Add to someone's account the organisation that invited their address. Raises InvitationClosed, NotTheInvited."""
    with transaction.atomic():
        invitation = _take(token)
        if person.email != invitation.email:
            raise NotTheInvited("Cette invitation est adressée à quelqu'un d'autre.")
        return _join(invitation, person)


def _take(token: UUID) -> Invitation:
    invitation = Invitation.objects.select_for_update(of=("self",)).select_related("organisation").get(token=token)
    if not invitation.is_open:
        raise InvitationClosed("Cette invitation a expiré ou a déjà servi.")
    return invitation


def _join(invitation: Invitation, person: User) -> Membership:
    invitation.accepted_at = timezone.now()
    invitation.accepted_by = person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    membership, _created = Membership.objects.get_or_create(
        person=person,
        organisation=invitation.organisation,
        ends_on=None,
        defaults={"role": invitation.role, "starts_on": timezone.localdate()},
    )
    return membership


def move_person(*, person: User, organisation: Organisation, on: date, role: str = Role.MEMBER) -> Membership:
    """Close what ties `person` to other organisations on that day, and open a membership in `organisation`.

    What the person did stays theirs: enrolments and evidence are not touched. Raises AlreadyMember, MoveTooEarly.
    """
    with transaction.atomic():
        person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
        current = person.memberships.filter(Q(ends_on=None) | Q(ends_on__gt=on))
        if current.filter(organisation=organisation).exists():
            raise AlreadyMember(f"{person} est déjà dans la structure « {organisation} ».")
        if current.filter(starts_on__gt=on).exists():
            raise MoveTooEarly(f"{person} a un rattachement qui commence après cette date.")
        current.update(ends_on=on)
        return Membership.objects.create(person=person, organisation=organisation, role=role, starts_on=on)


def deactivate(*, person: User) -> None:
    """Close an account: no more sign-in, sessions ended, memberships closed today. Nothing is erased."""
    today = timezone.localdate()
    with transaction.atomic():
        person.is_active = False
        person.save(update_fields=["is_active"])
        open_memberships = person.memberships.filter(Q(ends_on=None) | Q(ends_on__gt=today))
        open_memberships.filter(starts_on__gt=today).delete()
        open_memberships.update(ends_on=today)
        UserSession.objects.filter(user=person).delete()
        Session.objects.filter(user=person).delete()


def set_email(*, person: User, email: str) -> None:
    """Give `person` another address, vouched for by whoever calls: it replaces the former ones and is verified."""
    with transaction.atomic():
        person.email = email.strip().lower()
        person.save(update_fields=["email"])
        EmailAddress.objects.filter(user=person).delete()
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)


def erase(*, person: User) -> None:
    """Forget who `person` was: names, address, sign-in, former names, invitations. What they did stays, nobody's.

    RGPD, article 17. It cannot be undone; done twice, it changes nothing more.
    """
    with transaction.atomic():
        person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
        if person.erased_at is not None:
            return
        deactivate(person=person)
        Invitation.objects.filter(Q(email=person.email) | Q(accepted_by=person)).delete()
        EmailAddress.objects.filter(user=person).delete()
        Authenticator.objects.filter(user=person).delete()
        SocialAccount.objects.filter(user=person).delete()
        person.groups.clear()
        person.first_name, person.last_name, person.job = "Personne", "effacée", ""
        person.email = f"{person.public_id}@efface.invalid"
        person.is_staff = person.is_superuser = False
        person.erased_at = timezone.now()
        person.set_unusable_password()
        person.save()
        person.former_names.all().delete()
