"""Who follows the venues in an app, with a code or a name, and what a contact's card says of it (R-CRM-8, R-CRM-9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.models import ContactKind, ContactState
from dashboard import context, pages
from outreach import following
from outreach.models import Direction, Follower, Message
from tenants import keyset
from tenants.models import Venue
from tenants.permissions import Permission

PAGE_SIZE = 50
BY_CREATION = keyset.orderings(created_at=("created_at", "id"))
KINDS = {
    ContactKind.ANONYMOUS: (_("anonymous"), ""),
    ContactKind.UNREGISTERED: (_("no account"), ""),
    ContactKind.REGISTERED: (_("registered"), "green"),
}


@pages.page(Permission.CONTACTS_READ)
def listing(request: HttpRequest) -> HttpResponse:
    shell = context.of(request)
    found = keyset.page_or_first(
        Follower.objects.filter(contact__state=ContactState.ACTIVE).select_related("contact"),
        cursor=request.GET.get("cursor"),
        by="-created_at",
        table=BY_CREATION,
        limit=PAGE_SIZE,
    )
    address = reverse("dashboard:followers", args=[shell.tenant.slug])
    content = {
        "section": "contacts",
        "rows": _rows(found.rows, shell.venues),
        "next_url": found.next and f"{address}?cursor={found.next}",
        "previous_url": found.previous and f"{address}?cursor={found.previous}",
    }
    return render(request, "dashboard/contacts/followers.html", content)


def content(follows: Iterable[following.Following], venues: Sequence[Venue]) -> dict[str, Any]:
    """What the contact's card says: the venues followed, and since when."""
    by_id = {venue.pk: venue for venue in venues}
    return {
        "follows": [
            {"venue": by_id[one.venue].name, "since": one.followed_at.astimezone(by_id[one.venue].zone)}
            for one in follows
        ]
    }


def _rows(followers: list[Follower], venues: Sequence[Venue]) -> list[dict[str, Any]]:
    contacts = {one.contact_id for one in followers}
    follows = following.of_contacts(contacts)
    said = _last_messages(contacts) if context.may(Permission.MESSAGES_READ) else {}
    by_id = {venue.pk: venue for venue in venues}
    return [_row(one, follows.get(one.contact_id, ()), said.get(one.contact_id), by_id) for one in followers]


def _row(
    follower: Follower, follows: Iterable[following.Following], said: Message | None, venues: dict[UUID, Venue]
) -> dict[str, Any]:
    contact = follower.contact
    label, tone = KINDS[ContactKind(contact.kind)]
    return {
        "contact_id": contact.pk,
        "name": str(contact),
        "kind_label": label,
        "tone": tone,
        "follows": [(venues[one.venue].name, one.followed_at.astimezone(venues[one.venue].zone)) for one in follows],
        "said": said and said.text,
        "said_at": said and said.at.astimezone(venues[said.venue_id].zone),
    }


def _last_messages(contact_ids: Iterable[UUID]) -> dict[UUID, Message]:
    """What each of them wrote last. One query."""
    received = Message.objects.filter(contact__in=list(contact_ids), direction=Direction.IN)
    found = received.order_by("contact_id", "-at", "-id").distinct("contact_id")
    return {message.contact_id: message for message in found}
