"""The consents of a contact: what holds in each venue, and the ledger of how it came to that (R-CONSENT-1, R-CONSENT-3)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from consent import reading
from consent.models import ConsentEntry, Source
from consent.status import ConsentChannel, Event, Status
from dashboard import consent_marks
from dashboard.tabs.frame import Card, Tab
from tenants import keyset
from tenants.scope import ActorKind

BY_TIME = keyset.orderings(created_at=("created_at", "id"))
TONES = {Status.EXPLICIT: "green", Status.UNSUBSCRIBED: "red"}
PROOFS = {
    "box": pgettext_lazy("of a form", "box"),
    "wording": gettext_lazy("wording"),
    "language": gettext_lazy("language"),
    "source": gettext_lazy("given at"),
    "date": gettext_lazy("on"),
    "word": gettext_lazy("said"),
    "ip": gettext_lazy("IP address"),
    "user_agent": gettext_lazy("browser"),
}
BOXES = {
    "ticked": gettext_lazy("ticked"),
    "unticked": gettext_lazy("not ticked"),
    "not_asked": gettext_lazy("not asked"),
}


def fill(card: Card) -> dict[str, Any]:
    found = card.rows(reading.ledger(card.contact), "-created_at", BY_TIME)
    items = reading.current([card.contact], venues=card.venues.values(), now=timezone.now())[card.contact.pk]
    return {
        "standings": consent_marks.of(items, card.venues.values()),
        "entries": [_entry(card, one) for one in found.rows],
        "older_url": card.older_url("consents", found),
    }


def _entry(card: Card, entry: ConsentEntry) -> dict[str, Any]:
    venue = card.venues[entry.venue_id]
    status = Status(entry.status)
    return {
        "at": entry.at.astimezone(venue.zone),
        "venue": venue.name,
        "channel_label": ConsentChannel(entry.channel).label,
        "address": entry.address,
        "is_sms": entry.channel == ConsentChannel.SMS,
        "event_label": Event(entry.event).label,
        "status_label": _("waiting to be confirmed") if entry.pending_since else status.label,
        "tone": "amber" if entry.pending_since else TONES.get(status, ""),
        "source_label": Source(entry.source).label,
        "who": _who(entry),
        "proofs": [(PROOFS[name], _said(name, value)) for name, value in entry.evidence.items() if name in PROOFS],
    }


def _who(entry: ConsentEntry) -> str:
    kind = ActorKind(entry.actor_kind)
    return entry.actor_label if kind in (ActorKind.USER, ActorKind.KEY) else str(kind.label)


def _said(name: str, value: object) -> str:
    return str(BOXES.get(str(value), value)) if name == "box" else str(value)


TAB = Tab("consents", gettext_lazy("Consent"), fill)
