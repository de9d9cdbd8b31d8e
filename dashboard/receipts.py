"""Receipts of the till: a venue's, newest first, and each on its own page, where it is linked to a contact (R-CRM-3, R-WRITE-4)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard import board, chosen_contact, context, pages
from dashboard.tabs import orders as order_tab
from orders import receipt_linking
from orders.models import Receipt, ReceiptLine
from tenants import keyset
from tenants.permissions import Permission

PAGE_SIZE = 50
BY_CLOSING = keyset.orderings(closed_at=("closed_at", "id"))
ALL, UNLINKED = "all", "unlinked"
CHIPS = {ALL: gettext_lazy("All receipts"), UNLINKED: gettext_lazy("Without a contact")}


@pages.page(Permission.ORDERS_READ)
def index(request: HttpRequest) -> HttpResponse:
    venue = board.wanted_venue(request)
    shown = request.GET.get("show", ALL)
    shown = shown if shown in CHIPS else ALL
    receipts: QuerySet[Receipt] = Receipt.objects.filter(venue=venue).select_related("contact")
    wanted = receipts.filter(contact__isnull=True) if shown == UNLINKED else receipts
    found = keyset.page_or_first(
        wanted, cursor=request.GET.get("cursor"), by="-closed_at", table=BY_CLOSING, limit=PAGE_SIZE
    )
    address = reverse("dashboard:receipts", args=[context.of(request).tenant.slug])
    content = {
        "section": "orders",
        "venue": venue,
        "shown": shown,
        "chips": [(label, f"{address}?{urlencode({'show': key})}", key == shown) for key, label in CHIPS.items()],
        "receipts": [{**_entry(one), "closed_at": one.closed_at.astimezone(venue.zone)} for one in found.rows],
        "older_url": found.next and f"{address}?{urlencode({'show': shown, 'cursor': found.next})}",
        "newer_url": found.previous and f"{address}?{urlencode({'show': shown, 'cursor': found.previous})}",
    }
    return render(request, "dashboard/orders/receipts.html", content)


@pages.page(Permission.ORDERS_READ)
def receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _find(pk)
    lines = list(ReceiptLine.objects.filter(receipt=found).order_by("position"))
    content = {
        "section": "orders",
        "receipt": order_tab.receipt(found, lines),
        "contact": found.contact,
        "is_contact_gone": found.contact is not None and not found.contact.is_active,
    }
    return render(request, "dashboard/orders/receipt_page.html", content)


@pages.act(Permission.ORDERS_WRITE)
def link(request: HttpRequest, pk: UUID) -> HttpResponse:
    linked = receipt_linking.link(_find(pk), chosen_contact.to_link(request))
    if linked.contact is None:
        messages.success(request, _("The receipt now belongs to no contact."))
    else:
        messages.success(request, _("The receipt now belongs to %(name)s.") % {"name": linked.contact})
    return pages.to(request, "receipt", pk)


def _find(pk: UUID) -> Receipt:
    found: Receipt = Receipt.objects.select_related("venue", "contact").get(pk=pk)
    return found


def _entry(receipt: Receipt) -> dict[str, Any]:
    return {
        "id": receipt.pk,
        "number": receipt.external_id,
        "name": str(receipt.contact) if receipt.contact_id else "",
        "is_voided": receipt.is_voided,
        "total_minor": receipt.total_minor,
        "currency": receipt.currency,
    }
