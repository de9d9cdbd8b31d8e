"""The orders of a venue: the board, the list by period and status, and what may be done with one (R-CRM-3, R-ORDER-1, 4)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard import (
    board,
    chosen_contact,
    context,
    order_board,
    order_filters,
    order_page,
    order_words,
    pages,
    sent_forms,
)
from dashboard.order_filters import OrderFilters
from dashboard.order_forms import RefundForm
from dashboard.tabs.orders import BY_PLACING
from dashboard.templatetags.coperto import price
from orders import fulfilment, linking, refunding
from orders.models import Order, OrderStatus
from orders.refunding import RefundTooLarge
from tenants import keyset
from tenants.models import Venue
from tenants.permissions import Permission

PAGE_SIZE = 50
# The periods asked for most stand beside "open now"; the others are a matter of dates.
CHIPS = ("today", "week", "month")


@pages.page(Permission.ORDERS_READ)
def index(request: HttpRequest) -> HttpResponse:
    """The open orders; those of a period or status when the address names one."""
    venue, now = board.wanted_venue(request), timezone.now()
    filters = OrderFilters.read(request.GET, today=venue.local_day(now))
    shown = _list(request, venue, filters) if filters else {"board": order_board.of(venue, now=now)}
    content = {
        "section": "orders",
        "venue": venue,
        "filters": filters,
        "periods": _periods(request, filters),
        "is_custom": bool(filters) and not _is_plain(filters),
        "statuses": order_filters.status_choices(),
        **shown,
    }
    return render(request, "dashboard/orders/board.html", content)


@pages.page(Permission.ORDERS_READ)
def rows(request: HttpRequest) -> HttpResponse:
    """The board's moving parts alone, which the page asks for every few seconds."""
    content = {"board": order_board.of(board.wanted_venue(request), now=timezone.now())}
    return render(request, "dashboard/orders/regions.html", content)


@pages.page(Permission.ORDERS_READ)
def order(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = find(pk)
    return _show(request, found, RefundForm(order=found))


@pages.act(Permission.ORDERS_WRITE)
def set_status(request: HttpRequest, pk: UUID) -> HttpResponse:
    status = pages.choice_of(OrderStatus, request.POST.get("status"))
    changed = fulfilment.set_status(find(pk), status, at=timezone.now())
    messages.success(request, _("The order is now: %(status)s.") % {"status": OrderStatus(changed.status).label})
    return pages.to(request, "order", pk)


@pages.act(Permission.ORDERS_WRITE)
def refund(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = find(pk)
    form = RefundForm(request.POST, order=found)
    if answer := sent_forms.earlier(request):
        return answer
    if form.is_valid():
        amount = form.cleaned_data["amount_minor"]
        with pages.attempt(form):
            refunding.refund(found, amount, reason=form.cleaned_data["reason"], at=timezone.now())
            messages.success(request, _("%(amount)s went back.") % {"amount": price(amount, found.currency)})
            return sent_forms.done(request, pages.to(request, "order", pk))
    return _show(request, found, _in_money(form, found))


@pages.act(Permission.ORDERS_WRITE)
def link(request: HttpRequest, pk: UUID) -> HttpResponse:
    linked = linking.link(find(pk), chosen_contact.to_link(request))
    if linked.contact is None:
        messages.success(request, _("The order now belongs to no contact."))
    else:
        messages.success(request, _("The order now belongs to %(name)s.") % {"name": linked.contact})
    return pages.to(request, "order", pk)


def find(pk: UUID) -> Order:
    """An order with what its page shows of it."""
    found: Order = Order.objects.select_related("venue", "contact__stats").get(pk=pk)
    return found


def _show(request: HttpRequest, found: Order, form: RefundForm) -> HttpResponse:
    content = {"section": "orders", "form": form, **order_page.content(found)}
    return render(request, "dashboard/orders/order.html", content, status=400 if form.errors else 200)


def _in_money(form: RefundForm, found: Order) -> RefundForm:
    """The form, its refusal said in money: the rule counts in minor units; people don't."""
    refusal = getattr(form, "refusal", None)
    if isinstance(refusal, RefundTooLarge):
        left = price(refusal.extra["refundable_minor"], found.currency)
        said = _("Only %(amount)s is left to refund.") % {"amount": left}
        form.errors["amount_minor"] = form.error_class([ValidationError(said, code=refusal.code)])
    return form


def _list(request: HttpRequest, venue: Venue, filters: OrderFilters) -> dict[str, Any]:
    orders = Order.objects.filter(venue=venue).select_related("venue", "contact")
    found = keyset.page_or_first(
        filters.apply(orders, venue),
        cursor=request.GET.get("cursor"),
        by="-placed_at",
        table=BY_PLACING,
        limit=PAGE_SIZE,
    )
    items = order_words.items_of(found.rows)
    return {
        "orders": [order_words.entry(one, items[one.pk]) for one in found.rows],
        "older_url": found.next and _url(request, {**filters.query(), "cursor": found.next}),
        "newer_url": found.previous and _url(request, {**filters.query(), "cursor": found.previous}),
    }


def _is_plain(filters: OrderFilters) -> bool:
    """Whether one of the chips says it all."""
    return filters.period in CHIPS and not filters.status


def _periods(request: HttpRequest, filters: OrderFilters) -> list[dict[str, Any]]:
    named = [
        {
            "label": order_filters.PERIODS[key][0],
            "url": _url(request, {"period": key}),
            "is_current": _is_plain(filters) and key == filters.period,
        }
        for key in CHIPS
    ]
    return [{"label": _("Open now"), "url": _url(request, {}), "is_current": not filters}, *named]


def _url(request: HttpRequest, query: dict[str, str]) -> str:
    address = reverse("dashboard:orders", args=[context.of(request).tenant.slug])
    return f"{address}?{urlencode(query)}" if query else address
