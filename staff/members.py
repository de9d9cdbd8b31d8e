"""Staff of a tenant: roles, who may give them, who may leave and who may not (R-PRIV-3)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from tenants import scope
from tenants.models import Membership, User
from tenants.permissions import ROLE_PERMISSIONS, Role
from tenants.refusal import Refusal


class LastOwner(Refusal):
    code = "last_owner"
    status = 422
    default_message = _("A tenant keeps at least one owner: make somebody else owner first.")


class RoleAboveOwn(Refusal):
    code = "role_above_own"
    status = 403
    default_message = _("You can neither give nor take away a role that may do more than you.")


def everyone() -> QuerySet[Membership]:
    """Those who work here now, with their users."""
    return Membership.objects.select_related("user").filter(is_active=True)


def add(user: User, role: str) -> Membership:
    """Give a user a place in the tenant; a former member comes back with the new role."""
    membership = Membership.objects.filter(user=user).first() or Membership(user=user)
    membership.role = role
    membership.is_active = True
    membership.save()
    recording.record(Action.MEMBER_JOINED, membership, after={"email": user.email, "role": role})
    return membership


def change_role(membership: Membership, role: str) -> Membership:
    """Raises RoleAboveOwn, and LastOwner when the only owner would stop being one."""
    if membership.role == role:
        return membership
    check_may_give(membership.role)
    check_may_give(role)
    if role != Role.OWNER:
        _keep_an_owner(membership)
    before = membership.role
    membership.role = role
    membership.save(update_fields=["role"])
    recording.record(Action.MEMBER_UPDATED, membership, before={"role": before}, after={"role": role})
    return membership


def remove(membership: Membership) -> None:
    """End a membership at once: every later request of the user is refused. Raises RoleAboveOwn, LastOwner."""
    if not membership.is_active:
        return
    check_may_give(membership.role)
    _keep_an_owner(membership)
    membership.is_active = False
    membership.save(update_fields=["is_active"])
    recording.record(Action.MEMBER_REMOVED, membership, before={"role": membership.role})


def may_give(role: str) -> bool:
    """Whether the actor in force may do all that the role may: a manager makes no owner."""
    return ROLE_PERMISSIONS[role] <= scope.actor().permissions


def check_may_give(role: str) -> None:
    if not may_give(role):
        raise RoleAboveOwn(field="role")


def _keep_an_owner(leaving: Membership) -> None:
    """Locks the owners, so that two of them cannot leave at the same moment."""
    owners = Membership.objects.select_for_update().filter(role=Role.OWNER, is_active=True).order_by("pk")
    if [owner.pk for owner in owners] == [leaving.pk]:
        raise LastOwner
