"""The guest's own pages: one-click unsubscribe, preferences, the double opt-in's link (R-CONSENT-1, R-CONSENT-3, R-CONSENT-4)."""

from __future__ import annotations

import datetime
import re

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone
from uuid_utils.compat import uuid7

from audit.models import AuditEntry
from consent import deliverability, erasing, links, suppression
from consent.models import ConsentEntry, ConsentStatus, ConsentSuppression, UndeliverableAddress
from consent.status import ConsentChannel, Event
from crm.models import Contact
from tenants.models import Venue
from tests.consent.people import EMAIL, PHONE, anna, happen

NOW = timezone.now()


@pytest.fixture
def guest():
    """A browser without a cookie, whose requests are checked for forgery as those of all browsers are."""
    return Client(enforce_csrf_checks=True, headers={"User-Agent": "Firefox", "Accept-Language": "en"})


@pytest.fixture
def centro(inside):
    venue = inside.venue
    venue.double_opt_in = False
    venue.save(update_fields=["double_opt_in"])
    return venue


def path(page, venue, *, channel=ConsentChannel.EMAIL, address=EMAIL):
    return f"/{page}/{links.token_of(venue, channel, address)}"


def status(venue, address=EMAIL):
    found = ConsentStatus.objects.filter(venue=venue, address=address).first()
    return found and found.status


class TestUnsubscribing:
    def test_looking_changes_nothing(self, guest, centro):
        happen(Event.GUEST_BOOKED_TICKED, centro, contact=anna(centro))
        for send in (guest.get, guest.head):
            assert send(path("unsubscribe", centro)).status_code == 200

        assert status(centro) == "explicit"

    def test_one_button_unsubscribes_and_the_ledger_keeps_how(self, guest, centro):
        contact = anna(centro)
        happen(Event.GUEST_BOOKED_TICKED, centro, contact=contact)
        answer = guest.post(path("unsubscribe", centro))

        assert (answer.status_code, status(centro)) == (200, "unsubscribed")
        assert "You are unsubscribed" in answer.content.decode()
        entry = ConsentEntry.objects.get(event="unsubscribed")
        assert (entry.source, entry.actor_kind, entry.contact) == ("page", "guest", contact)
        assert entry.evidence == {"ip": "127.0.0.1", "user_agent": "Firefox"}
        assert AuditEntry.objects.get(action="consent_recorded").object_id == contact.pk

    def test_a_mail_program_does_it_by_itself(self, guest, centro):
        """RFC 8058: this body, no cookie, no token against forgery."""
        happen(Event.GUEST_BOOKED_TICKED, centro, contact=anna(centro))
        answer = guest.post(
            path("unsubscribe", centro),
            "List-Unsubscribe=One-Click",
            content_type="application/x-www-form-urlencoded",
        )

        assert (answer.status_code, answer.content, answer.cookies) == (200, b"", {})
        assert status(centro) == "unsubscribed"
        # The computer that asks is the mail provider's.
        assert ConsentEntry.objects.get(event="unsubscribed").evidence == {"word": "List-Unsubscribe=One-Click"}

    def test_again_says_the_same_and_is_kept_as_well(self, guest, centro):
        happen(Event.GUEST_BOOKED_TICKED, centro, contact=anna(centro))
        for _ in range(2):
            assert guest.post(path("unsubscribe", centro)).status_code == 200

        assert ConsentEntry.objects.filter(event="unsubscribed").count() == 2
        assert AuditEntry.objects.filter(action="consent_recorded").count() == 1

    def test_another_venue_and_channel_are_left_alone(self, guest, inside, centro):
        contact = anna(centro)
        for venue in inside.venues:
            happen(Event.GUEST_BOOKED_TICKED, venue, phone=PHONE, contact=contact)
        guest.post(path("unsubscribe", centro))

        assert status(centro) == "unsubscribed"
        assert status(centro, PHONE) == "explicit"
        assert status(inside.venues[1]) != "unsubscribed"

    def test_it_works_by_phone(self, guest, centro):
        happen(Event.GUEST_BOOKED_TICKED, centro, email=None, phone=PHONE)
        answer = guest.post(path("unsubscribe", centro, channel=ConsentChannel.SMS, address=PHONE))

        assert status(centro, PHONE) == "unsubscribed"
        assert "by SMS to …217" in answer.content.decode()

    def test_after_an_erasure_it_still_works_and_keeps_no_address(self, guest, centro):
        contact = anna(centro)
        happen(Event.GUEST_BOOKED_TICKED, centro, contact=contact)
        erasing.erase([contact.pk])
        contact.identifiers.all().delete()
        Contact.objects.filter(pk=contact.pk).update(email="", phone="", state="erased")
        answer = guest.post(path("unsubscribe", centro))

        assert "You are unsubscribed" in answer.content.decode()
        assert not ConsentStatus.objects.exists()
        assert ConsentSuppression.objects.get().channel == "email"
        assert "You are unsubscribed" in guest.get(path("unsubscribe", centro)).content.decode()
        assert not ConsentEntry.objects.filter(address=EMAIL).exists()

    @pytest.mark.parametrize("page", ["unsubscribe", "preferences", "confirm"])
    def test_a_link_signed_before_the_secret_key_changed_is_good_as_long_as_that_is_kept(
        self, guest, centro, settings, page
    ):
        happen(Event.GUEST_BOOKED_TICKED, centro, contact=anna(centro))
        old = path(page, centro)
        former, settings.SECRET_KEY = settings.SECRET_KEY, "another secret"

        assert guest.get(old).status_code == 404
        settings.SECRET_KEY_FALLBACKS = ["one before", former]
        assert guest.get(old).status_code == 200
        assert guest.get(path(page, centro)).status_code == 200

    def test_a_suppression_holds_when_the_secret_key_changes(self, guest, centro, settings):
        guest.post(path("unsubscribe", centro, address="unknown@example.net"))
        settings.SECRET_KEY = "another secret"

        [found] = suppression.standing(["unknown@example.net"], [centro.pk]).statuses
        assert found.status == "unsubscribed"

    @pytest.mark.parametrize("page", ["unsubscribe", "preferences", "confirm"])
    def test_the_page_of_a_venue_that_is_gone_says_what_to_do_and_changes_nothing(self, guest, inside, centro, page):
        happen(Event.GUEST_BOOKED_TICKED, centro, contact=anna(centro))
        gone = path(page, Venue(pk=uuid7(), tenant_id=inside.id))
        for send in (guest.get, guest.post):
            answer = send(gone)
            assert answer.status_code == 404
            assert "This link is not complete" in answer.content.decode()

        assert status(centro) == "explicit"

    @pytest.mark.parametrize("token", ["nonsense", "a.b.c", "x" * 300])
    def test_a_link_that_is_not_ours_is_404_and_says_what_to_do(self, guest, db, token):
        for page in ("unsubscribe", "preferences", "confirm"):
            answer = guest.post(f"/{page}/{token}")
            assert answer.status_code == 404
            assert "This link is not complete" in answer.content.decode()

    def test_a_link_that_was_tampered_with_is_not_ours(self, guest, centro):
        good = path("unsubscribe", centro)
        for broken in (good[:-1], good[:-1] + ("A" if good[-1] != "A" else "B")):
            assert guest.post(broken).status_code == 404

    def test_a_value_signed_for_something_else_is_no_link(self, guest, centro):
        assert guest.get(f"/unsubscribe/{signing.dumps([1, 2, 3, 4])}").status_code == 404


