"""Implied consents that end within a month, in list, filter and on the staff's page (R-CONSENT-3, R-CRM-5)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from consent import renewals
from consent.models import ConsentStatus
from consent.status import Event
from crm import visits
from crm.models import VisitSourceKind
from crm.months import later as months_later
from tests.consent.people import EMAIL, PHONE, anna, happen
from tests.dashboard.test_pages import url

NOW = timezone.now()


@pytest.fixture
def plateau(bistro):
    """A venue under CASL."""
    with bistro.enter():
        yield bistro.venue


@pytest.fixture
def key(bistro, bearer):
    return bearer(bistro)


def ago(months, days=0):
    """So many months and days before now, at noon."""
    day = months_later(NOW.date(), -months) - datetime.timedelta(days=days)
    return datetime.datetime.combine(day, datetime.time(16), tzinfo=datetime.UTC)


def due(venue, *, at=NOW):
    ending = renewals.due(venue, at=at, limit=10)
    statuses = ConsentStatus.objects.in_bulk(ending.first)
    assert ending.count == len(ending.first) == ConsentStatus.objects.filter(renewals.are_due([venue], at=at)).count()
    assert renewals.last_days(list(statuses.values()), at=at) == ending.first
    return {statuses[pk].address: last for pk, last in ending.first.items()}


@pytest.mark.parametrize(
    ("event", "months", "days", "is_due"),
    [
        (Event.OTHERS_BOOKED, 5, 10, True),
        (Event.OTHERS_BOOKED, 4, 15, False),
        (Event.OTHERS_BOOKED, 6, 10, False),
        (Event.INQUIRED, 5, 10, True),
        (Event.PURCHASED, 5, 10, False),
        (Event.PURCHASED, 23, 10, True),
        (Event.PURCHASED, 24, 10, False),
    ],
)
def test_what_ends_within_a_month_is_due(plateau, event, months, days, is_due):
    happen(event, plateau, contact=anna(plateau), at=ago(months, days))

    assert (EMAIL in due(plateau)) is is_due


@pytest.mark.parametrize(
    ("event_at", "today", "last_day"),
    [
        # six months after the last of a long month; a leap day
        ("2026-08-31T16:00Z", "2027-01-28T16:00Z", "2027-02-28"),
        ("2027-08-31T16:00Z", "2028-02-01T16:00Z", "2028-02-29"),
        ("2026-03-31T16:00Z", "2026-09-01T16:00Z", "2026-09-30"),
    ],
)
def test_the_last_day_is_that_of_the_calendar(plateau, event_at, today, last_day):
    happen(Event.OTHERS_BOOKED, plateau, at=datetime.datetime.fromisoformat(event_at))

    found = due(plateau, at=datetime.datetime.fromisoformat(today))
    assert found == {EMAIL: datetime.date.fromisoformat(last_day)}


def test_a_visit_that_is_undone_makes_it_due_again(plateau):
    contact = anna(plateau)
    happen(Event.OTHERS_BOOKED, plateau, contact=contact, at=ago(5, 10), source_id=contact.pk)
    visits.record(
        contact, plateau, local_date=ago(5).date(), kind=VisitSourceKind.BOOKING, source_id=contact.pk, at=NOW
    )
    assert due(plateau) == {}

    visits.withdraw(kind=VisitSourceKind.BOOKING, source_id=contact.pk)
    assert list(due(plateau)) == [EMAIL]


def test_neither_explicit_nor_unsubscribed_ends(plateau):
    happen(Event.OTHERS_BOOKED, plateau, phone=PHONE, at=ago(5, 10))
    happen(Event.GUEST_BOOKED_TICKED, plateau)
    happen(Event.UNSUBSCRIBED, plateau, email=None, phone=PHONE)

    assert due(plateau) == {}


def test_under_gdpr_nothing_is_due(trattoria):
    with trattoria.enter():
        happen(Event.OTHERS_BOOKED, trattoria.venue, at=ago(5, 10))
        assert due(trattoria.venue) == {}


def test_the_list_names_contact_address_and_last_day(plateau, key):
    contact = anna(plateau)
    happen(Event.OTHERS_BOOKED, plateau, contact=contact, at=ago(5, 10))
    happen(Event.OTHERS_BOOKED, plateau, email="stranger@example.net", at=ago(5, 9))
    found = key.get("consents/renewals/").json()["results"]

    assert [(one["address"], one["contact"], one["channel"], one["venue"]) for one in found] == [
        (EMAIL, str(contact.pk), "email", str(plateau.pk)),
        ("stranger@example.net", None, "email", str(plateau.pk)),
    ]
    assert found[0]["expires_on"] == str(due(plateau)[EMAIL])
    assert len(key.get(f"consents/renewals/?venue={plateau.pk}&limit=1").json()["results"]) == 1


def test_the_filter_finds_these_guests(plateau, key):
    anna(plateau, email="bruno@example.net", phone="+393331042218")
    happen(Event.OTHERS_BOOKED, plateau, contact=anna(plateau), at=ago(5, 10))
    found = key.get(f"contacts/?consent_renewal={plateau.pk}").json()["results"]

    assert [one["email"] for one in found] == [EMAIL]


def test_the_staffs_page_leads_to_writing(bistro, plateau):
    contact = anna(plateau)
    happen(Event.OTHERS_BOOKED, plateau, contact=contact, at=ago(5, 10))
    body = bistro.signed_in().get(url(bistro, "renewals")).content.decode()

    assert "Anna Rossi" in body
    assert f"{url(bistro, 'write', contact.pk)}?venue={plateau.pk}&amp;channel=email&amp;template=invite" in body
    assert f"consent_renewal={plateau.pk}" in body


def test_the_pages_link_leads_to_these_guests_in_the_list(bistro, plateau):
    bruno = anna(plateau, email="bruno@example.net", phone="+393331042218")
    contact = anna(plateau)
    happen(Event.OTHERS_BOOKED, plateau, contact=contact, at=ago(5, 10))
    body = bistro.signed_in().get(url(bistro, "contacts"), {"consent_renewal": str(plateau.pk)}).content.decode()

    assert url(bistro, "contact", contact.pk) in body
    assert url(bistro, "contact", bruno.pk) not in body


def test_where_no_consent_ends_the_page_says_so(trattoria):
    answer = trattoria.signed_in().get(url(trattoria, "renewals"))

    assert answer.status_code == 200
    assert "Renewals due" not in trattoria.signed_in().get(url(trattoria, "contacts")).content.decode()
