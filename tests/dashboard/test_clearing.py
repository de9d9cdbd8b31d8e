"""Clearing personal data from the dashboard: the page that asks, the card, the bin (R-PRIV-1, R-PRIV-3, R-WRITE-6)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from bookings.models import Booking, BookingStatus
from crm import bin as contact_bin
from crm.models import Contact
from tenants.permissions import Role
from tests.dashboard import evening
from tests.dashboard.conftest import DESK, PHONE, Visit
from tests.dashboard.counter import contact, see, text_of
from tests.dashboard.test_look import AUDIT, SHOTS
from tests.dashboard.test_pages import url
from tests.personas import Place


@pytest.fixture
def tonight(trattoria: Place) -> Place:
    """Moretti is expected on other days, De Luca came and went."""
    with trattoria.enter():
        evening.sales_of(evening.board_of(trattoria))
    return trattoria


def settle(place: Place, name: str) -> Contact:
    """A contact whom nothing is expected of any more."""
    guest = contact(place, name)
    with place.enter():
        Booking.objects.filter(contact=guest).update(status=BookingStatus.CANCELLED)
        guest.orders.update(status="fulfilled")
    return guest


def state_of(place: Place, guest: Contact) -> str:
    with place.enter():
        return str(Contact.objects.get(pk=guest.pk).state)


def test_the_page_says_what_goes_what_stays_and_what_to_type(tonight: Place) -> None:
    guest = settle(tonight, "Moretti")

    page = see(tonight, "contact_clear", guest.pk)

    assert "Nobody can undo this." in page
    assert "What goes" in page
    assert "What stays" in page
    assert f"To confirm, type this: {guest.email or guest.phone}" in page
    assert "The guest is still expected" not in page


def test_whoever_types_the_guest_right_clears_the_data(tonight: Place) -> None:
    guest = settle(tonight, "Moretti")
    client = tonight.signed_in()

    wrong = client.post(url(tonight, "contact_clear", guest.pk), {"confirm": "somebody@example.com"})
    right = client.post(
        url(tonight, "contact_clear", guest.pk), {"confirm": (guest.email or guest.phone).upper()}, follow=True
    )

    assert wrong.status_code == 400
    assert "This is not the e-mail, phone or code of the contact." in text_of(wrong)
    assert "The personal data were cleared." in text_of(right)
    assert "Moretti" not in text_of(right)
    assert state_of(tonight, guest) == "erased"
    assert client.get(url(tonight, "contact", guest.pk)).status_code == 404


def test_upcoming_bookings_are_named_and_must_be_decided_on(tonight: Place) -> None:
    guest = contact(tonight, "Moretti")
    client = tonight.signed_in()
    typed = guest.email or guest.phone

    page = see(tonight, "contact_clear", guest.pk)
    undecided = client.post(url(tonight, "contact_clear", guest.pk), {"confirm": typed})
    put_off = client.post(
        url(tonight, "contact_clear", guest.pk), {"confirm": typed, "upcoming": "erase_after"}, follow=True
    )

    assert "The guest is still expected" in page
    assert undecided.status_code == 400
    assert "The guest is still expected: say whether" in text_of(undecided)
    assert "The personal data will be cleared on" in text_of(put_off)
    assert state_of(tonight, guest) == "active"


def test_entries_of_nobody_and_of_others_that_name_the_guest_are_listed_first(tonight: Place) -> None:
    guest, other = settle(tonight, "Moretti"), settle(tonight, "De Santis")
    with tonight.enter():
        first, second = Booking.objects.filter(contact=other).order_by("starts_at")[:2]
        said = {"last_name": "Moretti", "phone": guest.phone} if guest.phone else {"email": guest.email}
        Booking.objects.filter(pk=first.pk).update(guest=said)
        Booking.objects.filter(pk=second.pk).update(guest=said, contact=None)

    page = tonight.signed_in().get(url(tonight, "contact_clear", guest.pk))

    assert "Entries that name the guest and are not the guest's" in text_of(page)
    for booking in (first, second):
        assert url(tonight, "booking", booking.pk) in page.content.decode()
    assert page.content.decode().count(f'href="{url(tonight, "contact", other.pk)}"') == 1
    assert "of another contact" in text_of(page)


def test_what_was_put_off_stands_on_the_card_and_is_taken_back_there(tonight: Place) -> None:
    guest = contact(tonight, "Moretti")
    client = tonight.signed_in()
    with tonight.enter():
        Contact.objects.filter(pk=guest.pk).update(erase_on=timezone.localdate() + datetime.timedelta(days=3))
    card = see(tonight, "contact", guest.pk)
    assert "The personal data will be cleared on" in card
    assert "Until then nothing is sent to this guest but answers to what they write." in card

    answer = client.post(url(tonight, "contact_keep", guest.pk), follow=True)

    assert "The personal data are kept." in text_of(answer)
    assert "The personal data will be cleared on" not in text_of(answer)


def test_it_is_reached_from_the_card_and_from_the_bin(tonight: Place) -> None:
    guest = settle(tonight, "Moretti")
    client, link = tonight.signed_in(), url(tonight, "contact_clear", guest.pk)
    card = client.get(url(tonight, "contact", guest.pk)).content.decode()
    with tonight.enter():
        contact_bin.delete(guest)

    assert link in card
    assert link in client.get(url(tonight, "bin")).content.decode()
    assert link in client.get(url(tonight, "contact", guest.pk)).content.decode()
    client.post(link, {"confirm": guest.email or guest.phone})
    assert state_of(tonight, guest) == "erased"


@pytest.mark.parametrize("role", [Role.MANAGER, Role.HOST, Role.MARKETER])
def test_nobody_but_the_owner_gets_there(tonight: Place, role: Role) -> None:
    guest = settle(tonight, "Moretti")
    client, link = tonight.signed_in(role), url(tonight, "contact_clear", guest.pk)

    assert link not in client.get(url(tonight, "contact", guest.pk)).content.decode()
    assert client.get(link).status_code == 403
    assert client.post(link, {"confirm": guest.email or guest.phone}).status_code == 403
    assert client.post(url(tonight, "contact_keep", guest.pk)).status_code == 403
    assert state_of(tonight, guest) == "active"


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_what_leads_there_is_legible_and_can_be_used(visit: Visit, tonight: Place, size: tuple[int, int]) -> None:
    waiting, binned = contact(tonight, "Moretti"), settle(tonight, "De Santis")
    with tonight.enter():
        Contact.objects.filter(pk=waiting.pk).update(erase_on=timezone.localdate() + datetime.timedelta(days=3))
        contact_bin.delete(binned)
    visitor = visit(tonight, size=size)

    with tonight.enter():
        for number, booking in enumerate(Booking.objects.filter(contact=binned)[:2]):
            Booking.objects.filter(pk=booking.pk).update(
                guest={"email": waiting.email, "phone": waiting.phone}, contact=binned if number else None
            )
    for name, path in {
        "clear-named": f"contacts/{waiting.pk}/clear/",
        "put-off": f"contacts/{waiting.pk}/",
        "in-bin": f"contacts/{binned.pk}/",
        "bin-filled": "bin/",
    }.items():
        page = visitor.go(path)
        assert page.evaluate(AUDIT, size == PHONE) == [], name
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{size[0]}.png", full_page=True)
    assert visitor.complaints == []


def test_a_booking_of_an_erased_guest_is_shown_without_one(tonight: Place) -> None:
    guest = settle(tonight, "Moretti")
    with tonight.enter():
        booking = Booking.objects.filter(contact=guest)[0]
    client = tonight.signed_in()
    client.post(url(tonight, "contact_clear", guest.pk), {"confirm": guest.email or guest.phone})

    pages = [
        client.get(url(tonight, name, *args))
        for name, args in (
            ("board", ()),
            ("booking", (booking.pk,)),
            ("orders", ()),
            ("receipts", ()),
            ("messages", ()),
        )
    ]

    assert [page.status_code for page in pages] == [200] * len(pages)
    assert all("Moretti" not in page.content.decode() for page in pages)
