"""Filling a tenant at COPY speed with what crm.intake and bookings.taking would have written for the same guests.

The rows go in as the superuser with triggers off: COPY under row level security is refused, and three million
deferred checks of composite keys would say only that this module is right.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from django.db import models
from psycopg import sql

from bench.people import Person, people
from bookings.models import Booking, BookingStatus
from crm import profile, search_text
from crm.models import (
    Contact,
    ContactIdentifier,
    ContactStats,
    ContactTag,
    SearchToken,
    Tag,
    Visit,
    VisitSource,
    VisitSourceKind,
)
from crm.statistics import COUNTS as COUNTERS
from crm.tags import SYSTEM_TAGS
from tenants.models import Tenant, Venue

TABLES: tuple[type[models.Model], ...] = (
    Tenant,
    Venue,
    Tag,
    Contact,
    ContactIdentifier,
    ContactStats,
    ContactTag,
    SearchToken,
    Visit,
    VisitSource,
    Booking,
)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A tenant to fill: ids as text, its tags by key."""

    tenant: str
    venues: Sequence[str]
    tags: dict[str, str]


@dataclass(slots=True)
class Numbers:
    """Ids as uuid7 would give them, but the same in every run: the time, then a counter."""

    taken: int = 0

    def next(self, day: datetime.date) -> str:
        self.taken += 1
        instant = (day.toordinal() - 719_163) * 86_400_000
        return str(UUID(int=instant << 80 | 7 << 76 | 2 << 62 | self.taken))


@dataclass(slots=True)
class Writer:
    """One open COPY for each table. A column that a row does not name gets the model's default."""

    copies: dict[type[models.Model], psycopg.Copy]
    blanks: dict[type[models.Model], dict[str, str]] = field(default_factory=dict)

    def write(self, model: type[models.Model], row: Row) -> None:
        blank = self.blanks.get(model)
        if blank is None:
            blank = self.blanks[model] = _blank(model)
        line = blank | {name: _text(value) for name, value in row.items()}
        self.copies[model].write("\t".join(line.values()) + "\n")

    def write_tokens(self, tenant: str, contact: str, tokens: Iterable[str]) -> None:
        """The tokens of one contact at once: they are two thirds of all rows."""
        self.copies[SearchToken].write("".join(f"{tenant}\t{token}\t{contact}\n" for token in tokens))


@contextmanager
def writing(admin_url: str) -> Iterator[Writer]:
    """A connection and a COPY for each table, all committed at the end."""
    with ExitStack() as stack:
        copies = {}
        for model in TABLES:
            connection = stack.enter_context(psycopg.connect(admin_url))
            connection.execute("SET session_replication_role = replica")
            columns = sql.SQL(", ").join(sql.Identifier(column) for column in _blank(model))
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(model._meta.db_table), columns)
            copies[model] = stack.enter_context(connection.cursor().copy(statement))
        yield Writer(copies)


def fill(admin_url: str, place: Place, *, contacts: int, others: int, contacts_of_others: int) -> None:
    """Fill `place` with guests, and add so many other tenants with a few guests each."""
    numbers = Numbers()
    with writing(admin_url) as writer:
        for row in range(others):
            stranger = _stranger(writer, numbers, row)
            for person in people(contacts_of_others, venues=1, seed=row):
                _write(writer, numbers, stranger, person)
        for person in people(contacts, venues=len(place.venues)):
            _write(writer, numbers, place, person)
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


def _stranger(writer: Writer, numbers: Numbers, row: int) -> Place:
    day = datetime.date(2023, 1, 1)
    tenant, venue = numbers.next(day), numbers.next(day)
    writer.write(
        Tenant, {"id": tenant, "name": f"Stranger {row}", "slug": f"stranger-{row}", "country": "IT", "created_at": day}
    )
    place = {"name": "Only", "country": "IT", "timezone": "Europe/Rome", "currency": "EUR", "consent_regime": "gdpr"}
    writer.write(Venue, {"id": venue, "tenant_id": tenant, "created_at": day, **place})
    tags = {key: numbers.next(day) for key in SYSTEM_TAGS}
    for key, pk in tags.items():
        writer.write(
            Tag, {"id": pk, "tenant_id": tenant, "key": key, "label": key, "is_system": True, "created_at": day}
        )
    return Place(tenant, [venue], tags)


