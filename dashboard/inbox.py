"""The inbox: what guests wrote and nobody answered yet, all of it, and what could not be sent (R-CRM-3, R-CRM-7, R-ID-1).

An inquiry is open until staff mark it as handled; a guest's message until the venue wrote back, and for thirty days at
most, as long as writing to the guest still counts as an answer.
"""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Contact, ContactState
from dashboard import composing, context, message_words, pages
from dashboard.tabs.words import BY_TIME
from dashboard.templatetags.coperto import day
from outreach import inquiring
from outreach.history import Communications
from outreach.models import Direction, Inquiry, Message, MessageChannel, MessageKind, MessageStatus
from outreach.sending import REPLY_TIME
from tenants import keyset
from tenants.permissions import Permission

PAGE_SIZE = 25
OPEN, ALL, FAILED = "open", "all", "failed"
CHIPS = {OPEN: gettext_lazy("Open"), ALL: gettext_lazy("All"), FAILED: gettext_lazy("Not sent")}


@pages.page(Permission.MESSAGES_READ)
def index(request: HttpRequest) -> HttpResponse:
    shown = request.GET.get("show", OPEN)
    shown = shown if shown in CHIPS else OPEN
    address = reverse("dashboard:messages", args=[context.of(request).tenant.slug])
    written: Any = _written(shown, at=timezone.now())
    found = keyset.page_or_first(written, cursor=request.GET.get("cursor"), by="-at", table=BY_TIME, limit=PAGE_SIZE)
    content = {
        "section": "messages",
        "shown": shown,
        "chips": [(label, f"{address}?{urlencode({'show': key})}", key == shown) for key, label in CHIPS.items()],
        "entries": [_inquiry(one) if isinstance(one, Inquiry) else _message(one) for one in found.rows],
        "older_url": found.next and f"{address}?{urlencode({'show': shown, 'cursor': found.next})}",
        "newer_url": found.previous and f"{address}?{urlencode({'show': shown, 'cursor': found.previous})}",
    }
    return render(request, "dashboard/messages/inbox.html", content)


@pages.act(Permission.MESSAGES_SEND)
def set_handled(request: HttpRequest, pk: UUID) -> HttpResponse:
    is_handled = request.POST.get("handled") == "yes"
    inquiring.set_handled(Inquiry.objects.get(pk=pk), is_handled)
    said = _("The inquiry is marked as handled.") if is_handled else _("The inquiry is open again.")
    messages.success(request, said)
    return pages.back(request)


def _written(shown: str, *, at: datetime.datetime) -> Communications:
    inquiries: QuerySet[Inquiry] = Inquiry.objects.annotate(at=F("received_at")).select_related("contact", "venue")
    everything = Message.objects.annotate(is_answered=_answered()).select_related("contact", "venue")
    received = everything.filter(direction=Direction.IN)
    failed = everything.filter(direction=Direction.OUT, status=MessageStatus.FAILED)
    parts: dict[str, list[QuerySet[Any]]] = {
        OPEN: [inquiries.filter(handled_at__isnull=True), received.filter(at__gte=at - REPLY_TIME, is_answered=False)],
        ALL: [inquiries, received, failed],
        FAILED: [failed],
    }
    return Communications(parts[shown])


def _answered() -> Exists:
    """Whether the venue wrote to the guest since."""
    later = Message.objects.filter(
        contact=OuterRef("contact"), venue=OuterRef("venue"), direction=Direction.OUT, at__gt=OuterRef("at")
    )
    return Exists(later.exclude(status=MessageStatus.FAILED))


def _inquiry(inquiry: Inquiry) -> dict[str, Any]:
    about = {"who": inquiry.handled_by, "date": day(inquiry.handled_at)}
    return {
        **_common(inquiry, inquiry.received_at),
        "kind_label": MessageKind.INQUIRY.label,
        "channel_label": MessageChannel.FORM.label,
        "text": inquiry.message,
        "is_open": not inquiry.is_handled,
        "handled_label": _("handled by %(who)s, %(date)s") % about if inquiry.is_handled else "",
        "is_inquiry": True,
    }


def _message(message: Message) -> dict[str, Any]:
    is_received = message.direction == Direction.IN
    return {
        **_common(message, message.at),
        "kind_label": MessageKind(message.kind).label,
        "channel_label": MessageChannel(message.channel).label,
        "text": message.text,
        "is_open": is_received and not message.is_answered,  # type: ignore[attr-defined]
        "handled_label": _("answered") if is_received and message.is_answered else "",  # type: ignore[attr-defined]
        "failure": message_words.failure(message),
        **({} if is_received else {"reply_query": ""}),
        "address": message.address,
    }


def _common(written: Message | Inquiry, at: datetime.datetime) -> dict[str, Any]:
    contact = written.contact
    return {
        "id": written.pk,
        "at": at.astimezone(written.venue.zone),
        "venue": written.venue.name,
        "subject": written.subject,
        **_guest(contact, getattr(written, "guest", {})),
        "reply_query": urlencode({"venue": written.venue_id, "reply": written.pk}) if _can_reply(contact) else "",
    }


def _guest(contact: Contact | None, said: dict[str, Any]) -> dict[str, Any]:
    """The guest by the name of the contact, which leads to its card; without one, by what was typed in the form."""
    if contact is not None:
        has_card = contact.state in (ContactState.ACTIVE, ContactState.DELETED)
        return {"name": str(contact) or _("Somebody"), "contact_id": contact.pk if has_card else None}
    words = [said.get("first_name"), said.get("last_name")]
    name = " ".join(word for word in words if isinstance(word, str) and word)
    address = said.get("email") or said.get("phone") or ""
    return {"name": name or address or _("Somebody"), "contact_id": None, "left_address": address if name else ""}


def _can_reply(contact: Contact | None) -> bool:
    return contact is not None and contact.is_active and bool(composing.channels_of(contact))
