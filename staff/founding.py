"""Founding a tenant: its row, its venues, its owner.

Whom marketing is from, nobody knows on the first day but the owner's address: the legal name and the postal address stay
empty until staff state them in the venue's settings, and no marketing leaves before (R-CONSENT-4).
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils.text import slugify
from uuid_utils.compat import uuid7

from audit import recording
from audit.actions import Action
from staff import accounts, members, tenant_settings, venues
from tenants import lookup, scope
from tenants.models import Tenant, User, Venue
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


def found(
    *, name: str, country: str, timezone: str, currency: str, owner_email: str, venue_names: list[str]
) -> Founded:
    """Write the tenant whose scope is in force, with its venues and its owner.

    Raises accounts.EmailInvalid for `owner_email`, tenant_settings.TenantNameNeeded, and for each venue the refusals of
    staff.venues.
    """
    tenant = _tenant(name, country)
    founded = [
        _venue(venue, country, timezone, currency, contact_details=owner_email) for venue in venue_names or [name]
    ]
    owner, password = accounts.account(owner_email)
    members.add(owner, Role.OWNER)
    return Founded(tenant=tenant, venues=founded, owner=owner, password=password)


def _tenant(name: str, country: str) -> Tenant:
    tenant_settings.check({"name": name, "country": country})
    tenant = Tenant(
        id=scope.tenant_id(), name=name, slug=_free_slug(name), country=country, language=_language_of(country)
    )
    tenant.save(force_insert=True)
    recording.record(Action.TENANT_CREATED, tenant, after={"name": name})
    return tenant


def _venue(name: str, country: str, timezone: str, currency: str, *, contact_details: str) -> Venue:
    """The tenant and its venues both have a name: a refused one of a venue says so."""
    try:
        return venues.create(
            name=name, country=country, timezone=timezone, currency=currency, contact_details=contact_details
        )
    except (venues.VenueNameNeeded, venues.VenueNameInUse) as refusal:
        refusal.field = "venue.name"
        raise


def _free_slug(name: str) -> str:
    """The name as it stands in addresses, numbered when taken; one founding at a time, so that none is taken twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('tenants.slug'))")
    base = slugify(name)[:50].strip("-") or "tenant"
    slug, number = base, 2
    while lookup.tenant_with_slug(slug) is not None:
        slug, number = f"{base}-{number}", number + 1
    return slug


def _language_of(country: str) -> str:
    return {"IT": "it", "FR": "fr", "PL": "pl", "CA": "fr"}.get(country, "en")
