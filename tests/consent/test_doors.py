"""Consent through the API's doors: a widget's booking, a contact's consents, unsubscribing (R-CONSENT-1, R-CONSENT-2)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from consent.models import ConsentEntry
from staff import api_keys
from tests.consent.people import EMAIL, PHONE
from tests.personas import Bearer

SITE = "https://www.example.com"

ANNA = {"first_name": "Anna", "last_name": "Rossi", "email": EMAIL, "phone": PHONE}
PAPER = {"source": "card at the till", "date": "2026-11-20", "wording": "Yes to the newsletter"}


@pytest.fixture
def admin(inside, centro, bearer):
    return bearer(inside)


@pytest.fixture
def widget(inside, centro, bearer):
    return bearer(inside, "widget", venue=centro)


def widget_on_a_page(place) -> Bearer:
    """The guest's browser on the restaurant's site."""
    _key, token = api_keys.create(name="site", preset="widget", venue=place.venue, origins=[SITE])
    return Bearer(token, headers={"Origin": SITE, "User-Agent": "Firefox"})


def book(client, venue, **more):
    body = {"venue": str(venue.pk), "kind": "reservation", "starts_at": "2026-12-24T20:00:00+01:00", "party_size": 2}
    return client.post("bookings/", {**body, "guest": ANNA, **more})


def consents(admin) -> dict[str, str]:
    [contact] = admin.get("contacts/").json()["results"]
    return {one["channel"]: one["status"] for one in contact["consents"]}


def contact_path(admin) -> str:
    [contact] = admin.get("contacts/").json()["results"]
    return f"contacts/{contact['id']}/"


def test_what_a_guest_ticked_on_the_widget_stands_on_the_contact_with_its_evidence(admin, inside, centro):
    boxes = {"email": True, "sms": False, "wording": "newsletter-2026-01"}
    answer = book(widget_on_a_page(inside), centro, marketing_opt_in=boxes)

    assert answer.status_code == 201
    assert consents(admin) == {"email": "explicit", "sms": "implied"}
    entry = ConsentEntry.objects.get(channel="email")
    assert (entry.source, entry.actor_kind) == ("booking", "key")
    assert str(entry.source_id) == admin.get("bookings/").json()["results"][0]["id"]
    assert entry.evidence == {
        "box": "ticked",
        "wording": "newsletter-2026-01",
        "ip": "127.0.0.1",
        "user_agent": "Firefox",
    }


@pytest.mark.parametrize("remote", ["192.0.2.7", "2001:db8:1:2:3:4:5:6"])
def test_the_evidence_names_the_whole_address_of_the_guests_browser(inside, centro, settings, remote):
    settings.TRUSTED_PROXY_COUNT = 1
    widget = widget_on_a_page(inside)
    widget.headers["X-Forwarded-For"] = remote
    book(widget, centro, marketing_opt_in={"email": True, "wording": "x"})

    assert ConsentEntry.objects.get(channel="email").evidence["ip"] == remote


@pytest.mark.parametrize("preset", ["widget", "wifi", "admin"])
def test_what_a_server_sends_for_the_guest_names_no_computer(inside, centro, bearer, preset):
    """A web site, a portal or an app that calls us itself: its address and its program are not the guest's."""
    key = bearer(inside, preset)
    key.headers["User-Agent"] = "python-requests"
    body = {"venue": str(centro.pk), "promotion": "Spritz", "guest": ANNA}
    paths = {"wifi": ("wifi-sessions/", {"venue": str(centro.pk), "guest": ANNA})}
    path, sent = paths.get(preset, ("promotion-signups/", body))
    answer = key.post(path, {**sent, "marketing_opt_in": {"email": True, "wording": "x"}})

    assert answer.status_code == 201, answer.content
    assert ConsentEntry.objects.get(channel="email").evidence == {"box": "ticked", "wording": "x"}


def test_only_a_widget_speaks_from_the_guests_browser(inside, centro, bearer):
    """Another key has no business in a web page, and any program may name an Origin."""
    admin = bearer(inside)
    admin.headers["Origin"] = SITE
    book(admin, centro, marketing_opt_in={"email": True, "wording": "x"})

    assert "ip" not in ConsentEntry.objects.get(channel="email").evidence


