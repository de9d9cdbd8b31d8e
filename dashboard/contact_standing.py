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
from orders import attempts, blocking, discounts, standing
from orders.models import Discount, OrderKind
from tenants import questions, scope
from tenants.models import Venue
from tenants.permissions import Permission
from tenants.questions import Answers

QUESTIONS = (blocking.BLOCK, attempts.NEWEST, standing.OFFERED)


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


def content(answers: Answers, venues: list[Venue]) -> dict[str, Any]:
    """The context of `dashboard/contacts/standing.html`; nothing for who may not see orders."""
    if not context.may(Permission.ORDERS_READ):
        return {"standing": None}
    block_in_force, found, offers = answers[blocking.BLOCK], answers[attempts.NEWEST], answers[standing.OFFERED]
    zones = {venue.pk: venue for venue in venues}
    own = next((one.discount for one in offers if one.is_own), None)
    return {
        "standing": {
            "block": block_in_force,
            "blocked_on": block_in_force and block_in_force.blocked_at.astimezone(venues[0].zone),
            "can_switch": context.may(Permission.ORDERING_UNBLOCK if block_in_force else Permission.ORDERING_BLOCK),
            "attempts": [_attempt(one, zones[one.venue]) for one in found[: attempts.SHOWN]],
            "has_more_attempts": len(found) > attempts.SHOWN,
            "discount": own,
            "discount_words": discount_marks.words(own) if own else "",
            "discounts": [(one.discount, discount_marks.words(one.discount)) for one in offers],
        }
    }


def _attempt(attempt: attempts.Attempt, venue: Venue) -> dict[str, Any]:
    return {
        "at": attempt.attempted_at.astimezone(venue.zone),
        "venue": venue.name,
        "kind_label": OrderKind(attempt.kind).label,
        "total_minor": attempt.total_minor,
        "currency": attempt.currency,
    }


def _show(request: HttpRequest, contact: Contact, said: str) -> HttpResponse:
    """The part of the card alone, where htmx asked for it; its words are read out."""
    if not pages.is_htmx(request):
        messages.success(request, said)
        return pages.to(request, "contact", contact.pk)
    shown = content(questions.ask(QUESTIONS, [contact.pk]), context.of(request).venues)
    card = {"id": contact.pk, "name": str(contact), "is_deleted": not contact.is_active}
    return render(request, "dashboard/contacts/standing.html", {"card": card, "said": said, **shown})