class TestPreferences:
    def test_it_shows_the_venues_that_know_the_address_and_no_other(self, guest, inside, centro):
        body = guest.get(path("preferences", centro)).content.decode()
        assert "Centro" in body
        assert "Mare" not in body

        happen(Event.GUEST_BOOKED, inside.venues[1])
        assert "Mare" in guest.get(path("preferences", centro)).content.decode()

    def test_subscribing_is_the_guests_own_act_with_its_evidence(self, guest, centro):
        happen(Event.UNSUBSCRIBED, centro, contact=anna(centro))
        answer = guest.post(path("preferences", centro) + "?language=fr", {"venue": str(centro.pk), "act": "subscribe"})

        assert (answer.status_code, status(centro)) == (200, "explicit")
        entry = ConsentEntry.objects.get(event="guest_confirmed")
        assert (entry.source, entry.actor_kind) == ("page", "guest")
        assert entry.evidence == {
            "wording": "preference-page-1",
            "language": "fr",
            "ip": "127.0.0.1",
            "user_agent": "Firefox",
        }

    def test_under_double_opt_in_it_counts_at_once_since_the_link_came_by_mail(self, guest, inside):
        venue = inside.venue
        assert venue.double_opt_in
        guest.post(path("preferences", venue), {"venue": str(venue.pk), "act": "subscribe"})

        assert status(venue) == "explicit"

    def test_unsubscribing_here_is_the_same_as_by_the_link(self, guest, centro):
        happen(Event.GUEST_BOOKED_TICKED, centro)
        guest.post(path("preferences", centro), {"venue": str(centro.pk), "act": "unsubscribe"})

        assert status(centro) == "unsubscribed"

    def test_a_venue_that_is_not_shown_is_not_changed(self, guest, bistro, inside, centro):
        for venue in (inside.venues[1], bistro.venue):
            answer = guest.post(path("preferences", centro), {"venue": str(venue.pk), "act": "subscribe"})
            assert answer.status_code == 404
        assert guest.post(path("preferences", centro), {"venue": "x", "act": "subscribe"}).status_code == 404
        assert not ConsentEntry.objects.exists()

    def test_an_address_that_mail_bounced_off_works_again_when_its_guest_says_so(self, guest, centro):
        deliverability.mark(EMAIL, ConsentChannel.EMAIL, at=NOW)
        guest.post(path("preferences", centro), {"venue": str(centro.pk), "act": "subscribe"})

        assert not UndeliverableAddress.objects.exists()


