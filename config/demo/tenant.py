"""The demo tenant, made through the same rules as any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from config import founding
from config.demo import campaigning, history, knowing, people, today
from config.demo.house import House
from staff import accounts, api_keys, members, venues
from tenants import lookup, scope
from tenants.models import Tenant, Venue
from tenants.permissions import Permission, Preset, Role

NAME = "Trattoria Demo"
SLUG = "trattoria-demo"
PASSWORD = "benvenuti-2026"  # noqa: S105 - printed on purpose: the demo is there to be looked at
STAFF = {
    Role.OWNER: ("giulia@demo.example.com", "Giulia Bassi"),
    Role.MANAGER: ("marta@demo.example.com", "Marta Villa"),
    Role.HOST: ("luca@demo.example.com", "Luca Serra"),
    Role.MARKETER: ("nina@demo.example.com", "Nina Costa"),
}
SENDER = {
    "legal_name": "Trattoria Demo S.r.l.",
    "postal_address": "Via Roma 1, 20121 Milano, Italia",
    "contact_details": "ciao@demo.example.com",
}
# A transaction holds a few locks for each guest, and PostgreSQL has room for some thousands.
CHUNK = 100
# Guests of today's service.
TODAY = 14


@dataclass(frozen=True, slots=True)
class Size:
    """How many guests, how many days of history, and the seed that makes them."""

    contacts: int
    days: int
    seed: int


def make(size: Size) -> dict[str, Any]:
    """Make the demo tenant and describe it: ids, logins, a new API key. One that is there already is left as it is."""
    tenant_id = lookup.tenant_with_slug(SLUG)
    if tenant_id is None:
        founded = founding.found(
            name=NAME,
            country="IT",
            timezone="Europe/Rome",
            currency="EUR",
            owner_email=STAFF[Role.OWNER][0],
            venue_names=["Centro", "Mare"],
        )
        tenant_id = founded.tenant.pk
        with scope.enter(tenant_id, scope.SYSTEM):
            _hire()
            _settle(founded.venues)
        _fill(tenant_id, founded.venues, size)
    with scope.enter(tenant_id, scope.SYSTEM):
        return _describe()


def _hire() -> None:
    for role, (email, name) in STAFF.items():
        user, _password = accounts.account(email, name=name, password=PASSWORD)
        user.name = name
        user.set_password(PASSWORD)
        user.save(update_fields=["name", "password"])
        members.add(user, role)


def _settle(venue_list: list[Venue]) -> None:
    """One venue asks for double opt-in, as Italy does by default, the other does not: both can be looked at."""
    for venue in venue_list:
        venues.update(venue, SENDER)
    venues.update(venue_list[-1], {"double_opt_in": False})


def _fill(tenant_id: UUID, venue_list: list[Venue], size: Size) -> None:
    """The past in chunks of guests, each a transaction of its own where nobody has opened one; then the present."""
    house = House(venues=venue_list, now=timezone.now(), days=size.days, seed=size.seed)
    for first in range(0, size.contacts, CHUNK):
        numbers = range(first, min(first + CHUNK, size.contacts))
        with scope.enter(tenant_id, scope.SYSTEM):
            history.write(people.patrons(house, numbers))
            history.write_unnamed(house, numbers)
    with scope.enter(tenant_id, scope.SYSTEM):
        chosen = house.dice("today").sample(range(size.contacts), min(TODAY, size.contacts))
        today.write(house, people.patrons(house, chosen, when="today"))
        knowing.write(house)
    campaigning.write(tenant_id, house)


def _describe() -> dict[str, Any]:
    tenant: Tenant = Tenant.objects.get(pk=scope.tenant_id())
    places = Venue.objects.order_by("created_at", "pk")
    besides = frozenset({Permission.GUEST_ACTION})
    _key, text = api_keys.create(name="Demo", preset=Preset.ADMIN, besides=besides)
    return {
        "tenant": {"id": str(tenant.pk), "name": tenant.name, "slug": tenant.slug},
        "venues": [{"id": str(venue.pk), "name": venue.name} for venue in places],
        "logins": [{"role": role, "email": email, "password": PASSWORD} for role, (email, _name) in STAFF.items()],
        "api_key": text,
        "path": f"/t/{tenant.slug}/",
    }
