"""The pages of the privacy search: what is held on somebody, and clearing a fact of it (R-PRIV-1)."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from bookings import taking
from bookings.models import Booking, BookingKind
from crm import editing, segments
from crm.channel import Channel
from crm.guest_data import Guest
from crm.models import Contact
from importexport import uploading
from importexport.models import ImportMode
from tenants.permissions import Role
from tests.dashboard.counter import text_of
from tests.dashboard.test_pages import url
from tests.personas import Place


@pytest.fixture
def anna(trattoria: Place) -> Contact:
    with trattoria.enter():
        guest = Guest(first_name="Anna", last_name="Rossi", email="anna@example.com")
        return editing.add(guest, allergies="nuts").contact


def nameless(place: Place, *, at: datetime.datetime | None = None) -> Booking:
    """A booking without e-mail and phone, of last week unless said: it belongs to nobody in the list."""
    with place.enter():
        draft = taking.Draft(
            starts_at=at or timezone.now() - datetime.timedelta(days=7),
            venue=place.venue,
            kind=BookingKind.RESERVATION,
            channel=Channel.PHONE,
            party_size=2,
            snapshot={"first_name": "Zoë", "last_name": "Strauß"},
        )
        return taking.take(draft).booking


class TestSearch:
    def test_what_is_held_is_listed_by_kind_with_what_can_be_done(self, trattoria: Place, anna: Contact) -> None:
        booked = nameless(trattoria)
        client = trattoria.signed_in()

        of_anna = client.post(url(trattoria, "privacy_search"), {"q": "anna@example.com"}).content.decode()
        of_zoe = client.post(url(trattoria, "privacy_search"), {"q": "strauss"}).content.decode()

        assert url(trattoria, "contact", anna.pk) in of_anna
        assert url(trattoria, "contact_clear", anna.pk) in of_anna
        assert url(trattoria, "privacy_fact", "booking", booked.pk) in of_zoe
        assert "Zoë Strauß" in of_zoe

    def test_nothing_is_said_to_be_nothing(self, trattoria: Place) -> None:
        answer = trattoria.signed_in().post(url(trattoria, "privacy_search"), {"q": "nobody@example.com"})

        assert "Nothing is held" in answer.content.decode()

    @pytest.mark.parametrize("q", ["", "a", "x" * 255, "\0"])
    def test_an_odd_question_is_a_fault_of_the_form(self, trattoria: Place, q: str) -> None:
        assert trattoria.signed_in().post(url(trattoria, "privacy_search"), {"q": q}).status_code == 400

    def test_a_fact_is_cleared_after_what_it_says_was_typed(self, trattoria: Place) -> None:
        booked, client = nameless(trattoria), trattoria.signed_in()
        page = url(trattoria, "privacy_fact", "booking", booked.pk)

        assert "Zoë" in client.get(page).content.decode()
        assert client.post(page, {"confirm": "Anna"}).status_code == 400
        assert client.post(page, {"confirm": "zoë strauß"}).status_code == 302
        with trattoria.enter():
            assert Booking.objects.get(pk=booked.pk).guest == {}
        assert client.get(url(trattoria, "privacy_fact", "follower", booked.pk)).status_code == 404

    def test_what_goes_as_a_whole_says_so(self, commits: None, trattoria: Place, settings: Any, tmp_path: Path) -> None:
        settings.FILES_ROOT = tmp_path
        with trattoria.enter():
            listed = uploading.upload(
                [b"Nome;E-mail\nZoe;zoe@example.com\n"],
                file_name="guests.csv",
                mode=ImportMode.UPSERT,
                venue=trattoria.venue,
            )
            segment = segments.create("Zoe", {"q": "zoe"})
        client = trattoria.signed_in()

        found = client.post(url(trattoria, "privacy_search"), {"q": "zoe"}).content.decode()
        pages = [url(trattoria, "privacy_fact", *of) for of in (("import", listed.pk), ("segment", segment.pk))]

        assert all(page in found for page in pages)
        assert "upload it again without this person" in text_of(client.get(pages[0]))
        assert "The segment is deleted." in text_of(client.get(pages[1]))
        assert client.post(pages[0], {"confirm": "guests.csv"}).status_code == 302
        assert "Nothing is held" in text_of(client.post(url(trattoria, "privacy_search"), {"q": "zoe@example.com"}))

    def test_a_booking_still_to_come_is_named_and_cancelled_or_waited_for(self, trattoria: Place) -> None:
        booked, client = nameless(trattoria, at=timezone.now() + datetime.timedelta(days=2)), trattoria.signed_in()
        page = url(trattoria, "privacy_fact", "booking", booked.pk)
        typed = {"confirm": "zoë strauß"}

        undecided = client.post(page, typed)
        put_off = client.post(page, {**typed, "upcoming": "erase_after"}, follow=True)

        assert undecided.status_code == 400
        assert "The guest is still expected" in text_of(undecided)
        assert "The personal data will be cleared on" in text_of(put_off)
        assert "The personal data will be cleared on" in text_of(client.get(page))
        kept = client.post(url(trattoria, "privacy_fact_keep", "booking", booked.pk), follow=True)
        assert "The personal data are kept." in text_of(kept)
        assert "The personal data will be cleared on" not in text_of(client.get(page))
        assert client.post(page, {**typed, "upcoming": "cancel"}).status_code == 302
        with trattoria.enter():
            left = Booking.objects.get(pk=booked.pk)
            assert (left.guest, left.status) == ({}, "cancelled")

    def test_what_holds_a_line_break_is_typed_in_one_line(self, trattoria: Place) -> None:
        booked, client = nameless(trattoria), trattoria.signed_in()
        with trattoria.enter():
            Booking.objects.filter(pk=booked.pk).update(guest={"first_name": "Zoë\r\n", "last_name": "Strauß\nMüller"})
        page = url(trattoria, "privacy_fact", "booking", booked.pk)

        assert "To confirm, type: Zoë Strauß Müller" in text_of(client.get(page))
        assert client.post(page, {"confirm": "Zoë Strauß Müller"}).status_code == 302

    @pytest.mark.parametrize(("role", "page"), [(Role.OWNER, "privacy_search"), (Role.MANAGER, "privacy_requests")])
    def test_privacy_leads_to_the_first_page_of_ones_own(self, trattoria: Place, role: str, page: str) -> None:
        answer = trattoria.signed_in(role).get(url(trattoria, "privacy"))

        assert (answer.status_code, answer.headers["Location"]) == (302, url(trattoria, page))
