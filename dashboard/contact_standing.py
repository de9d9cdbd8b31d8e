"""A contact as a customer, on its card: the block on ordering and the fixed discount, saved at once (R-ORDER-2, R-ORDER-3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from crm.models import Contact
from dashboard import context, discount_marks, pages
from orders import attempts, blocking, discounts
from orders.models import Discount, FixedDiscount, OrderAttempt, OrderingBlock, OrderKind
from tenants import scope
from tenants.models import Venue
from tenants.permissions import Permission

ATTEMPTS_SHOWN = 5


@pages.act(Permission.ORDERING_BLOCK, Permission.ORDERING_UNBLOCK)
def block(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The switch: setting it and lifting it are permissions of their own."""
    contact, wanted = Contact.objects.get(pk=pk), request.POST.get("blocked") == "yes"
    scope.require(Permission.ORDERING_BLOCK if wanted else Permission.ORDERING_UNBLOCK)
    if wanted:
        blocking.block(contact)
    else:
        blocking.lift(contact)
    said = _("%(name)s can no longer order.") if wanted else _("%(name)s can order again.")
    return _show(request, contact, said % {"name": contact})


@pages.act(Permission.DISCOUNTS_MANAGE)
def discount(request: HttpRequest, pk: UUID) -> HttpResponse:
    contact, wanted = Contact.objects.get(pk=pk), request.POST.get("discount")
    discounts.fix(contact, Discount.objects.get(pk=pages.uuid_of(wanted)) if wanted else None)
    return _show(request, contact, _("Saved."))


def content(contact: Contact, venues: list[Venue]) -> dict[str, Any]:
    """The context of `dashboard/contacts/standing.html`; nothing for who may not see orders."""
    if not context.may(Permission.ORDERS_READ):
        return {"standing": None}
    block_in_force = OrderingBlock.objects.filter(contact=contact).first()
    fixed = FixedDiscount.objects.select_related("discount").filter(contact=contact).first()
    zones = {venue.pk: venue for venue in venues}
    found = list(attempts.of(contact).order_by("-attempted_at", "-id")[: ATTEMPTS_SHOWN + 1])
    return {
        "standing": {
            "block": block_in_force,
            "blocked_on": block_in_force and block_in_force.blocked_at.astimezone(venues[0].zone),
            "can_switch": context.may(Permission.ORDERING_UNBLOCK if block_in_force else Permission.ORDERING_BLOCK),
            "attempts": [_attempt(one, zones[one.venue_id]) for one in found[:ATTEMPTS_SHOWN]],
            "has_more_attempts": len(found) > ATTEMPTS_SHOWN,
            "discount": fixed and fixed.discount,
            "discount_words": fixed.discount and discount_marks.words(fixed.discount) if fixed else "",
            "discounts": _offered(fixed),
        }
    }


def _attempt(attempt: OrderAttempt, venue: Venue) -> dict[str, Any]:
    return {
        "at": attempt.attempted_at.astimezone(venue.zone),
        "venue": venue.name,
        "kind_label": OrderKind(attempt.kind).label,
        "total_minor": attempt.total_minor,
        "currency": attempt.currency,
    }


def _offered(fixed: FixedDiscount | None) -> list[tuple[Discount, str]]:
    """The discounts in use; the contact's own, too, when it is none of them any more."""
    found = list(Discount.objects.filter(is_active=True).order_by("name"))
    if fixed and fixed.discount not in found:
        found.append(fixed.discount)
    return [(one, discount_marks.words(one)) for one in found]


def _show(request: HttpRequest, contact: Contact, said: str) -> HttpResponse:
    """The part of the card alone, where htmx asked for it; its words are read out."""
    if not pages.is_htmx(request):
        messages.success(request, said)
        return pages.to(request, "contact", contact.pk)
    shown = content(contact, context.of(request).venues)
    card = {"id": contact.pk, "name": str(contact), "is_deleted": not contact.is_active}
    return render(request, "dashboard/contacts/standing.html", {"card": card, "said": said, **shown})
