"""How many statements a contact's card costs, with everything on it (R-CRM-1, R-CRM-2, R-CRM-3): at most twelve on any tab.

The counts are committed in tests/baselines/query_counts.json, as those of the API are.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm import groups, reviewing, tags
from crm.models import Contact, ReviewSource
from crm.reviewing import Opinion
from dashboard import contact_tabs
from orders import blocking
from orders.models import OrderAttempt, OrderKind
from outreach import following, receiving
from outreach.models import Follower
from tests.dashboard import evening
from tests.dashboard.test_pages import url
from tests.personas import Place

COUNTS = json.loads((Path(__file__).parent.parent / "baselines" / "query_counts.json").read_text(encoding="utf-8"))
# The tabs of the card's page.
BASELINES = {name.removeprefix("card, "): count for name, count in COUNTS.items() if name.startswith("card, ")}
FRAME = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
MOST = 12


@pytest.fixture
def moretti(trattoria: Place) -> Contact:
    """A guest with all there can be: bookings, orders, receipts, tags, groups, consent, a block, a discount, follows, words."""
    with trattoria.enter():
        found = evening.board_of(trattoria)
        evening.sales_of(found)
        guest, now = found.guests["Moretti"], timezone.now()
        tags.add(guest, "allergy_nuts")
        for name in ("Wine", "Friends of the house"):
            groups.add(groups.create(name), [guest.pk])
        groups.create("Nobody")
        blocking.block(guest)
        attempt = {"kind": OrderKind.DELIVERY, "total_minor": 3450, "currency": "EUR"}
        OrderAttempt(venue=trattoria.venue, contact=guest, attempted_at=now, **attempt).save(force_insert=True)
        for rating in (4, 5):
            reviewing.record(Opinion(trattoria.venue, ReviewSource.PRIVATE, rating, contact=guest.pk, reviewed_at=now))
        for venue in trattoria.venues:
            receiving.receive(guest, venue=venue, text="Is the garden open?", at=now)
        follower = following.follow(trattoria.venue, "app-1", at=now - datetime.timedelta(days=9)).follower
        Follower.objects.filter(pk=follower.pk).update(contact=guest)
    return guest


@pytest.fixture
def gagnon(bistro: Place) -> Contact:
    """A guest of Canada, where an implied consent expires, who came and may be asked for an opinion."""
    with bistro.enter():
        return evening.guests_of(bistro).guests["Gagnon"]


def statements(place: Place, contact: Contact, **query: str) -> list[str]:
    """What opening the card asks, the second time: the pages before it have warmed what is kept."""
    client, address = place.signed_in(), url(place, "contact", contact.pk)
    client.get(address, query)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address, query).status_code == 200
    # A prepared statement of tenants.rows is captured without its text.
    return [one["sql"] or "(prepared)" for one in captured if not (one["sql"] or "").startswith(FRAME)]


def test_every_tab_of_the_card_has_its_baseline() -> None:
    assert sorted(BASELINES) == sorted(tab.key for tab in contact_tabs.TABS)


@pytest.mark.parametrize("tab", sorted(BASELINES))
def test_a_card_with_everything_costs_what_its_baseline_says(trattoria: Place, moretti: Contact, tab: str) -> None:
    found = statements(trattoria, moretti, tab=tab)

    assert len(found) == BASELINES[tab], "\n".join(found)
    assert len(found) <= MOST


def test_a_card_with_a_suggestion_and_an_expiring_consent_costs_one_more(bistro: Place, gagnon: Contact) -> None:
    found = statements(bistro, gagnon)
    card = bistro.signed_in().get(url(bistro, "contact", gagnon.pk))

    assert card.context["suggestion"]["act"] == "Ask for an opinion"
    assert "implied-casl" in {mark.style for mark in card.context["consents"]}
    assert len(found) == BASELINES["bookings"] + 1, "\n".join(found)
    assert len(found) <= MOST