def _write(writer: Writer, numbers: Numbers, place: Place, person: Person) -> None:
    contact = _contact(person, place.tenant)
    pk = numbers.next(person.first_contact_on)
    own = {"tenant_id": place.tenant, "contact_id": pk}
    writer.write(Contact, {"id": pk, "tenant_id": place.tenant, **_columns_of(contact)})
    for kind, value, is_key in _identifiers(contact):
        identifier = {"id": numbers.next(person.first_contact_on), "kind": kind, "value": value, "is_key": is_key}
        writer.write(ContactIdentifier, {**identifier, **own})
    writer.write_tokens(place.tenant, pk, _tokens(contact))
    for key in person.tags:
        tag = {"id": numbers.next(person.first_contact_on), "tag_id": place.tags[key], "created_at": contact.created_at}
        writer.write(ContactTag, {**tag, **own})
    _write_stays(writer, numbers, place, person, own)


def _contact(person: Person, tenant: str) -> Contact:
    at = _noon(person.first_contact_on)
    contact = Contact(
        tenant_id=tenant,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        phone=person.phone,
        language=person.language,
        birthday=person.birthday,
        company=person.company,
        first_channel=person.channel,
        last_channel=person.channel,
        first_contact_on=person.first_contact_on,
        last_activity_at=at,
        profile_at=at,
        created_at=at,
        updated_at=at,
    )
    profile.derive(contact)
    return contact


_GIVEN = (
    *("first_name", "last_name", "email", "phone", "language", "birthday", "company", "first_channel", "last_channel"),
    *("first_contact_on", "last_activity_at", "profile_at", "created_at", "updated_at"),
    *profile.DERIVED_FIELDS,
)


def _columns_of(contact: Contact) -> Row:
    return {name: getattr(contact, name) for name in _GIVEN}


def _identifiers(contact: Contact) -> Iterable[tuple[str, str, bool]]:
    if contact.email:
        yield "email", contact.email, True
    if contact.phone:
        yield "phone", contact.phone, not contact.email


def _tokens(contact: Contact) -> list[str]:
    return sorted(
        search_text.index_tokens(
            first_name=contact.first_name,
            last_name=contact.last_name,
            email=contact.email,
            company=contact.company,
            phone=contact.phone,
        )
    )


def _write_stays(writer: Writer, numbers: Numbers, place: Place, person: Person, own: Row) -> None:
    by_venue: dict[str, dict[str, int]] = {}
    days: dict[tuple[str, datetime.date], str] = {}
    for stay in person.stays:
        venue = place.venues[stay.venue]
        booking = _write_booking(writer, numbers, person, own, venue, stay.day, stay.status)
        counters = by_venue.setdefault(venue, dict.fromkeys(COUNTERS, 0))
        counters["booking_count"] += 1
        if stay.status != BookingStatus.FINISHED:
            counters[f"{stay.status}_count"] += 1
            continue
        if (venue, stay.day) not in days:
            days[venue, stay.day] = visit = numbers.next(stay.day)
            counters["visit_count"] += 1
            writer.write(Visit, {"id": visit, "venue_id": venue, "local_date": stay.day, **own})
        source = {"id": numbers.next(stay.day), "visit_id": days[venue, stay.day], "source_id": booking}
        about = {"kind": VisitSourceKind.BOOKING, "happened_at": _noon(stay.day), "tenant_id": place.tenant}
        writer.write(VisitSource, source | about)
    totals = {name: sum(counters[name] for counters in by_venue.values()) for name in COUNTERS}
    last = {"last_visit_on": max(day for _venue, day in days)} if days else {}
    writer.write(ContactStats, {"by_venue": by_venue, **own, **totals, **last})


def _write_booking(
    writer: Writer, numbers: Numbers, person: Person, own: Row, venue: str, day: datetime.date, status: str
) -> str:
    pk, at = numbers.next(day), _noon(day)
    guest = {"first_name": person.first_name, "last_name": person.last_name, "email": person.email}
    booking = {"id": pk, "venue_id": venue, "kind": "reservation", "channel": "web", "status": status, "party_size": 2}
    times = {"starts_at": at, "service_date": day, "status_at": at, "created_at": at, "updated_at": at}
    arrival = {"arrived_at": at} if status == BookingStatus.FINISHED else {}
    writer.write(Booking, {**booking, **times, **arrival, **own, "guest": guest})
    return pk


def _noon(day: datetime.date) -> datetime.datetime:
    return datetime.datetime(day.year, day.month, day.day, 12, tzinfo=datetime.UTC)


def _blank(model: type[models.Model]) -> dict[str, str]:
    fields = [one for one in model._meta.concrete_fields if one.column]
    return {str(one.column): "" if one.column == "tenant_id" else _text(_default(one)) for one in fields}


def _default(one: Any) -> Any:
    return None if one.is_relation else one.get_default()


def _text(value: Any) -> str:
    """A value as COPY reads it; the made-up guests hold no tabs, line ends or backslashes."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value)
