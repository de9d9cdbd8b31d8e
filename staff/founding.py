"""Founding a tenant: its row, its venues, its owner."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from uuid import UUID

from allauth.account.models import EmailAddress
from django.utils.text import slugify
from uuid_utils.compat import uuid7

from audit import recording
from audit.actions import Action
from staff import members, venues
from tenants import lookup, scope
from tenants.models import Membership, Tenant, User, Venue
from tenants.permissions import Role


@dataclass(frozen=True, slots=True)
class Founded:
    """`password` is None when the owner already had an account."""

    tenant: Tenant
    venues: list[Venue]
    owner: User
    password: str | None


def new_tenant_id() -> UUID:
    """The id of a tenant to be: its scope is entered first, since row level security lets nobody else write its row."""
    return uuid7()


def found(*, name: str, country: str, timezone: str, currency: str, owner_email: str, venue_names: list[str]) -> Founded:
    """Write the tenant whose scope is in force, with its venues and its owner."""
    tenant = Tenant(id=scope.tenant_id(), name=name, slug=_free_slug(name), country=country, language=_language_of(country))
    tenant.save(force_insert=True)
    recording.record(Action.TENANT_CREATED, tenant, after={"name": name})
    places = [
        venues.create(name=venue, country=country, timezone=timezone, currency=currency) for venue in venue_names or [name]
    ]
    owner, password = account(owner_email)
    members.add(owner, Role.OWNER)
    return Founded(tenant=tenant, venues=places, owner=owner, password=password)


def account(email: str, *, name: str = "", password: str | None = None) -> tuple[User, str | None]:
    """The user with this e-mail, made with a password when there is none yet.

    The address counts as verified: the operator vouches for it.
    """
    known = User.objects.filter(email=email.strip().lower()).first()
    if known is not None:
        return known, None
    password = password or secrets.token_urlsafe(12)
    user = User.objects.create_user(email=email, password=password, name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user, password


def _free_slug(name: str) -> str:
    base = slugify(name)[:50] or "tenant"
    slug, number = base, 2
    while lookup.tenant_with_slug(slug) is not None:
        slug, number = f"{base}-{number}", number + 1
    return slug


def _language_of(country: str) -> str:
    return {"IT": "it", "FR": "fr", "PL": "pl", "CA": "fr"}.get(country, "en")


def membership_of(user: User) -> Membership | None:
    return Membership.objects.filter(user=user, is_active=True).first()
