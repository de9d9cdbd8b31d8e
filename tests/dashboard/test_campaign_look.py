"""A campaign that waits for the mail server, at a desk and on a phone: the page says so, and follows when it goes on (R-CRM-10)."""

from __future__ import annotations

import pytest

from outreach.models import CampaignRecipient
from tests.dashboard.conftest import DESK, PHONE, Visit
from tests.dashboard.test_look import AUDIT, SHOTS
from tests.mail_server import free_port, mail_server
from tests.outreach.audiences import draft, group_of, guests, lapse, start, work
from tests.personas import Place


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_it_says_that_it_waits_and_until_when_and_follows_when_it_goes_on(
    visit: Visit, trattoria: Place, size: tuple[int, int], settings
) -> None:
    port = free_port()
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = "outreach.smtp.SmtpMail", "127.0.0.1", port
    campaign = draft(trattoria, group_of(trattoria, guests(trattoria, 3)))
    start(trattoria, campaign)
    at = work(trattoria, campaign).retry_at
    assert at is not None
    visitor = visit(trattoria, size=size)

    page = visitor.go(f"campaigns/{campaign.pk}/")

    said = page.get_by_role("status").filter(has_text=f"{at.astimezone(trattoria.venue.zone):%H:%M}")
    said.wait_for()
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/campaign-waits-{size[0]}.png", full_page=True)
    assert page.evaluate(AUDIT, size == PHONE) == []
    lapse(trattoria)
    with mail_server(port):
        assert work(trattoria, campaign).status == "sent"
    said.wait_for(state="detached")
    page.locator(".tag", has_text="sent").first.wait_for()
    assert visitor.complaints == []
    with trattoria.enter():
        assert set(CampaignRecipient.objects.values_list("status", flat=True)) == {"written"}
