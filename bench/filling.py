"""Filling a tenant with what crm.intake, bookings.taking, orders.taking and the like would have written for its guests."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

import psycopg
from django.db import models

from bench import counting, facts, habits
from bench.copying import Numbers, Place, Row, Writer, noon, writing
from bench.habits import Habits
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
    VisitSourceKind,
)
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
    Booking,
    *facts.TABLES,
)


def fill(admin_url: str, place: Place, *, contacts: int, others: int, contacts_of_others: int) -> None:
    """Fill `place` with guests, and add so many other tenants with a few guests each."""
    numbers = Numbers()
    with writing(admin_url, TABLES) as writer:
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
    at = noon(person.first_contact_on)
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
    """Everything that happened, and the statistics of it. A stranger's guests only book."""
    visits = facts.Visits(writer, numbers, place, own)
    for stay in person.stays:
        venue = place.venues[stay.venue]
        booking = _write_booking(writer, numbers, person, own, venue, stay.day, stay.status)
        if stay.status == BookingStatus.FINISHED:
            visits.count(stay.venue, stay.day, VisitSourceKind.BOOKING, booking)
    done = habits.of(person, venues=len(place.venues)) if place.groups else Habits()
    facts.write(visits, person, done)
    writer.write(ContactStats, {**own, **counting.row(person, done, place.venues)})


def _write_booking(
    writer: Writer, numbers: Numbers, person: Person, own: Row, venue: str, day: datetime.date, status: str
) -> str:
    pk, at = numbers.next(day), noon(day)
    guest = {"first_name": person.first_name, "last_name": person.last_name, "email": person.email}
    booking = {"id": pk, "venue_id": venue, "kind": "reservation", "channel": "web", "status": status, "party_size": 2}
    times = {"starts_at": at, "service_date": day, "status_at": at, "created_at": at, "updated_at": at}
    arrival = {"arrived_at": at} if status == BookingStatus.FINISHED else {}
    writer.write(Booking, {**booking, **times, **arrival, **own, "guest": guest})
    return pk
