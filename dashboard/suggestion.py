"""The suggested message on a contact's card: one button that opens the filled-in text, or why there is none (R-CRM-7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from consent import gate
from consent.gate import Purpose
from consent.reading import ConsentItem
from consent.status import ConsentChannel
from crm.models import Contact
from dashboard import context, message_words
from outreach import sending, suggesting
from outreach.models import MessageChannel, MessageKind
from outreach.suggesting import Past
from tenants.models import Venue
from tenants.permissions import Permission

WORDS = {
    MessageKind.ASK_OPINION: (
        _("This guest was here and has not been asked for an opinion yet."),
        _("Ask for an opinion"),
    ),
    MessageKind.INVITE: (_("This guest agreed to hear from you and never came or ordered."), _("Invite")),
}
PURPOSES = {MessageKind.ASK_OPINION: Purpose.SERVICE, MessageKind.INVITE: Purpose.MARKETING}


def content(contact: Contact, past: Past, consents: Sequence[ConsentItem], venues: Sequence[Venue]) -> dict[str, Any]:
    """The context of `dashboard/contacts/suggestion.html`; nothing for who may not write to guests."""
    if not context.may(Permission.MESSAGES_SEND):
        return {"suggestion": None}
    found = suggesting.of(contact, past, consents)
    if found.kind is None:
        reason = message_words.SILENCES.get(found.reason)
        return {"suggestion": {"reason": reason} if reason else None}
    said, act = WORDS[found.kind]
    query = {"template": found.kind.value, **_way(found.kind, contact, consents, venues)}
    return {"suggestion": {"text": said, "act": act, "query": urlencode(query)}}


def _way(
    kind: MessageKind, contact: Contact, consents: Sequence[ConsentItem], venues: Sequence[Venue]
) -> dict[str, str]:
    """By which venue and channel the message may go, as the compose page takes it: the usual venue and e-mail first."""
    usual = sending.usual_among(venues, contact.stats)
    for venue in sorted(venues, key=lambda one: one.pk != usual.pk):
        if kind == MessageKind.ASK_OPINION and str(venue.pk) not in contact.stats.by_venue:
            continue
        for channel in _channels(contact):
            if gate.is_open(PURPOSES[kind], consents, venue_id=venue.pk, channel=ConsentChannel(channel)):
                return {"venue": str(venue.pk), "channel": channel.value}
    return {}


def _channels(contact: Contact) -> Iterator[MessageChannel]:
    if contact.email:
        yield MessageChannel.EMAIL
    if contact.phone:
        yield MessageChannel.SMS
