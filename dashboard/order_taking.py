"""An order that staff take, by phone or at the counter (R-ID-8, R-ORDER-1 to 3): the server adds up, a block is confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from crm import identity
from crm.channel import Channel
from crm.guest_data import Guest
from dashboard import chosen_contact, context, intake_warnings, pages, sent_forms
from dashboard.order_forms import ItemRows, OrderForm, item_rows
from orders import blocking, quoting, taking
from orders.availability import OrderingBlocked
from orders.models import OrderKind
from orders.quoting import Quote
from orders.taking import Draft
from orders.totals import Amounts
from tenants.models import Venue
from tenants.permissions import Permission

BOTH = ("GET", "HEAD", "POST")


@pages.page(Permission.ORDERS_CREATE, methods=BOTH)
def add(request: HttpRequest) -> HttpResponse:
    venue = context.of(request).venue
    form = OrderForm(request.POST or None, initial={"contact": request.GET.get("contact", "")})
    items = item_rows(request.POST or None, currency=venue.currency)
    if request.method == "POST" and (answer := sent_forms.earlier(request)):
        return answer
    if request.method == "POST" and form.is_valid() and items.is_valid():
        with pages.attempt(form), _asking(form):
            taken = taking.take(_draft(form, items, venue))
            messages.success(request, _("The order is taken."))
            intake_warnings.tell(request, (one for one in taken.warnings if one.code != OrderingBlocked.code))
            return sent_forms.done(request, pages.to(request, "orders"))
    return _show(request, form, items, venue)


@pages.act(Permission.ORDERS_CREATE)
def total(request: HttpRequest) -> HttpResponse:
    """What the rows make so far, and whether the guest may order; the form asks after every change."""
    venue = context.of(request).venue
    form, items = OrderForm(request.POST), item_rows(request.POST or None, currency=venue.currency)
    form.full_clean()
    chosen, is_confirmed = form.cleaned_data.get("contact"), form.cleaned_data.get("is_confirmed")
    shown = OrderForm(initial={"is_confirmed": is_confirmed})
    content = _summary(shown, form.guest(), chosen, items, venue)
    return render(request, "dashboard/orders/total.html", content)


@contextmanager
def _asking(form: OrderForm) -> Iterator[None]:
    """A blocked guest's order is taken once staff have confirmed it: nothing was written until then."""
    try:
        yield
    except OrderingBlocked:
        form.add_error("is_confirmed", _("Tick this to take the order all the same."))


def _draft(form: OrderForm, items: ItemRows, venue: Venue) -> Draft:
    values = form.cleaned_data
    quote = _quote(form.guest(), values.get("contact"), items, venue)
    return Draft(
        venue=venue,
        kind=OrderKind(values["kind"]),
        channel=Channel(values["channel"]),
        amounts=Amounts(items.items(), quote.total_minor, discount_minor=quote.discount_minor),
        currency=venue.currency,
        guest=form.guest(),
        snapshot=form.snapshot(),
        contact=values.get("contact"),
        notes=values["notes"],
        confirms_block=values["is_confirmed"],
    )


def _quote(guest: Guest, contact: UUID | None, items: ItemRows, venue: Venue) -> Quote:
    """With the guest's fixed discount, as the order will have it."""
    prices = [one.quantity * one.unit_price_minor for one in items.items()]
    return quoting.quote(venue, prices, email=guest.email or "", phone=guest.phone or "", contact_id=contact)


def _summary(form: OrderForm, guest: Guest, contact: UUID | None, items: ItemRows, venue: Venue) -> dict[str, Any]:
    who = identity.check(guest.email, guest.phone, venue.country)
    return {
        "form": form,
        "quote": _quote(guest, contact, items, venue),
        "is_blocked": blocking.holder(who, contact) is not None,
    }


def _show(request: HttpRequest, form: OrderForm, items: ItemRows, venue: Venue) -> HttpResponse:
    chosen = chosen_contact.of(request)
    guest = form.guest() if form.is_bound else Guest()
    content = {
        "section": "orders",
        "items": items,
        "venue": venue,
        "chosen": chosen,
        **_summary(form, guest, chosen["id"] if chosen else None, items, venue),
    }
    is_bad = form.is_bound and bool(form.errors or not items.is_valid())
    return render(request, "dashboard/orders/form.html", content, status=400 if is_bad else 200)
