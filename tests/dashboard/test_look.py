"""How every page looks, at a desk and on a phone: nothing overflows, text is legible, controls have names and can be hit.

With COPERTO_SCREENSHOTS set to a folder, what was seen is kept there.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bookings.models import Booking, BookingStatus
from crm import segments
from crm.models import Contact, Segment
from orders.models import Order, Receipt
from tests.dashboard import evening
from tests.dashboard.conftest import DESK, PHONE, Visit
from tests.personas import Place

AUDIT = (Path(__file__).parent / "audit.js").read_text()
SHOTS = os.environ.get("COPERTO_SCREENSHOTS")
LANGUAGES = os.environ.get("COPERTO_LANGUAGES", "en").split()


def _paths(place: Place) -> dict[str, str]:
    with place.enter():
        giulia = Contact.objects.get(last_name="Moretti")
        chiara = Contact.objects.get(last_name="De Santis")
        order = Order.objects.get(contact=giulia)
        opened = Order.objects.get(contact__last_name="De Luca")
        booking = Booking.objects.get(contact=giulia, status=BookingStatus.CONFIRMED)
        receipt = Receipt.objects.get(external_id="R-1007")
        segment = Segment.objects.get()
    return {
        "board": "",
        "contacts": "contacts/",
        "nobody": "contacts/?q=zzz&visits_min=3",
        "card": f"contacts/{giulia.pk}/",
        "card-blocked": f"contacts/{chiara.pk}/",
        "orders-tab": f"contacts/{giulia.pk}/?tab=orders",
        "receipts-tab": f"contacts/{giulia.pk}/?tab=receipts",
        "communications-tab": f"contacts/{giulia.pk}/?tab=communications",
        "reviews-tab": f"contacts/{giulia.pk}/?tab=reviews",
        "consents-tab": f"contacts/{giulia.pk}/?tab=consents",
        "renewals": "renewals/",
        "visits": f"contacts/{giulia.pk}/?tab=visits",
        "changes": f"contacts/{giulia.pk}/?tab=changes",
        "notes": f"contacts/{giulia.pk}/?notes=1",
        "edit": f"contacts/{giulia.pk}/edit/",
        "clear": f"contacts/{giulia.pk}/clear/",
        "add": "contacts/new/",
        "bin": "bin/",
        "booking": "bookings/new/",
        "booking-known": f"bookings/new/?contact={giulia.pk}",
        "walk-in": "bookings/new/?kind=walk_in",
        "queue": "bookings/new/?kind=queue",
        "booking-edit": f"bookings/{booking.pk}/",
        "close": "close/",
        "orders": "orders/",
        "orders-list": "orders/?period=week",
        "orders-none": "orders/?period=yesterday&status=ready",
        "order": f"orders/{order.pk}/",
        "order-open": f"orders/{opened.pk}/",
        "order-edit": f"orders/{opened.pk}/edit/",
        "order-edit-settled": f"orders/{order.pk}/edit/",
        "receipts": "receipts/",
        "receipts-none": "receipts/?show=unlinked",
        "receipt": f"receipts/{receipt.pk}/",
        "segment": f"contacts/?segment={segment.pk}",
        "segment-adjusted": f"contacts/?language=it&adjust={segment.pk}",
        "order-new": "orders/new/",
        "order-known": f"orders/new/?contact={giulia.pk}",
        "order-blocked": f"orders/new/?contact={chiara.pk}",
        "messages": "messages/?show=all",
        "messages-failed": "messages/?show=failed",
        "write": f"contacts/{giulia.pk}/write/?template=ask_opinion",
        "followers": "followers/",
        "message-templates": "settings/messages/",
        "message-template-new": "settings/messages/new/",
        "discounts": "settings/discounts/",
        "imports": "imports/",
        "exports": "exports/",
        "exports-filtered": "exports/?report=1&language=it&visits_min=2&columns=tags",
        "reports": "reports/",
        "customers": "reports/customers/",
        "venues": "settings/venues/",
        "venue": "settings/venues/new/",
        "staff": "settings/staff/",
        "tags": "settings/tags/",
        "keys": "settings/keys/",
        "more": "more/",
    }


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_legible_and_can_be_used(
    visit: Visit, trattoria: Place, size: tuple[int, int], language: str
) -> None:
    with trattoria.enter():
        found = evening.board_of(trattoria)
        evening.sales_of(found)
        evening.words_of(found)
        segments.create("Italian regulars", {"language": "it", "visits_min": 1})
    visitor, faults = visit(trattoria, size=size, language=language), []

    for name, path in _paths(trattoria).items():
        page = visitor.go(path)
        faults += [f"{name}: {fault}" for fault in page.evaluate(AUDIT, size == PHONE)]
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{size[0]}-{language}.png", full_page=True)

    assert "\n".join(faults) == ""
    assert visitor.complaints == []
