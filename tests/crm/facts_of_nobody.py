"""Facts of nobody, one of each kind that can be cleared by itself, and what is left of it."""

from __future__ import annotations

import datetime

from django.utils import timezone
from uuid_utils.compat import uuid7

from bookings.models import Booking
from consent.models import ConsentStatus
from consent.status import Event
from crm import identity
from crm.models import Review, Segment
from importexport import jobs, running, uploading
from importexport.models import ImportJob, ImportMode, ImportRow
from orders.models import Order, Receipt
from outreach.models import Confirmation, Inquiry, PromotionSignup
from tests.api.test_followers import follow
from tests.api.test_orders import PIZZA
from tests.consent.people import happen
from wifi.models import WifiSession

NEMO = {"first_name": "Nemo", "last_name": "Nobody"}


def soon(**length):
    return (timezone.now() + datetime.timedelta(**length)).isoformat()


def rows(place, model, columns=None):
    """What the rows of a model say, of these columns or of all."""
    with place.enter():
        return list(model.objects.values(*(columns or ())))


def _fact(path, **body):
    def make(key, place):
        answer = key.post(path, {"venue": str(place.venue.pk), **body})
        assert answer.status_code == 201, answer.content
        return answer.json()["id"]

    return make


def _consent(key, place):
    """Of an address that nobody in the list has."""
    with place.enter():
        identity.lock_keys(["nemo@example.com"])
        happen(Event.INQUIRED, place.venue, email="nemo@example.com")
        return str(ConsentStatus.objects.get().pk)


def _confirmation(key, place):
    follower = follow(key, place).json()["id"]
    answer = key.post(
        f"followers/{follower}/login/", {"guest": {**NEMO, "email": "nemo@example.com"}, "verified": False}
    )
    assert answer.status_code < 300, answer.content
    with place.enter():
        return str(Confirmation.objects.get().pk)


def _list(key, place):
    with place.enter():
        return str(_uploaded(place).pk)


def _row(key, place):
    with place.enter():
        job = jobs.start(_uploaded(place))
    while running.work(place.id, job.pk, holder=str(uuid7())):
        pass
    [found] = key.post("privacy/search/", {"q": "Nemo"}).json()["results"]
    return found["id"]


def _uploaded(place):
    text = "Nome;E-mail\nNemo;nobody\n"
    return uploading.upload([text.encode()], file_name="list.csv", mode=ImportMode.UPSERT, venue=place.venue)


def _segment(key, place):
    return key.post("segments/", {"name": "Nemo and his friends", "filters": {"q": "nemo"}}).json()["id"]


FACTS = {
    "booking": _fact("bookings/", guest=NEMO, starts_at=soon(days=1), party_size=2, channel="phone"),
    "order": _fact(
        "orders/", guest=NEMO, kind="takeaway", items=[PIZZA], total_minor=1700, currency="EUR", notes="for Nemo"
    ),
    "receipt": _fact("receipts/", guest=NEMO, closed_at="2026-10-01T20:00:00Z", total_minor=100),
    "wifi_session": _fact("wifi-sessions/", guest=NEMO, connected_at="2026-10-01T20:00:00Z"),
    "inquiry": _fact("inquiries/", guest=NEMO, subject="Nemo", message="Nemo asks"),
    "promotion_signup": _fact("promotion-signups/", guest=NEMO, promotion="Truffles"),
    "review": _fact("reviews/", source="private", rating=5, text="Nemo was here", reviewed_at="2026-10-01T20:00:00Z"),
    "consent": _consent,
    "confirmation": _confirmation,
    "import": _list,
    "import_row": _row,
    "segment": _segment,
}
# What is left of it, by the columns that told of the guest; None where the row goes.
LEFT = {
    "booking": (Booking, {"guest": {}, "notes": "", "table": "", "occasion": ""}),
    "order": (Order, {"guest": {}, "notes": ""}),
    "receipt": (Receipt, {"guest": {}}),
    "wifi_session": (WifiSession, {"guest": {}}),
    "inquiry": (Inquiry, {"guest": {}, "subject": "", "message": ""}),
    "promotion_signup": (PromotionSignup, {"guest": {}}),
    "review": (Review, {"text": ""}),
    "consent": (ConsentStatus, None),
    "confirmation": (Confirmation, None),
    "import": (ImportJob, {"sample": [], "status": "cancelled"}),
    "import_row": (ImportRow, {"cells": ["", ""]}),
    "segment": (Segment, None),
}
