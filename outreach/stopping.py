"""What guests answer to an SMS: a stop word unsubscribes, everything else is a message to us (R-CONSENT-2, R-CRM-3).

A stop word stands alone, in any case, with whatever marks around it. It counts for the venue that the carrier's report
names; where several venues share a number nobody can tell whom the guest meant, so it counts for all of them: a guest who
wants fewer messages must never get more. A stop is kept in the ledger and not among the messages: nobody should answer it.

Networks mostly tell whole numbers, some of them without the plus, so that the same digits may be a number at home and one
abroad. Who answers is whom we wrote to; else whom we know; else nobody can tell, and it counts for both.
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
from outreach.models import TEXT_LENGTH, Direction, Message, MessageChannel
from tenants import scope, venues
from tenants.models import Venue
from tenants.permissions import Permission
from tenants.refusal import Refusal

WORDS = frozenset(
    {"stop", "stopall", "stop all", "arret", "arrêt", "basta", "koniec", "unsubscribe", "cancel", "end", "quit"}
)


class InvalidPhone(Refusal):
    code = "phone_invalid"
    status = 400
    default_message = _("This is not a phone number.")


class Answered(models.TextChoices):
    """What an SMS came to. A carrier learns nothing of who is in the list: a message of somebody unknown is one like others."""

    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
    MESSAGE = "message", _("message")
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
    readings = _readings(sms.phone.strip(), places)
    if not readings:
        raise InvalidPhone(field="phone")
    if not carrier_events.is_first("sms", sms.provider, sms.external_id, at=at):
        return Answered.REPEATED
    phones = _likely(readings, places)
    if is_stop(sms.text):
        return _stop(phones, sms, places, at)
    return _keep(phones, sms, at)


def is_stop(text: str) -> bool:
    """Whether the text is a stop word and nothing else but marks."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", plain)) in WORDS


def _readings(told: str, places: Sequence[Venue]) -> list[str]:
    """The numbers that the digits may mean, in normal form; the whole one first."""
    read = [identity.check(None, told, venue.country).p for venue in places]
    if told.isdigit():
        read.insert(0, identity.check(None, f"+{told}", None).p)
    return list(dict.fromkeys(phone for phone in read if phone))


def _likely(readings: Sequence[str], places: Sequence[Venue]) -> Sequence[str]:
    """Who of them it can be that answers."""
    if len(readings) == 1:
        return readings
    ours = Message.objects.filter(direction=Direction.OUT, channel=MessageChannel.SMS, venue__in=places)
    written_to = set(ours.filter(address__in=readings).values_list("address", flat=True))
    evident = written_to or guest_acts.known(readings)
    return [phone for phone in readings if phone in evident] or readings


def _stop(phones: Sequence[str], sms: InboundSms, places: Sequence[Venue], at: datetime.datetime) -> Answered:
    where = [Place(venue, ConsentChannel.SMS, phone) for venue in places for phone in phones]
    guest_acts.unsubscribe(where, source=Source.MESSAGE, at=at, proof={"word": sms.text.strip()[:40]})
    return Answered.UNSUBSCRIBED


def _keep(phones: Sequence[str], sms: InboundSms, at: datetime.datetime) -> Answered:
    contact = _sender(phones)
    if contact is not None:
        venue = sms.venue or sending.usual_venue(contact)
        receiving.receive(contact, venue=venue, text=sms.text[:TEXT_LENGTH], at=at, channel=MessageChannel.SMS)
    return Answered.MESSAGE


def _sender(phones: Sequence[str]) -> Contact | None:
    """The contact of a phone, locked, as an intake with that phone alone would find it (R-ID-2)."""
    book = identity.open_book(phones)
    found = (identity.match(identity.check(None, phone, None), book).contact for phone in phones)
    return next((contact for contact in found if contact is not None), None)
