"""Guests of the message tests, through the API; and a provider that takes nothing."""

from __future__ import annotations

import datetime
from typing import ClassVar

from outreach import tasks
from outreach.sms import SmsRefused

ANNA = {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.com", "phone": "+393331234567"}
YESTERDAY = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
EVIDENCE = {"source": "paper form", "date": "2026-01-10", "wording": "I would like your news."}
# Nobody listens there.
UNREACHABLE = {
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "127.0.0.1",
    "EMAIL_PORT": 9,
}


def contact(key, **guest):
    """The id of a new contact who never came."""
    return key.post("contacts/", {**ANNA, **guest}).json()["id"]


def agree(key, contact_id, place, *, channel="email", venue=None):
    answer = key.post(
        f"contacts/{contact_id}/consents/",
        {"venue": str((venue or place.venue).pk), "channel": channel, "status": "explicit", "evidence": EVIDENCE},
    )
    assert answer.status_code == 200, answer.json()


def leave(key, contact_id, place, *, channel="email", venue=None):
    body = {"venue": str((venue or place.venue).pk), "channel": channel}
    assert key.post(f"contacts/{contact_id}/unsubscribe/", body).status_code == 200


def book(key, contact_id, place, *, status="arrived", starts_at=YESTERDAY, **more):
    taken = key.post(
        "bookings/",
        {
            "venue": str(place.venue.pk),
            "channel": "phone",
            "starts_at": starts_at.isoformat(),
            "party_size": 2,
            "contact": contact_id,
            **more,
        },
    ).json()
    key.post(f"bookings/{taken['id']}/status/", {"status": status})
    return taken["id"]


def order(key, contact_id, place, *, status="fulfilled"):
    body = {
        "venue": str(place.venue.pk),
        "kind": "takeaway",
        "channel": "order_phone",
        "placed_at": YESTERDAY.isoformat(),
        "items": [{"name": "Margherita", "quantity": 1, "unit_price_minor": 900}],
        "total_minor": 900,
        "currency": place.venue.currency,
        "guest": {"email": ANNA["email"]},
    }
    taken = key.post("orders/", body).json()
    assert taken["contact"] == contact_id, taken
    assert key.post(f"orders/{taken['id']}/status/", {"status": status}).status_code == 200


def sell(key, contact_id, place):
    body = {
        "venue": str(place.venue.pk),
        "provider": "till",
        "external_id": "1",
        "closed_at": YESTERDAY.isoformat(),
        "contact": contact_id,
        "lines": [{"name": "Margherita", "quantity": 1, "unit_price_minor": 900, "total_minor": 900}],
        "net_minor": 900,
        "total_minor": 900,
        "currency": place.venue.currency,
    }
    answer = key.post("receipts/", body)
    assert answer.status_code == 201, answer.json()


def write(key, contact_id, **body):
    return key.post(f"contacts/{contact_id}/messages/", {"channel": "email", **body})


def deliver(place, message_id):
    tasks.deliver.apply(kwargs={"tenant_id": str(place.id), "message_id": str(message_id)}, throw=True)


def suggestion(key, contact_id):
    return key.get(f"contacts/{contact_id}/").json()["suggested_message"]


class RefusingProvider:
    def send(self, to: str, text: str) -> str:
        raise SmsRefused("this number takes no SMS")


class KeepingProvider:
    """Keeps what it was given, (phone, text), for the test to read and to empty."""

    sent: ClassVar[list[tuple[str, str]]] = []

    def send(self, to: str, text: str) -> str:
        self.sent.append((to, text))
        return "kept"
