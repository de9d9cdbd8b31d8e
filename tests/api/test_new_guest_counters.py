"""A new guest's one fact is counted as it goes in, without a recount, and a recount finds the same (R-CRM-2)."""

from __future__ import annotations

import pytest

from crm import rebuilding
from crm.models import ContactStats

GUEST = {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.com", "phone": "+39 333 123 4567"}
TABLE = {"party_size": 2, "starts_at": "2030-05-01T20:00:00+02:00"}
PIZZA = {
    "items": [{"name": "Margherita", "quantity": 1, "unit_price_minor": 900}],
    "total_minor": 900,
    "currency": "EUR",
}


@pytest.mark.parametrize(
    ("path", "fact", "counts"),
    [
        ("bookings/", {"channel": "web", **TABLE}, {"booking_count": 1}),
        ("bookings/", {"kind": "walk_in", "party_size": 2}, {"booking_count": 1, "visit_count": 1}),
        ("bookings/", {"kind": "queue", "party_size": 2}, {"booking_count": 1}),
        ("wifi-sessions/", {"provider": "unifi"}, {"visit_count": 1}),
        ("orders/", {"kind": "takeaway", "channel": "order_web", **PIZZA}, {}),
    ],
    ids=["reservation", "walk-in", "queue", "WiFi", "order"],
)
def test_a_recount_finds_what_went_in(trattoria, bearer, path, fact, counts):
    venue = str(trattoria.venue.pk)

    answer = bearer(trattoria).post(path, {"venue": venue, "guest": GUEST, **fact})

    assert answer.status_code == 201, answer.content
    with trattoria.enter():
        stats = ContactStats.objects.get()
        assert {name: getattr(stats, name) for name in ("booking_count", "visit_count")} == {
            "booking_count": 0,
            "visit_count": 0,
            **counts,
        }
        assert sorted(stats.by_venue) == ([venue] if counts else [])
    (rebuilt,) = rebuilding.rebuild(trattoria.id)
    assert (rebuilt.contact_count, rebuilt.differences) == (1, [])
