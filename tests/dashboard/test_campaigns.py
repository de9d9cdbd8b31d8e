"""Campaigns through the pages: a new one, its preview, test, sending, progress and results (R-CRM-10)."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import pytest
from django.core import mail
from django.db import connections
from playwright.sync_api import expect

from crm.models import ContactGroup
from outreach import campaigns, tasks
from outreach.models import Campaign, MessageTemplate
from tenants.permissions import Role
from tests.dashboard.conftest import DESK, PHONE, Visit
from tests.dashboard.counter import see, send, text_of
from tests.dashboard.letters import WRITERS
from tests.dashboard.test_look import AUDIT
from tests.dashboard.test_pages import url
from tests.outreach import audiences
from tests.personas import Place

SHOTS = os.environ.get("COPERTO_SCREENSHOTS")


@pytest.fixture
def group(trattoria: Place) -> ContactGroup:
    """Five guests who agreed, two who did not."""
    people = audiences.guests(trattoria, 5, language="it") + audiences.guests(trattoria, 2, agreed=False, prefix="shy")
    return audiences.group_of(trattoria, people)


def invitation(place: Place) -> MessageTemplate:
    with place.enter():
        found: MessageTemplate = MessageTemplate.objects.get(
            kind="invite", language="it", channel="email", is_builtin=True
        )
        return found


def add(place: Place, group: ContactGroup, *, role: str = Role.OWNER) -> Campaign:
    values = {"audience": f"group:{group.pk}", "template": invitation(place).pk, "venue": place.venue.pk}
    assert send(place, "campaign_new", role=role, **values).status_code == 302
    with place.enter():
        found: Campaign = Campaign.objects.latest("created_at")
        return found


def work(place: Place, campaign: Campaign) -> None:
    tasks.send_campaign.apply(kwargs={"tenant_id": str(place.id), "campaign_id": str(campaign.pk)}, throw=True)


@pytest.mark.parametrize("role", WRITERS)
def test_a_campaign_is_made_looked_at_and_sent(trattoria: Place, group: ContactGroup, role: str) -> None:
    campaign = add(trattoria, group, role=role)

    page = see(trattoria, "campaign", campaign.pk, role=role)
    assert "5 of 7 contacts are reached" in page
    assert "Has not agreed to be written to 2" in page
    assert "5 guests get an e-mail from Centro." in page
    assert "Un tavolo ti aspetta da Centro" in page

    assert send(trattoria, "campaign_send", campaign.pk, role=role).status_code == 302
    assert "0 of 7 addresses" in see(trattoria, "campaign", campaign.pk, role=role)
    work(trattoria, campaign)
    page = see(trattoria, "campaign", campaign.pk, role=role)
    assert "5 sent 0 not sent 2 left out 0 unsubscribed since 0 bookings within 30 days" in page
    assert len(mail.outbox) == 5
    assert "Invitation E-mail · Centro Wine evenings sent 5 0 0" in see(trattoria, "campaigns", role=role)


def test_a_draft_that_is_discarded_is_gone(trattoria: Place, group: ContactGroup) -> None:
    campaign = add(trattoria, group)

    assert send(trattoria, "campaign_delete", campaign.pk).url == url(trattoria, "campaigns")

    assert trattoria.signed_in().get(url(trattoria, "campaign", campaign.pk)).status_code == 404
    assert "No campaigns yet" in see(trattoria, "campaigns")


def test_sent_a_second_time_it_says_so_and_nobody_is_written_to_twice(trattoria: Place, group: ContactGroup) -> None:
    campaign = add(trattoria, group)
    send(trattoria, "campaign_send", campaign.pk)
    work(trattoria, campaign)

    client = trattoria.signed_in()
    answer = client.post(
        url(trattoria, "campaign_send", campaign.pk), {"next": url(trattoria, "campaigns")}, follow=True
    )

    assert "This campaign was sent already." in text_of(answer)
    assert len(mail.outbox) == 5


def test_a_campaign_that_is_being_sent_is_stopped(trattoria: Place, group: ContactGroup) -> None:
    campaign = add(trattoria, group)
    send(trattoria, "campaign_send", campaign.pk)

    send(trattoria, "campaign_cancel", campaign.pk)

    work(trattoria, campaign)
    page = see(trattoria, "campaign", campaign.pk)
    assert "cancelled" in page
    assert "7 addresses were not written to." in page
    assert mail.outbox == []


def test_a_test_goes_to_who_asks(trattoria: Place, group: ContactGroup) -> None:
    campaign = add(trattoria, group)

    client = trattoria.signed_in(Role.MARKETER)
    answer = client.post(url(trattoria, "campaign_test", campaign.pk), {"language": "fr"}, follow=True)

    assert "A test is on its way to marketer@trattoria.example.com." in text_of(answer)


def test_without_groups_and_segments_the_pages_say_what_to_do(trattoria: Place) -> None:
    for name in ("campaigns", "campaign_new"):
        assert "Whom would you like to write to?" in see(trattoria, name)


def test_a_draft_whose_group_is_gone_says_so(trattoria: Place, group: ContactGroup) -> None:
    campaign = add(trattoria, group)
    with trattoria.enter():
        group.delete()

    assert "The group or segment was deleted meanwhile." in see(trattoria, "campaign", campaign.pk)


def test_a_venue_that_does_not_say_who_it_is_is_named_before_anything_is_sent(
    trattoria: Place, group: ContactGroup
) -> None:
    campaign = add(trattoria, group)
    with trattoria.enter():
        type(trattoria.venue).objects.update(legal_name="")

    page = trattoria.signed_in().get(url(trattoria, "campaign", campaign.pk))
    assert "Marketing must say whom it is from." in text_of(page)
    assert url(trattoria, "venue_edit", trattoria.venue.pk) in page.content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"audience": ""},
        {"audience": "group:0198c5a0-0000-7000-8000-000000000000"},
        {"audience": "nonsense"},
        {"template": "nonsense"},
        {"template": ""},
        {"venue": ""},
        {"venue": "x"},
    ],
)
def test_a_form_filled_in_badly_makes_no_campaign(
    trattoria: Place, group: ContactGroup, changes: dict[str, str]
) -> None:
    values = {
        "audience": f"group:{group.pk}",
        "template": str(invitation(trattoria).pk),
        "venue": str(trattoria.venue.pk),
    }

    assert send(trattoria, "campaign_new", **{**values, **changes}).status_code == 400

    with trattoria.enter():
        assert Campaign.objects.count() == 0


def test_a_form_sent_twice_makes_one_campaign(trattoria: Place, group: ContactGroup) -> None:
    values = {
        "audience": f"group:{group.pk}",
        "template": str(invitation(trattoria).pk),
        "venue": str(trattoria.venue.pk),
        "form_number": "0198c5a0-0000-7000-8000-0000000000aa",
    }

    first, second = (send(trattoria, "campaign_new", **values) for _time in range(2))

    assert first.url == second.url
    with trattoria.enter():
        assert Campaign.objects.count() == 1


def test_groups_and_segments_lead_to_a_campaign_to_them(trattoria: Place, group: ContactGroup) -> None:
    page = trattoria.signed_in().get(url(trattoria, "groups")).content.decode()
    address = f"{url(trattoria, 'campaign_new')}?group={group.pk}"
    assert address in page
    listed = trattoria.signed_in().get(url(trattoria, "contacts"), {"group": str(group.pk)}).content.decode()
    assert address in listed

    form = trattoria.signed_in().get(address).context["form"]

    assert form["audience"].value() == f"group:{group.pk}"


def test_a_host_has_no_campaigns(trattoria: Place, group: ContactGroup) -> None:
    campaign = add(trattoria, group)
    host = trattoria.signed_in(Role.HOST)

    for name in ("campaigns", "campaign_new"):
        assert host.get(url(trattoria, name)).status_code == 403
    assert host.get(url(trattoria, "campaign", campaign.pk)).status_code == 403
    for name in ("campaign_send", "campaign_test", "campaign_cancel", "campaign_delete"):
        assert host.post(url(trattoria, name, campaign.pk)).status_code == 403
    assert "Campaigns" not in text_of(host.get(url(trattoria, "more")))


def test_a_campaign_of_another_tenant_is_not_there(trattoria: Place, bistro: Place, group: ContactGroup) -> None:
    campaign = add(trattoria, group)

    assert bistro.signed_in().get(url(bistro, "campaign", campaign.pk)).status_code == 404
    for name in ("campaign_send", "campaign_test", "campaign_cancel", "campaign_delete"):
        assert bistro.signed_in().post(url(bistro, name, campaign.pk)).status_code == 404


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Works off what was rung for, when the test says so: there is no broker between the doorbell and the worker here."""
    rung: list[dict[str, str]] = []

    def ring(*, kwargs: dict[str, str]) -> None:
        rung.append(kwargs)

    monkeypatch.setattr(tasks.send_campaign, "apply_async", ring)

    def work_off() -> None:
        thread = threading.Thread(target=_work_off, args=(rung,))
        thread.start()
        thread.join()

    return work_off


