"""The tabs of a contact's card, one shown at a time (R-CRM-3); dashboard/tabs/ holds what fills each."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from crm.models import Contact
from crm.visits import Breakdown
from dashboard.context import Shell
from dashboard.tabs import bookings, changes, consents, orders, visits, words
from dashboard.tabs.frame import Card, Tab

TABS: tuple[Tab, ...] = (
    bookings.TAB,
    orders.ORDERS,
    orders.RECEIPTS,
    visits.TAB,
    words.COMMUNICATIONS,
    words.REVIEWS,
    consents.TAB,
    changes.TAB,
)


def content(contact: Contact, shell: Shell, query: QueryDict, breakdown: Breakdown | None = None) -> dict[str, Any]:
    """The context of `dashboard/contacts/tabs.html`, with that of the tab which the address names.

    `breakdown` is that of the contact's visits, where it is known already.
    """
    card = Card(contact, {venue.pk: venue for venue in shell.venues}, shell.tenant.slug, query, breakdown)
    tabs = [tab for tab in TABS if tab.may_be_seen]
    current = next((tab for tab in tabs if tab.key == query.get("tab")), bookings.TAB)
    return {
        "tabs": [
            {"label": tab.label, "url": card.url(tab.key), "is_current": tab is current, "count": tab.counted(contact)}
            for tab in tabs
        ],
        "tab_template": f"dashboard/contacts/tab_{current.key}.html",
        **current.fill(card),
    }
