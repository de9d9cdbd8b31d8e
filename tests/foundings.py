"""The tenants of the tests, founded as `create_tenant` founds them."""

from __future__ import annotations

from config import founding
from tenants import scope
from tenants.models import Venue
from tests import kept
from tests.personas import Place

_founded: dict[tuple[str, ...], tuple[Place, kept.Written]] = {}


def trattoria() -> Place:
    """Our own tenant."""
    return found(name="Trattoria", country="IT", timezone="Europe/Rome", currency="EUR", venues=["Centro", "Mare"])


def bistro() -> Place:
    """The stranger."""
    return found(name="Bistro", country="CA", timezone="America/Toronto", currency="CAD", venues=["Plateau"])


def found(*, name: str, country: str, timezone: str, currency: str, venues: list[str]) -> Place:
    """A new tenant with these venues, and its owner; it has the same ids in every test of a process."""
    asked = (name, country, timezone, currency, *venues)
    if asked in _founded:
        first, written = _founded[asked]
        with scope.enter(first.id, scope.SYSTEM):
            again: Place = written.lay_down()
        return again
    founded = founding.found(
        name=name,
        country=country,
        timezone=timezone,
        currency=currency,
        owner_email=f"owner@{name.lower()}.example.com",
        venue_names=venues,
    )
    place = Place(tenant=founded.tenant, venues=founded.venues, owner=founded.owner, password=founded.password or "")
    with scope.enter(place.id, scope.SYSTEM):
        _introduce(place)
        _founded[asked] = place, kept.Written.of(place, before={}, after=kept.rows_of_tenant())
    return place


def _introduce(place: Place) -> None:
    """Whom marketing is from (R-CONSENT-4): without it none leaves the house, and that has tests of its own."""
    sender = {
        "legal_name": f"{place.tenant.name} Ltd",
        "postal_address": "Main Street 1, Springfield",
        "contact_details": "hello@example.com",
    }
    Venue.objects.update(**sender)
    for venue in place.venues:
        vars(venue).update(sender)