def test_a_booking_by_staff_implies_and_keeps_no_address_of_the_office(admin, inside, centro, bearer):
    answer = book(bearer(inside, "pos"), centro, channel="phone")

    assert answer.status_code == 201
    assert consents(admin) == {"email": "implied", "sms": "implied"}
    assert ConsentEntry.objects.get(channel="email").evidence == {"box": "not_asked"}


def test_a_key_that_may_not_act_for_the_guest_is_refused_and_nothing_is_left(admin, inside, centro, bearer):
    answer = book(bearer(inside, "pos"), centro, marketing_opt_in={"email": True, "wording": "x"})

    assert answer.status_code == 403
    assert "guest_action" in answer.content.decode()
    assert admin.get("contacts/").json()["results"] == []


def test_unsubscribed_by_staff_only_the_guests_next_tick_brings_it_back(admin, widget, centro):
    book(widget, centro, marketing_opt_in={"email": True, "wording": "x"})
    path = contact_path(admin)
    answer = admin.post(f"{path}unsubscribe/", {"venue": str(centro.pk), "channel": "email"})
    assert answer.status_code == 200
    assert consents(admin) == {"email": "unsubscribed", "sms": "implied"}

    body = {"venue": str(centro.pk), "channel": "email", "status": "explicit", "evidence": PAPER}
    refused = admin.post(f"{path}consents/", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_irreversible")

    book(widget, centro)
    assert consents(admin)["email"] == "unsubscribed"
    book(widget, centro, marketing_opt_in={"email": True, "wording": "x"})
    assert consents(admin)["email"] == "explicit"


def test_a_subscription_without_evidence_names_the_part_that_is_missing(admin, widget, centro):
    book(widget, centro)
    body = {"venue": str(centro.pk), "channel": "email", "status": "explicit", "evidence": {**PAPER, "wording": ""}}
    answer = admin.post(f"{contact_path(admin)}consents/", body)

    assert answer.status_code == 422
    assert answer.json()["code"] == "evidence_needed"
    assert consents(admin)["email"] == "implied"


def test_a_walk_in_without_a_name_leaves_no_consent(admin, inside, centro):
    answer = admin.post("bookings/", {"venue": str(centro.pk), "kind": "walk_in", "party_size": 3})

    assert answer.status_code == 201
    assert not ConsentEntry.objects.exists()


def test_an_address_added_to_an_open_booking_implies_and_an_unchanged_one_says_nothing_new(admin, centro):
    answer = book(admin, centro, channel="phone", guest={"last_name": "Rossi", "phone": PHONE})
    path = f"bookings/{answer.json()['id']}/"

    admin.patch(path, {"guest": {"last_name": "Rossi", "phone": PHONE, "email": EMAIL}})
    assert consents(admin) == {"email": "implied", "sms": "implied"}

    admin.patch(path, {"guest": {"last_name": "Bianchi", "phone": PHONE, "email": EMAIL}})
    assert ConsentEntry.objects.count() == 2


def test_a_box_ticked_before_the_guest_left_and_told_late_brings_nobody_back(admin, inside, centro, bearer):
    """A web shop delivers an order after the guest has unsubscribed; the next box does bring them back (R-CONSENT-2)."""
    shop = bearer(inside, "admin", venue=centro)

    def order(placed_at):
        body = {"venue": str(centro.pk), "kind": "takeaway", "channel": "order_web", "guest": ANNA, "currency": "EUR"}
        items = [{"name": "Margherita", "quantity": 1, "unit_price_minor": 900}]
        told = {"placed_at": placed_at.isoformat(), "items": items, "total_minor": 900}
        answer = shop.post("orders/", {**body, **told, "marketing_opt_in": {"email": True, "wording": "x"}})
        assert answer.status_code == 201, answer.json()

    order(timezone.now() - datetime.timedelta(hours=3))
    admin.post(f"{contact_path(admin)}unsubscribe/", {"venue": str(centro.pk), "channel": "email"})
    order(timezone.now() - datetime.timedelta(hours=1))
    assert consents(admin)["email"] == "unsubscribed"

    order(timezone.now())
    assert consents(admin)["email"] == "explicit"
