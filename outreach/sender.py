"""Whom a commercial message is from, and how the guest ends it (R-CONSENT-4).

Each carries the sender's legal name, postal address and contact, and a link to unsubscribe in the guest's language; an SMS
names the sender and the word that ends it. Without these three no marketing leaves the house. An answer to what the guest
wrote is no commercial message.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consent import links
from consent.gate import Purpose
from consent.status import ConsentChannel
from outreach.models import Message
from tenants.models import Venue
from tenants.refusal import Refusal

COMMERCIAL = frozenset({Purpose.MARKETING, Purpose.SERVICE})
FIELDS: Mapping[str, str | Promise] = {
    "legal_name": gettext_lazy("legal name"),
    "postal_address": gettext_lazy("postal address"),
    "contact_details": gettext_lazy("contact details"),
}
# By language, the word that networks and guests know; every one of them works (outreach.stopping).
STOP_WORDS = {"fr": "ARRET"}


class SenderIncomplete(Refusal):
    code = "sender_incomplete"
    status = 409


def check(venue: Venue) -> None:
    """Raise SenderIncomplete, which names what the venue's settings do not say yet."""
    missing = [name for name in FIELDS if not getattr(venue, name)]
    if missing:
        said = {"venue": venue.name, "missing": ", ".join(str(FIELDS[name]) for name in missing)}
        text = _("Marketing must say whom it is from. Add to the settings of %(venue)s: %(missing)s.") % said
        raise SenderIncomplete(text, missing=missing, venue=str(venue.pk))


def is_complete(venue: Venue) -> bool:
    return all(getattr(venue, name) for name in FIELDS)


def name_of(venue: Venue) -> str:
    return venue.legal_name or venue.name


def address_of(venue: Venue) -> str:
    """The sender as it stands under a mail, a line for each part that the settings say."""
    return "\n".join(line for line in (name_of(venue), venue.postal_address, venue.contact_details) if line)


def headers(message: Message) -> dict[str, str]:
    """What lets a mail program unsubscribe with one touch (RFC 2369, RFC 8058)."""
    if not _is_commercial(message):
        return {}
    url = links.unsubscribe_url(message.venue, ConsentChannel.EMAIL, message.address)
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def mail_text(message: Message) -> str:
    """The body of a mail: its words, whom it is from, and the links."""
    if not _is_commercial(message):
        return message.text
    said = message.venue, ConsentChannel.EMAIL, message.address
    with translation.override(message.language or None):
        choices = "\n".join(
            (
                _("Unsubscribe: %(url)s") % {"url": links.unsubscribe_url(*said)},
                _("Choose what you receive: %(url)s") % {"url": links.preferences_url(*said)},
            )
        )
    return f"{message.text}\n\n-- \n{address_of(message.venue)}\n\n{choices}"


def sms_text(message: Message) -> str:
    """The text of an SMS, with whom it is from and how to end it."""
    if not _is_commercial(message):
        return message.text
    return f"{message.text}\n{sms_ending(message.venue, message.language)}"


def sms_ending(venue: Venue, language: str) -> str:
    with translation.override(language or None):
        ending = _("Reply %(word)s to unsubscribe.") % {"word": STOP_WORDS.get(language, "STOP")}
    return f"{name_of(venue)}. {ending}"


def _is_commercial(message: Message) -> bool:
    return message.purpose in COMMERCIAL
