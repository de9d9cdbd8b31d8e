"""What holds for every tenant at all times, whatever happened before (R-ID-2 to 6, R-VISIT-2, R-VISIT-5, R-CRM-2, R-CRM-4)."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import Any

from bookings.models import PRESENT, Booking, BookingStatus
from crm import search_text
from crm.models import (
    Contact,
    ContactIdentifier,
    ContactStats,
    ContactTag,
    DuplicatePair,
    SearchToken,
    Visit,
    VisitSource,
)

TOKEN_FIELDS = ("first_name", "last_name", "nickname", "email", "company", "code", "phone")


def check_all() -> None:
    contacts = {contact.pk: contact for contact in Contact.objects.all()}
    _check_keys(contacts)
    _check_tokens(contacts)
    _check_pairs(contacts)
    _check_visits()
    _check_statistics(contacts)
    assert max(Counter(ContactTag.objects.values_list("contact", flat=True)).values(), default=0) <= 9


def _check_keys(contacts: dict[Any, Contact]) -> None:
    """The identifiers say what the contacts say; an e-mail has one holder, and a phone one without e-mail."""
    expected = set()
    for one in contacts.values():
        assert one.email or one.phone
        if one.email:
            expected.add((one.pk, "email", one.email, one.is_active, one.is_active))
        if one.phone:
            expected.add((one.pk, "phone", one.phone, one.is_active, one.is_active and not one.email))
    fields = ("contact_id", "kind", "value", "is_active", "is_key")
    stored = list(ContactIdentifier.objects.values_list(*fields))
    assert Counter(stored) == Counter(expected)
    keys = [row[1:3] for row in stored if row[4]]
    assert len(keys) == len(set(keys))


def _check_tokens(contacts: dict[Any, Contact]) -> None:
    stored = set(SearchToken.objects.values_list("contact_id", "token", "signature"))
    expected = {
        (one.pk, token, search_text.signature(tokens))
        for one in contacts.values()
        if one.is_active
        for tokens in [search_text.index_tokens(**{name: getattr(one, name) for name in TOKEN_FIELDS})]
        for token in tokens
    }
    assert stored == expected


def _check_pairs(contacts: dict[Any, Contact]) -> None:
    """Those who share a phone are paired, and nobody else."""
    stored = set(DuplicatePair.objects.values_list("first_id", "second_id"))
    active = sorted((one for one in contacts.values() if one.is_active and one.phone), key=lambda one: one.pk)
    sharing = {(one.pk, other.pk) for one, other in combinations(active, 2) if one.phone == other.phone}
    ids = {one.pk for one in contacts.values() if one.is_active}
    assert {pair for pair in stored if ids >= set(pair)} == sharing


def _check_visits() -> None:
    """One visit a contact, venue and day, resting on exactly the bookings that count."""
    present = list(Booking.objects.filter(status__in=PRESENT, contact__isnull=False))
    days = {(one.contact_id, one.venue_id, one.service_date) for one in present}
    assert set(Visit.objects.values_list("contact_id", "venue_id", "local_date")) == days
    fields = ("source_id", "visit__contact_id", "visit__venue_id", "visit__local_date")
    sources = {(one.pk, one.contact_id, one.venue_id, one.service_date) for one in present}
    assert set(VisitSource.objects.values_list(*fields)) == sources


def _check_statistics(contacts: dict[Any, Contact]) -> None:
    visits = Counter(Visit.objects.values_list("contact_id", flat=True))
    bookings = list(Booking.objects.exclude(contact=None).values_list("contact_id", "status"))
    expected = {
        pk: (
            visits[pk],
            sum(contact == pk for contact, _status in bookings),
            bookings.count((pk, BookingStatus.CANCELLED)),
            bookings.count((pk, BookingStatus.NO_SHOW)),
        )
        for pk in contacts
    }
    counters = ("visit_count", "booking_count", "cancelled_count", "no_show_count")
    for one in ContactStats.objects.all():
        assert expected.pop(one.contact_id) == tuple(getattr(one, name) for name in counters)
        assert {name: sum(own[name] for own in one.by_venue.values()) for name in counters} == {
            name: getattr(one, name) for name in counters
        }
    assert not expected
