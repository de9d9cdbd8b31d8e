"""Accepting an invitation: with a new account, or with the one that is signed in (R-PRIV-3).

Who holds the link reads the invitee's mailbox, so it may make the account of that e-mail. An account that exists
already is joined only by its own user, signed in: the link alone opens nobody's account.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from staff import accounts, invitation_links, invitations, members, tenant_settings
from staff.invitation_links import InvitationClosed, Link
from staff.models import Invitation
from tenants import scope
from tenants.models import Membership, Tenant, User
from tenants.refusal import Refusal
from tenants.scope import Actor, ActorKind


class NotTheInvitee(Refusal):
    code = "not_the_invitee"
    status = 403
    default_message = _("This invitation is for another e-mail. Sign out, then open the link again.")


class SignInToJoin(Refusal):
    code = "sign_in_to_join"
    status = 403
    default_message = _("You already have an account: sign in to accept.")


@dataclass(frozen=True, slots=True)
class Offer:
    """What the page shows; with `has_account` the invitee signs in, without it they choose a password."""

    tenant: Tenant
    invitation: Invitation
    has_account: bool


def offer(token: str) -> Offer:
    """What the link offers. Raises InvitationClosed."""
    link = invitation_links.read(token)
    with scope.enter(link.tenant_id, scope.SYSTEM):
        invitation = _good(link)
        has_account = User.objects.filter(email=link.email).exists()
        return Offer(tenant=tenant_settings.current(), invitation=invitation, has_account=has_account)


def join(token: str, user: User) -> Tenant:
    """Accept with the account that is signed in. Raises InvitationClosed, NotTheInvitee."""
    link = invitation_links.read(token)
    if user.email != link.email:
        raise NotTheInvitee
    with scope.enter(link.tenant_id, _newcomer(user)):
        _accept(link, user)
        return tenant_settings.current()


def register(token: str, *, name: str, password: str) -> tuple[Tenant, User]:
    """Accept with a new account; the door has validated the password. Raises InvitationClosed, SignInToJoin."""
    link = invitation_links.read(token)
    with scope.enter(link.tenant_id, scope.SYSTEM):
        invitation = _good(link)
        user, made = accounts.account(link.email, name=name, password=password, language=invitation.language)
        if made is None:
            raise SignInToJoin
        with scope.enter(link.tenant_id, _newcomer(user)):
            _accept(link, user)
        return tenant_settings.current(), user


def _newcomer(user: User) -> Actor:
    return Actor(kind=ActorKind.USER, id=user.pk, label=str(user))


def _accept(link: Link, user: User) -> Membership:
    invitation = _good(link)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return members.add(user, invitation.role)


def _good(link: Link) -> Invitation:
    """The invitation, locked. Raises InvitationClosed when answered, expired, or changed since the link was made."""
    invitation = invitations.lock_open(link.invitation_id)
    if invitation.expires_at <= timezone.now() or (invitation.email, invitation.role) != (link.email, link.role):
        raise InvitationClosed
    return invitation
