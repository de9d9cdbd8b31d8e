"""The tenant that is measured: founded as `create_tenant` does, then filled at COPY speed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from bench import filling
from bench.copying import Place
from config import founding
from config.embedded import Connection
from crm import groups, segments
from crm.models import Contact, Tag
from staff import api_keys
from tenants import scope
from tenants.permissions import Preset

VENUES = ["Centro", "Mare", "Monte"]
# The chances to be in one are in bench.habits.
GROUPS = ["Newsletter", "Wine club"]
SEGMENT = "Good customers"
OWNER = "owner@bench.example.com"
NOTE = "filled.json"


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled tenant. `known` are guests of its list as they would book again; `owner` signs in with this e-mail."""

    tenant: str
    slug: str
    owner: str
    venues: Sequence[str]
    key: str
    contacts: int
    others: int
    known: Sequence[Mapping[str, str]] = ()

    @property
    def tenant_id(self) -> UUID:
        return UUID(self.tenant)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


def filled(connection: Connection, home: Path, *, contacts: int, others: int) -> Filled:
    """Found and fill the tenant, or take the one that an earlier run left in `home`."""
    note = home / NOTE
    if note.exists():
        return Filled(**json.loads(note.read_text()))
    found = _found(connection, contacts, others)
    note.write_text(json.dumps(asdict(found)))
    return found


def _found(connection: Connection, contacts: int, others: int) -> Filled:
    founded = founding.found(
        name="Bench",
        country="IT",
        timezone="Europe/Rome",
        currency="EUR",
        owner_email=OWNER,
        venue_names=VENUES,
    )
    venues = [str(venue.pk) for venue in founded.venues]
    with scope.enter(founded.tenant.pk, scope.SYSTEM):
        _key, text = api_keys.create(name="bench", preset=Preset.ADMIN)
        tags = {tag.key: str(tag.pk) for tag in Tag.objects.all()}
        group_ids = [str(groups.create(name).pk) for name in GROUPS]
        segments.create(SEGMENT, {"spend_min": 20_000, "visits_min": 4})
    place = Place(str(founded.tenant.pk), venues, tags, group_ids)
    admin_url = _admin_url(connection)
    filling.fill(admin_url, place, contacts=contacts, others=others, contacts_of_others=50)
    with scope.enter(founded.tenant.pk, scope.SYSTEM):
        known = _known_guests()
    return Filled(str(founded.tenant.pk), founded.tenant.slug, OWNER, venues, text, contacts, others, known)


def _known_guests() -> list[dict[str, str]]:
    """Every tenth of those with both keys who may order."""
    columns = ("first_name", "last_name", "email", "phone")
    rows = (
        Contact.objects.filter(ordering_blocks=None).exclude(email="").exclude(phone="").order_by("pk").values(*columns)
    )
    return list(rows[:200_000:10])


def _admin_url(connection: Connection) -> str:
    """The superuser in Coperto's database: only that role may switch triggers off."""
    return connection.admin_url.rpartition("/")[0] + "/" + connection.app_url.rpartition("/")[2]