def _work_off(rung: list[dict[str, str]]) -> None:
    try:
        while rung:
            tasks.send_campaign.run(**rung.pop(0))
    finally:
        connections.close_all()


def test_in_a_browser_from_the_group_to_the_results(
    visit: Visit, trattoria: Place, group: ContactGroup, worker: Callable[[], None]
) -> None:
    visitor = visit(trattoria, Role.MARKETER)
    page = visitor.go("groups/")
    page.get_by_role("link", name="Write to them Wine evenings").click()
    expect(page.get_by_label("To", exact=True)).to_have_value(f"group:{group.pk}")
    page.get_by_label("Text").select_option(label="Invitation (English, French, Italian, Polish)")
    page.get_by_role("button", name="See whom it reaches").click()

    expect(page.locator("main")).to_contain_text("of 7 contacts are reached")
    page.locator("summary", has_text="Send…").click()
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    worker()

    expect(page.locator("[data-count=sent]")).to_have_text("5", timeout=10_000)
    expect(page.locator(".head .tag")).to_have_text("sent")
    assert visitor.complaints == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_of_campaigns_is_legible_and_can_be_used(
    visit: Visit, trattoria: Place, size: tuple[int, int]
) -> None:
    visitor = visit(trattoria, size=size)
    faults: list[str] = []
    paths = {"campaigns-none": "campaigns/"}
    look(visitor, paths, size, faults)
    people = audiences.guests(trattoria, 5, language="it") + audiences.guests(trattoria, 2, agreed=False, prefix="shy")
    group = audiences.group_of(trattoria, people)
    made = [add(trattoria, group) for _time in range(4)]
    with trattoria.enter():
        for one in made[1:]:
            campaigns.send(one, at=one.created_at)
    work(trattoria, made[2])
    with trattoria.enter():
        Campaign.objects.filter(pk=made[3].pk).update(status="failed", failure="server_refuses", lease_until=None)
    paths = {
        "campaigns": "campaigns/",
        "campaign-new": f"campaigns/new/?group={group.pk}",
        "campaign-draft": f"campaigns/{made[0].pk}/",
        "campaign-sending": f"campaigns/{made[1].pk}/",
        "campaign-sent": f"campaigns/{made[2].pk}/",
        "campaign-failed": f"campaigns/{made[3].pk}/",
        "campaign-groups": "groups/",
        "campaign-list": f"contacts/?group={group.pk}",
    }
    look(visitor, paths, size, faults)

    assert "\n".join(faults) == ""
    assert visitor.complaints == []


def look(visitor: object, paths: dict[str, str], size: tuple[int, int], faults: list[str]) -> None:
    for name, path in paths.items():
        page = visitor.go(path)  # type: ignore[attr-defined]
        faults += [f"{name}: {fault}" for fault in page.evaluate(AUDIT, size == PHONE)]
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{size[0]}.png", full_page=True)
