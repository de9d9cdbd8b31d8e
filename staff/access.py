"""Who comes in, and into which tenant: an API key, or a member of staff (R-PRIV-3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from staff import api_keys
from tenants import lookup, scope
from tenants.models import Membership
from tenants.permissions import ROLE_PERMISSIONS
from tenants.refusal import Refusal
from tenants.scope import Actor, ActorKind


class SignInRequired(Refusal):
    code = "not_authenticated"
    status = 401
    default_message = _("Send an API key: Authorization: Bearer <key>.")


class TenantRequired(Refusal):
    code = "tenant_required"
    status = 400
    default_message = _("You work for several tenants: name one in the header X-Tenant.")


class NotAMember(Refusal):
    code = "not_found"
    status = 404
    default_message = _("Not found.")


@dataclass(frozen=True, slots=True)
class Entry:
    """The tenant and actor of a request; `key` is set when an API key opened it, `membership` when a member of staff did.

    The membership comes with its tenant. `has_other_tenants` is known of who came by a page.
    """

    tenant_id: UUID
    actor: Actor
    key: api_keys.KnownKey | None = None
    membership: Membership | None = None
    has_other_tenants: bool = False


def of_api_request(*, authorization: str | None, user_id: Callable[[], UUID | None], tenant: str | None) -> Entry:
    """The entry of an API request. A key comes first, so that a bad one is 401 even within a session.

    Raises SignInRequired, api_keys.KeyRefused, TenantRequired or NotAMember.
    """
    if authorization is not None:
        key = api_keys.authenticate(authorization)
        return Entry(tenant_id=key.tenant_id, actor=key.actor, key=key)
    user = user_id()
    if user is None:
        raise SignInRequired
    return _of_session(user, tenant)


def of_member(user_id: UUID, slug: str) -> Entry | None:
    """The entry of a member of staff into the tenant with this slug; None when the user is no active member."""
    tenant_id, tenant_count = lookup.entrance(user_id, slug)
    entry = None if tenant_id is None else _into(user_id, tenant_id)
    return entry and replace(entry, has_other_tenants=tenant_count > 1)


def _of_session(user_id: UUID, tenant: str | None) -> Entry:
    if tenant is None:
        places = lookup.memberships_of_user(user_id)
        if len(places) != 1:
            raise TenantRequired
        tenant_id: UUID | None = places[0][0]
    else:
        tenant_id = _named_tenant(tenant)
    entry = None if tenant_id is None else _into(user_id, tenant_id)
    if entry is None:
        raise NotAMember
    return entry


def _named_tenant(name: str) -> UUID | None:
    """X-Tenant holds the tenant's id or its slug."""
    try:
        return UUID(name)
    except ValueError:
        return lookup.tenant_with_slug(name)


def _into(user_id: UUID, tenant_id: UUID) -> Entry | None:
    with scope.enter(tenant_id, scope.SYSTEM):
        found = Membership.objects.select_related("user", "tenant").filter(user_id=user_id, is_active=True)
        membership = found.first()
    return None if membership is None else Entry(tenant_id, actor_of(membership), membership=membership)


def actor_of(membership: Membership) -> Actor:
    return Actor(
        kind=ActorKind.USER,
        id=membership.user_id,
        label=str(membership.user),
        permissions=ROLE_PERMISSIONS[membership.role],
        role=membership.role,
    )
