"""What mail servers report of our mail (R-CONSENT-2, R-CONSENT-3): bounces and complaints.

An address that a mail bounced off for good gets no marketing any more, from no venue, until its guest shows that it works.
A mailbox that is full or slow (a soft bounce) changes nothing. A complaint unsubscribes, as the link in the mail would: in
the venue of the mail complained of, else in the one that the report names, else in all. The message itself is told as failed.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from consent import carrier_events, deliverability, guest_acts
from consent.guest_acts import Place
from consent.models import Source
from consent.status import ConsentChannel
from crm import email_address, identity
from outreach.models import Direction, Message, MessageChannel, MessageStatus
from tenants import scope, venues
from tenants.models import Venue
from tenants.permissions import Permission
from tenants.refusal import Refusal

BOUNCED = "bounced"
_OUR_ID = re.compile(r"<?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^>]*>?\s*", re.IGNORECASE)


class InvalidAddress(Refusal):
    code = "email_invalid"
    status = 400
    default_message = _("This is not an e-mail.")


class MailEventKind(models.TextChoices):
    HARD_BOUNCE = "hard_bounce", _("bounced for good")
    SOFT_BOUNCE = "soft_bounce", _("bounced for now")
    COMPLAINT = "complaint", _("complaint")


@dataclass(frozen=True, slots=True)
class MailEvent:
    """A report under the carrier's own id; `message_id` is the header Message-ID of the mail, where it is known."""

    provider: str
    external_id: str
    kind: MailEventKind
    email: str
    message_id: str = ""
    detail: str = ""
    venue: Venue | None = None


def receive(event: MailEvent, *, at: datetime.datetime) -> bool:
    """Do what the report asks for, once; false when it was reported before. Raises InvalidAddress."""
    scope.require(Permission.CONTACTS_WRITE)
    address = email_address.check(event.email).value
    if address is None:
        raise InvalidAddress(field="email")
    if not carrier_events.is_first(f"mail:{event.kind}", event.provider, event.external_id, at=at):
        return False
    identity.lock_keys([address])
    message = _message(event, address)
    if event.kind == MailEventKind.HARD_BOUNCE:
        deliverability.mark(address, ConsentChannel.EMAIL, at=at)
        if message is not None:
            _fail(message, event.detail, at)
    elif event.kind == MailEventKind.COMPLAINT:
        _complain(address, event, message, at)
    return True


def _message(event: MailEvent, address: str) -> Message | None:
    """Our mail to this address that the report speaks of."""
    named = _OUR_ID.fullmatch(event.message_id.strip())
    if named is None:
        return None
    sent = Message.objects.filter(direction=Direction.OUT, channel=MessageChannel.EMAIL, address=address)
    found: Message | None = sent.select_for_update(no_key=True).filter(pk=UUID(named[1])).first()
    return found


def _fail(message: Message, detail: str, at: datetime.datetime) -> None:
    message.status, message.error = MessageStatus.FAILED, BOUNCED
    message.error_detail, message.updated_at = detail.replace("\0", "")[:300], at
    message.save(update_fields=["status", "error", "error_detail", "updated_at"])
    after = {"contact": message.contact_id, "channel": message.channel, "kind": message.kind, "error": BOUNCED}
    recording.record(Action.MESSAGE_FAILED, message, after=after, venue_id=message.venue_id)


def _complain(address: str, event: MailEvent, message: Message | None, at: datetime.datetime) -> None:
    named = event.venue if message is None else message.venue
    places = venues.oldest_first() if named is None else [named]
    where = [Place(venue, ConsentChannel.EMAIL, address) for venue in places]
    guest_acts.unsubscribe(where, source=Source.MESSAGE, at=at, proof={"word": MailEventKind.COMPLAINT.value})
