"""What guests answer to an SMS: a stop word unsubscribes, everything else is a message to us (R-CONSENT-2, R-CRM-3).

A stop word stands alone, in any case, with whatever marks around it. It counts for the venue that the carrier's report
names; where several venues share a number nobody can tell whom the guest meant, so it counts for all of them: a guest who
wants fewer messages must never get more. A stop is kept in the ledger and not among the messages: nobody should answer it.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from consent import carrier_events, guest_acts
from consent.guest_acts import Place
from consent.models import Source
from consent.status import ConsentChannel
from crm import identity
from crm.models import Contact
from outreach import receiving, sending
from outreach.models import TEXT_LENGTH, MessageChannel
from tenants import scope, venues
from tenants.models import Venue
from tenants.permissions import Permission
from tenants.refusal import Refusal

# More digits than any country dials at home: the country is among them.
LONGEST_NATIONAL = 10

WORDS = frozenset(
    {"stop", "stopall", "stop all", "arret", "arrêt", "basta", "koniec", "unsubscribe", "cancel", "end", "quit"}
)


class InvalidPhone(Refusal):
    code = "phone_invalid"
    status = 400
    default_message = _("This is not a phone number.")


class Answered(models.TextChoices):
    """What an SMS came to."""

    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
    MESSAGE = "message", _("message")
    UNKNOWN_SENDER = "unknown_sender", _("unknown sender")
    REPEATED = "repeated", _("reported before")


@dataclass(frozen=True, slots=True)
class InboundSms:
    """An SMS that a carrier brought, under the carrier's own id. Without a venue it may be meant for any."""

    provider: str
    external_id: str
    phone: str
    text: str
    venue: Venue | None


def receive(sms: InboundSms, *, at: datetime.datetime) -> Answered:
    """Do what the guest asked for, once. Raises InvalidPhone."""
    scope.require(Permission.CONTACTS_WRITE)
    places = venues.oldest_first() if sms.venue is None else [sms.venue]
    # Networks mostly tell whole numbers, some of them without the plus.
    told = sms.phone.strip()
    whole = identity.check(None, f"+{told}", None).p if told.isdigit() and len(told) > LONGEST_NATIONAL else None
    phone = whole or identity.check(None, told, places[0].country).p
    if phone is None:
        raise InvalidPhone(field="phone")
    if not carrier_events.is_first("sms", sms.provider, sms.external_id, at=at):
        return Answered.REPEATED
    if is_stop(sms.text):
        return _stop(phone, sms, places, at)
    return _keep(phone, sms, at)


def is_stop(text: str) -> bool:
    """Whether the text is a stop word and nothing else but marks."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", plain)) in WORDS


def _stop(phone: str, sms: InboundSms, places: Sequence[Venue], at: datetime.datetime) -> Answered:
    where = [Place(venue, ConsentChannel.SMS, phone) for venue in places]
    guest_acts.unsubscribe(where, source=Source.MESSAGE, at=at, proof={"word": sms.text.strip()[:40]})
    return Answered.UNSUBSCRIBED


def _keep(phone: str, sms: InboundSms, at: datetime.datetime) -> Answered:
    contact = _sender(phone)
    if contact is None:
        return Answered.UNKNOWN_SENDER
    venue = sms.venue or sending.usual_venue(contact)
    receiving.receive(contact, venue=venue, text=sms.text[:TEXT_LENGTH], at=at, channel=MessageChannel.SMS)
    return Answered.MESSAGE


def _sender(phone: str) -> Contact | None:
    """The contact of a phone, locked, as an intake with that phone alone would find it (R-ID-2)."""
    book = identity.open_book([phone])
    return identity.match(identity.check(None, phone, None), book).contact
