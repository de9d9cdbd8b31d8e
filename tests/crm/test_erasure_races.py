"""Erasing at the same moment as intakes, edits and itself leaves one consistent state (R-MERGE-4, R-PRIV-1)."""

from __future__ import annotations

from collections import Counter

from bookings.models import Booking
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
