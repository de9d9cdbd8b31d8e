"""The page of renewals with guests on it, at a desk and on a phone (R-CONSENT-3)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from consent.status import Event
from crm.months import later
from tests.consent.people import PHONE as NUMBER
from tests.consent.people import anna, happen
from tests.dashboard.conftest import DESK, PHONE, Visit
from tests.dashboard.test_look import AUDIT, SHOTS
from tests.personas import Place


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_guests_whose_consent_ends_can_be_read_and_written_to(
    visit: Visit, bistro: Place, size: tuple[int, int]
) -> None:
    now = timezone.now()
    booked_at = now - (now.date() - later(now.date(), -6)) + datetime.timedelta(days=9)
    with bistro.enter():
        guest = anna(bistro.venue, email="a.very.long.address.of.somebody@restaurant-guests.example.net")
        for email, phone in ((guest.email, None), (None, NUMBER), ("stranger@example.net", None)):
            happen(Event.OTHERS_BOOKED, bistro.venue, email=email, phone=phone, contact=guest, at=booked_at)
    visitor = visit(bistro, size=size)

    page = visitor.go("renewals/")

    if SHOTS:
        page.screenshot(path=f"{SHOTS}/renewals-full-{size[0]}.png", full_page=True)
    assert page.evaluate(AUDIT, size == PHONE) == []
    assert page.get_by_role("link", name="Write").count() == 2
    assert visitor.complaints == []
