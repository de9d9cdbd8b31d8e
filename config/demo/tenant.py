"""The demo tenant, made through the same rules as any other."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from config import founding
from config.demo import history, people
from consent import unsubscribing
from consent.status import ConsentChannel
from crm import editing, tags
from crm.models import Contact
from staff import accounts, api_keys, members, venues
from tenants import lookup, scope
from tenants.models import Tenant, Venue
from tenants.permissions import OWNER_PERMISSIONS, Permission, Preset, Role

NAME = "Trattoria Demo"
SLUG = "trattoria-demo"
PASSWORD = "benvenuti-2026"  # noqa: S105 - printed on purpose: the demo is there to be looked at
STAFF = {
    Role.OWNER: ("giulia@demo.example.com", "Giulia Bassi"),
    Role.MANAGER: ("marta@demo.example.com", "Marta Villa"),
    Role.HOST: ("luca@demo.example.com", "Luca Serra"),
    Role.MARKETER: ("nina@demo.example.com", "Nina Costa"),
}
NOTES = ("Prefers the quiet room.", "Always asks for the fish of the day.", "Ask after the book.", "Drinks no wine.")


@dataclass(frozen=True, slots=True)
class Size:
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
            _fill(founded.venues, size)
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
    venues.update(venue_list[-1], {"double_opt_in": False})


def _fill(venue_list: list[Venue], size: Size) -> None:
    dice = random.Random(size.seed)  # noqa: S311 - invented guests, no secret
    house = history.House(venues=venue_list, now=timezone.now(), dice=dice)
    guests = list(people.guests(size.contacts, dice))
    history.write_past(house, guests, days=size.days)
    history.write_today(house, dice.sample(guests, min(14, len(guests))))
    _decorate(venue_list, dice)


def _decorate(venue_list: list[Venue], dice: random.Random) -> None:
    """Tags, notes and nicknames, as a house that knows its guests keeps them."""
    tags.create("Allergy")
    keys = [*tags.SYSTEM_TAGS, "allergy"]
    contacts = list(Contact.objects.order_by("pk"))
    for contact in dice.sample(contacts, len(contacts) // 3):
        for key in dice.sample(keys, dice.choice((1, 1, 2))):
            tags.add(contact, key)
    for contact in dice.sample(contacts, min(8, len(contacts))):
        editing.edit(contact, {"notes": dice.choice(NOTES)})
    for contact in dice.sample([one for one in contacts if one.email], len(contacts) // 12):
        unsubscribing.unsubscribe(contact, venue=venue_list[0], channel=ConsentChannel.EMAIL, at=timezone.now())
    if contacts:
        editing.edit(contacts[0], {"nickname": "la notaia"})


def _describe() -> dict[str, Any]:
    tenant: Tenant = Tenant.objects.get(pk=scope.tenant_id())
    places = Venue.objects.order_by("created_at", "pk")
    permissions = OWNER_PERMISSIONS | {Permission.GUEST_ACTION}
    _key, text = api_keys.create(name="Demo", preset=Preset.ADMIN, permissions=permissions)
    return {
        "tenant": {"id": str(tenant.pk), "name": tenant.name, "slug": tenant.slug},
        "venues": [{"id": str(venue.pk), "name": venue.name} for venue in places],
        "logins": [{"role": role, "email": email, "password": PASSWORD} for role, (email, _name) in STAFF.items()],
        "api_key": text,
        "path": f"/t/{tenant.slug}/",
    }
