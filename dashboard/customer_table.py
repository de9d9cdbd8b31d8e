"""The customer table: since when, who, newsletter, orders, spend, fixed discount (source U; R-CRM-5, R-CRM-9, R-ORDER-3).

It is the contact list with other columns: the same search, filters and pages.
"""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy

from consent import reading
from consent.reading import ConsentItem
from consent.status import ConsentChannel
from crm import figures, listing
from crm.models import Contact
from dashboard import consent_marks, discount_marks, filter_panel
from dashboard.contact_list import ListState
from dashboard.context import Shell
from dashboard.templatetags.coperto import amount, money
from tenants import keyset
from tenants.models import Venue

PAGE_SIZE = 100
COLUMNS = (
    (gettext_lazy("Account since"), "created_at", False),
    (gettext_lazy("Name"), "last_name", False),
    (gettext_lazy("E-mail and phone"), "", False),
    (gettext_lazy("Newsletter"), "", False),
    (gettext_lazy("Orders"), "", True),
    (gettext_lazy("Spend"), "spend_total_minor", True),
    (gettext_lazy("Fixed discount"), "", False),
)


def content(query: QueryDict, address: str, shell: Shell) -> dict[str, Any]:
    """The context of `dashboard/reports/customers.html`."""
    state = ListState(query, address)
    contacts = state.filters.qs if state.filters.is_valid() else Contact.objects.none()
    found = keyset.page_or_first(
        listing.sortable(contacts, state.ordering),
        cursor=query.get("cursor"),
        by=state.ordering,
        table=listing.ORDERINGS,
        limit=PAGE_SIZE,
        load=listing.load,
    )
    return {
        "section": "reports",
        "venue": shell.venue,
        "columns": [
            {"label": label, **_sorting(state, name, is_number=is_number)} for label, name, is_number in COLUMNS
        ],
        "rows": _rows(found.rows, shell.venue),
        "chips": list(filter_panel.chips(state)),
        "query": query.get("q", ""),
        "clear_url": address,
        "export_query": state.filters_query(),
        "next_url": found.next and state.url(cursor=found.next),
        "previous_url": found.previous and state.url(cursor=found.previous),
    }


def _sorting(state: ListState, name: str, *, is_number: bool) -> dict[str, Any]:
    if not name:
        return {"url": "", "direction": "", "is_number": is_number}
    direction = {name: "ascending", f"-{name}": "descending"}.get(state.ordering, "")
    turned = {"ascending": f"-{name}", "descending": name}.get(direction, f"-{name}" if is_number else name)
    return {"url": state.url(ordering=turned), "direction": direction, "is_number": is_number}


def _rows(contacts: list[Contact], venue: Venue) -> list[dict[str, Any]]:
    consents = reading.current(contacts, venues=[venue], now=timezone.now())
    discounts = discount_marks.of(contact.pk for contact in contacts)
    return [
        {
            "id": contact.pk,
            "name": str(contact),
            "email": contact.email,
            "phone": contact.phone,
            "since": contact.registered_at,
            "newsletter": _newsletter(consents[contact.pk], venue),
            "order_count": amount(contact.stats.order_count + contact.imported_order_count),
            "spend": _spend(contact, venue),
            "discount": discounts.get(contact.pk, ""),
        }
        for contact in contacts
    ]


def _newsletter(items: list[ConsentItem], venue: Venue) -> list[consent_marks.ConsentMark]:
    """What the guest's e-mail allows the venue; nothing where it was never asked."""
    return consent_marks.of([one for one in items if one.channel == ConsentChannel.EMAIL], [venue])


def _spend(contact: Contact, venue: Venue) -> str:
    """With what an import told of before us; that stands in the venue's currency."""
    amounts = {one.currency: one.total_minor for one in figures.spend(contact.stats)}
    if contact.imported_spend_minor:
        amounts[venue.currency] = amounts.get(venue.currency, 0) + contact.imported_spend_minor
    return " + ".join(money(total, currency) for currency, total in amounts.items())