class TestConfirming:
    def ticked(self, venue, hours):
        venue.double_opt_in = True
        happen(Event.SIGNED_UP_TICKED, venue, contact=anna(venue), at=NOW - datetime.timedelta(hours=hours))

    def test_within_72_hours_one_button_confirms(self, guest, centro):
        self.ticked(centro, 71)
        assert "Yes, I confirm" in guest.get(path("confirm", centro)).content.decode()
        assert status(centro) == "none"

        answer = guest.post(path("confirm", centro))

        assert (answer.status_code, status(centro)) == (200, "explicit")
        entry = ConsentEntry.objects.get(event="guest_confirmed")
        assert entry.evidence["wording"] == "confirmation-page-1"
        assert entry.evidence["language"] == "en"

    def test_after_72_hours_it_changes_nothing_and_says_what_to_do(self, guest, centro):
        self.ticked(centro, 73)
        for answer in (guest.get(path("confirm", centro)), guest.post(path("confirm", centro))):
            body = answer.content.decode()
            assert "This link is no longer good" in body
            assert re.search(r'href="[^"]*/preferences/', body)

        assert answer.status_code == 410
        assert status(centro) == "none"

    def test_confirmed_twice_it_says_thank_you_twice(self, guest, centro):
        self.ticked(centro, 1)
        for _ in range(2):
            assert "Thank you" in guest.post(path("confirm", centro)).content.decode()

        assert ConsentEntry.objects.count() == 2

    def test_who_unsubscribed_meanwhile_stays_unsubscribed(self, guest, centro):
        self.ticked(centro, 1)
        happen(Event.UNSUBSCRIBED, centro)

        assert guest.post(path("confirm", centro)).status_code == 410
        assert status(centro) == "unsubscribed"

    def test_an_unsubscribed_guest_who_ticked_comes_back_by_the_link(self, guest, centro):
        happen(Event.UNSUBSCRIBED, centro, contact=anna(centro))
        happen(Event.SIGNED_UP_TICKED, centro, at=NOW)
        assert status(centro) == "unsubscribed"
        guest.post(path("confirm", centro))

        assert status(centro) == "explicit"


class TestEveryPage:
    PAGES = ("unsubscribe", "preferences", "confirm")

    @pytest.mark.parametrize("page", PAGES)
    def test_it_sets_no_cookie_runs_no_script_and_tells_nobody_its_address(self, guest, centro, page):
        answer = guest.get(path(page, centro))

        assert answer.cookies == {}
        assert "<script" not in answer.content.decode()
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert "no-store" in answer.headers["Cache-Control"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]

    @pytest.mark.parametrize("page", PAGES)
    def test_it_names_the_sender_and_hides_the_address(self, guest, centro, page):
        body = guest.get(path(page, centro)).content.decode()

        assert "Trattoria Ltd" in body
        assert EMAIL not in body

    @pytest.mark.parametrize("page", PAGES)
    def test_it_speaks_the_guests_language_else_the_browsers_else_the_houses(self, guest, inside, centro, page):
        def language(**headers):
            return Client().get(path(page, centro), headers=headers).headers["Content-Language"]

        assert language() == "it"
        assert language(**{"Accept-Language": "fr-CA, en;q=0.5"}) == "fr"
        contact = anna(centro)
        Contact.objects.filter(pk=contact.pk).update(language="pl")
        assert language(**{"Accept-Language": "fr"}) == "pl"

    @pytest.mark.parametrize("page", PAGES)
    def test_another_tenants_page_is_its_own(self, guest, bistro, page):
        with bistro.enter():
            where = path(page, bistro.venue)

        assert "Plateau" in guest.get(where).content.decode()
