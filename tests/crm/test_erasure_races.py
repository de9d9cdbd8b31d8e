"""Erasing at the same moment as intakes, edits and itself leaves one consistent state (R-MERGE-4, R-PRIV-1)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from django.db import connection, connections, transaction

from bookings.models import Booking
from consent.models import ConsentEntry
from crm import rebuilding
from crm.models import Contact, ContactIdentifier, Erasure
from tests import parallel
from tests.api.test_bookings import booking
from tests.api.test_orders import order
from tests.api.test_receipts import receipt
from tests.crm import racing
from tests.personas import Bearer, Place

ANNA = {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.net", "phone": "333 104 2217"}


def test_intakes_of_the_same_guest_and_erasures_leave_no_half_erased_one(
    commits: None, trattoria: Place, settings, tmp_path
) -> None:
    Bearer.of(trattoria).post("contacts/", ANNA)
    calls = [(str(trattoria.id), str(trattoria.venue.pk), ANNA, which % 2 == 0) for which in range(8)]

    done = parallel.together(racing.take_or_erase, calls, timeout=120)

    assert Counter(one for own in done for one in own)["failed"] == 0
    with trattoria.enter():
        states = Counter(Contact.objects.values_list("state", flat=True))
        assert states["active"] <= 1
        assert states["erased"] == Erasure.objects.count() >= 1
        _check_erased()
        assert ContactIdentifier.objects.filter(is_key=True).count() == states["active"]
        assert Booking.objects.count() == 4 * 10
    assert [one for part in rebuilding.rebuild(trattoria.id) for one in part.differences] == []


def _check_erased() -> None:
    """Nothing is left on those who were erased, neither theirs nor what came in meanwhile."""
    for contact in Contact.objects.filter(state="erased"):
        assert (contact.email, contact.phone, contact.last_name, contact.sort_name) == ("", "", "", "")
        assert ContactIdentifier.objects.filter(contact=contact).count() == 0
        own = Booking.objects.filter(contact=contact).values_list("guest", flat=True)
        assert [guest for guest in own if guest] == []


def test_a_guest_is_erased_once_however_many_ask(commits: None, trattoria: Place) -> None:
    contact = Bearer.of(trattoria).post("contacts/", ANNA).json()["id"]

    answers = parallel.together(racing.erase_by_id, [(str(trattoria.id), contact, ANNA["email"])] * 8)

    assert Counter(answers) == {"erased": 1, "contact_erased": 7}
    with trattoria.enter():
        assert Erasure.objects.count() == 1


def test_calling_off_an_order_that_another_pays_for_waits_for_nobody_in_a_circle(
    commits: None, trattoria: Place
) -> None:
    """Each of two guests pays for the other's order: to call one off, both are locked before, by their ids (R-CRM-2)."""
    key, calls = Bearer.of(trattoria), []
    for number in range(4):
        dora, anna = (_guest(key, f"{name}{number}@example.com") for name in ("dora", "anna"))
        doras, annas = _order_paid_by(key, trattoria, dora, anna), _order_paid_by(key, trattoria, anna, dora)
        assert doras != annas
        calls += [
            (str(trattoria.id), "change", doras),
            (str(trattoria.id), "erase", anna, f"anna{number}@example.com"),
        ]

    answers = parallel.together(racing.erase_or_change, calls, processes=8, timeout=120)

    assert Counter(answers) == {"changed": 4, "erased": 4}


def test_who_comes_with_an_address_that_the_guest_once_had_keeps_the_consent(commits: None, trattoria: Place) -> None:
    """While Anna is erased, Dora books with the e-mail that Anna had: it is waited for, and then it is Dora's (R-CONSENT-1)."""
    mare = trattoria.venues[1]
    key, widget = Bearer.of(trattoria), Bearer.of(trattoria, "widget", venue=mare)
    anna = _guest(key, "old@example.com")
    consent = {"venue": str(trattoria.venue.pk), "channel": "email", "status": "explicit", "evidence": EVIDENCE}
    assert key.patch(f"contacts/{anna}/", {"email": "new@example.com"}).status_code == 200
    assert key.post(f"contacts/{anna}/consents/", consent).status_code == 200
    guest = {"first_name": "Dora", "email": "old@example.com"}
    taken = booking(trattoria, venue=str(mare.pk), channel="web", guest=guest, marketing_opt_in=TICKED)

    with ThreadPoolExecutor(2) as threads:
        with transaction.atomic("owner"), connections["owner"].cursor() as holder:
            holder.execute("SELECT FROM consent_consentstatus WHERE address = 'new@example.com' FOR UPDATE")
            erased = threads.submit(_closing, racing.erase_by_id, str(trattoria.id), anna, "new@example.com")
            _until_somebody_waits_for(holder)
            booked = threads.submit(_closing, widget.post, "bookings/", taken)
            wait([booked], timeout=3)
        assert (erased.result(timeout=30), booked.result(timeout=30).status_code) == ("erased", 201)

    with trattoria.enter():
        dora = Contact.objects.get(email="old@example.com")
        assert list(ConsentEntry.objects.filter(contact=dora).values_list("address", flat=True)) == ["old@example.com"]


EVIDENCE = {"source": "paper", "date": "2026-01-10", "wording": "yes"}
TICKED = {"email": True, "sms": False, "wording": "yes"}


def _closing(act: Callable[..., Any], *given: Any) -> Any:
    try:
        return act(*given)
    finally:
        connection.close()


def _until_somebody_waits_for(holder: Any) -> None:
    for _time in range(200):
        holder.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid")
        if holder.fetchone()[0]:
            return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


def test_guests_who_name_each_other_are_erased_at_once(commits: None, trattoria: Place) -> None:
    """The bookings of each came in with the other's data: both are locked before any of them."""
    key, calls = Bearer.of(trattoria), []
    for number in range(4):
        emails = [f"{name}{number}@example.com" for name in ("dora", "anna")]
        guests = [_guest(key, email) for email in emails]
        for guest, other in zip(guests, reversed(emails), strict=True):
            taken = key.post("bookings/", booking(trattoria, starts_at=LONG_AGO, guest={"email": other})).json()
            assert key.post(f"bookings/{taken['id']}/contact/", {"contact": guest}).status_code == 200
        calls += [(str(trattoria.id), "erase", *of) for of in zip(guests, emails, strict=True)]

    answers = parallel.together(racing.erase_or_change, calls, processes=8, timeout=120)

    assert Counter(answers) == {"erased": 8}
    with trattoria.enter():
        assert [one.guest for one in Booking.objects.all()] == [{}] * 8


LONG_AGO = "2026-10-01T20:00:00+02:00"


def _guest(key: Bearer, email: str) -> str:
    return str(key.post("contacts/", {"email": email}).json()["id"])


def _order_paid_by(key: Bearer, place: Place, contact: str, payer: str) -> str:
    taken = key.post("orders/", order(place, guest={}, contact=contact)).json()["id"]
    paid = key.post("receipts/", receipt(place, order=taken, contact=payer, guest={}, external_id=taken))
    assert paid.status_code == 201, paid.content
    return str(taken)
