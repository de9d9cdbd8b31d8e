"""The guest's pages on a phone and at a desk, in every language: legible, named, large enough (R-CONSENT-4, R-SERVICE-2)."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils import timezone

from consent import links
from consent.status import ConsentChannel, Event
from tests.consent.people import EMAIL, happen
from tests.dashboard.conftest import DESK, PHONE
from tests.dashboard.test_look import AUDIT, SHOTS
from tests.personas import Place


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_of_the_guest_is_legible_and_can_be_used(browser, site, trattoria: Place, size):
    with trattoria.enter():
        trattoria.venue.double_opt_in = True
        happen(Event.SIGNED_UP_TICKED, trattoria.venue, at=timezone.now())
        happen(Event.OTHERS_BOOKED, trattoria.venues[1])
        token = links.token_of(trattoria.venue, ConsentChannel.EMAIL, EMAIL)
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, has_touch=size == PHONE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for name in ("unsubscribe", "preferences", "confirm"):
        for code, _language in settings.LANGUAGES:
            page.goto(f"{site}/{name}/{token}?language={code}")
            faults = page.evaluate(AUDIT, size == PHONE)
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/guest-{name}-{code}-{size[0]}.png", full_page=True)
            assert faults == [], (name, code, faults)
    assert complaints == []
    context.close()
