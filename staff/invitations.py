"""Inviting staff by e-mail, sending the link again, withdrawing it (R-PRIV-3). Accepting is in staff/joining.py."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from staff import accounts, invitation_links, invitation_mail, members, places, tenant_settings
from staff.models import Invitation
from tenants import uniqueness
from tenants.models import Membership
from tenants.refusal import Refusal


class AlreadyMember(Refusal):
    code = "already_member"
    status = 409
    default_message = _("This person already works here.")


class AlreadyInvited(Refusal):
    code = "already_invited"
    status = 409
    default_message = _("Somebody else has just invited this person.")


def waiting() -> QuerySet[Invitation]:
    """The invitations that nobody has answered; expired ones too, so that they can be sent again."""
    rows: QuerySet[Invitation] = Invitation.objects.filter(accepted_at=None, withdrawn_at=None)
    return rows


def invite(email: str, role: str, *, language: str | None = None) -> Invitation:
    """Offer a place and mail the link. Inviting the same e-mail again replaces the role and mails a new link.

    Raises accounts.EmailInvalid, AlreadyMember, AlreadyInvited, places.UnknownLanguage and members.RoleAboveOwn.
    """
    email = accounts.checked_email(email)
    tenant = tenant_settings.current()
    language = language or tenant.language
    places.check_language(language)
    members.check_may_give(role)
    if Membership.objects.filter(user__email=email, is_active=True).exists():
        raise AlreadyMember(field="email")
    invitation = waiting().select_for_update().filter(email=email).first() or Invitation(email=email)
    invitation.role, invitation.language = role, language
    invitation.expires_at = timezone.now() + invitation_links.LIFETIME
    with uniqueness.refuse("one_open_invitation_per_email", AlreadyInvited(field="email")):
        invitation.save()
    recording.record(Action.MEMBER_INVITED, invitation, after={"email": email, "role": role})
    invitation_mail.send(invitation, tenant)
    return invitation


def resend(invitation: Invitation) -> Invitation:
    """Mail a new link, good for seven days from now. Raises InvitationClosed, members.RoleAboveOwn."""
    invitation = lock_open(invitation.pk)
    return invite(invitation.email, invitation.role, language=invitation.language)


def link_to_hand_on(invitation: Invitation) -> str | None:
    """The link, for staff whose mail does not arrive; None where it would let a manager become an owner."""
    return invitation_links.url_of(invitation) if members.may_give(invitation.role) else None


def withdraw(invitation: Invitation) -> None:
    """Void every link that was sent for it. Raises InvitationClosed."""
    invitation = lock_open(invitation.pk)
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    recording.record(Action.INVITATION_REVOKED, invitation, before={"email": invitation.email, "role": invitation.role})


def lock_open(invitation_id: UUID) -> Invitation:
    """The invitation, locked, so that it is answered once. Raises InvitationClosed when it has been already."""
    invitation = waiting().select_for_update().filter(pk=invitation_id).first()
    if invitation is None:
        raise invitation_links.InvitationClosed
    return invitation
