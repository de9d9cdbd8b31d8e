"""Staff of a tenant: roles, who may leave and who may not (R-PRIV-3)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from tenants.models import Membership, User
from tenants.permissions import Role
from tenants.refusal import Refusal


class LastOwner(Refusal):
    code = "last_owner"
    status = 422
    default_message = _("A tenant keeps at least one owner: make somebody else owner first.")


def add(user: User, role: str) -> Membership:
    """Give a user a place in the tenant; a former member comes back with the new role."""
    membership = Membership.objects.filter(user=user).first() or Membership(user=user)
    membership.role = role
    membership.is_active = True
    membership.save()
    recording.record(Action.MEMBER_JOINED, membership, after={"email": user.email, "role": role})
    return membership


def change_role(membership: Membership, role: str) -> Membership:
    """Raises LastOwner when the only owner would stop being one."""
    if membership.role == role:
        return membership
    if role != Role.OWNER:
        _keep_an_owner(membership)
    before = membership.role
    membership.role = role
    membership.save(update_fields=["role"])
    recording.record(Action.MEMBER_UPDATED, membership, before={"role": before}, after={"role": role})
    return membership


def remove(membership: Membership) -> None:
    """End a membership at once: every later request of the user is refused. Raises LastOwner."""
    if not membership.is_active:
        return
    _keep_an_owner(membership)
    membership.is_active = False
    membership.save(update_fields=["is_active"])
    recording.record(Action.MEMBER_REMOVED, membership, before={"role": membership.role})


def _keep_an_owner(leaving: Membership) -> None:
    """Locks the owners, so that two of them cannot leave at the same moment."""
    owners = Membership.objects.select_for_update().filter(role=Role.OWNER, is_active=True).order_by("pk")
    if [owner.pk for owner in owners] == [leaving.pk]:
        raise LastOwner()
