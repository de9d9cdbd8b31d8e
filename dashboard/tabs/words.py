"""What was written between a contact and the house, and what it thought of it (R-CRM-2, R-CRM-3)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Review
from dashboard import message_words
from dashboard.tabs.frame import Card, Tab
from outreach import history
from outreach.models import Direction, Inquiry, Message, MessageChannel, MessageKind, MessageStatus
from tenants import keyset
from tenants.permissions import Permission

BY_TIME = keyset.orderings(at=("at", "id"))
BY_REVIEW = keyset.orderings(reviewed_at=("reviewed_at", "id"))
TONES = {MessageStatus.FAILED: "red", MessageStatus.QUEUED: "amber"}
BEST = 5


def fill(card: Card) -> dict[str, Any]:
    written: Any = history.of(card.contact)
    found = card.rows(written, "-at", BY_TIME)
    return {
        "communications": [
            _inquiry(card, one) if isinstance(one, Inquiry) else _message(card, one) for one in found.rows
        ],
        "older_url": card.older_url("communications", found),
    }


def _inquiry(card: Card, inquiry: Inquiry) -> dict[str, Any]:
    return {
        "at": inquiry.received_at.astimezone(card.venues[inquiry.venue_id].zone),
        "venue": card.venues[inquiry.venue_id].name,
        "kind_label": MessageKind.INQUIRY.label,
        "channel_label": MessageChannel.FORM.label,
        "subject": inquiry.subject,
        "text": inquiry.message,
        "status_label": MessageStatus.RECEIVED.label,
        "tone": "",
        "who": "",
    }


def _message(card: Card, message: Message) -> dict[str, Any]:
    status = MessageStatus(message.status)
    return {
        "at": message.at.astimezone(card.venues[message.venue_id].zone),
        "venue": card.venues[message.venue_id].name,
        "kind_label": MessageKind(message.kind).label,
        "channel_label": MessageChannel(message.channel).label,
        "subject": message.subject,
        "text": message.text,
        "status_label": status.label,
        "tone": TONES.get(status, ""),
        "who": message.sent_by if message.direction == Direction.OUT else "",
        "failure": message_words.failure(message),
    }


def fill_reviews(card: Card) -> dict[str, Any]:
    found = card.rows(Review.objects.filter(contact=card.contact), "-reviewed_at", BY_REVIEW)
    return {
        "reviews": [_review(card, one) for one in found.rows],
        "older_url": card.older_url("reviews", found),
    }


def _review(card: Card, review: Review) -> dict[str, Any]:
    venue = card.venues[review.venue_id]
    return {
        "at": review.reviewed_at.astimezone(venue.zone),
        "rating": _("%(rating)d of %(best)d") % {"rating": review.rating, "best": BEST},
        "text": review.text,
        "source_label": review.get_source_display(),
        "venue": venue.name,
    }


COMMUNICATIONS = Tab("communications", gettext_lazy("Communications"), fill, permission=Permission.MESSAGES_READ)
REVIEWS = Tab("reviews", gettext_lazy("Reviews"), fill_reviews)
