"""The worker's part of a message: claim it, ask the gate once more, send it, write down how it went (R-CONSENT-3).

Never twice: a worker first claims the row, and commits that; only who claimed it sends. One that dies while sending leaves
a message of which nobody knows whether it left: it is not sent again, but told as failed (`interrupted`).
"""

from __future__ import annotations

import datetime
from uuid import UUID

from django.utils import timezone

from audit import recording
from audit.actions import Action
from consent import gate
from consent.gate import Purpose
from consent.status import ConsentChannel
from outreach import carrying, sender
from outreach.carrying import Carried, Fate
from outreach.models import Message, MessageStatus
from tenants import scope

# Longer than any mail server or provider is waited for; outreach's function due_messages says the same.
CLAIM_TIME = datetime.timedelta(minutes=10)
NOT_MARKETABLE, CONTACT_DELETED, REFUSED, INTERRUPTED = "not_marketable", "contact_deleted", "refused", "interrupted"
SENDER_INCOMPLETE, ERASURE_ASKED = sender.SenderIncomplete.code, gate.Hindrance.ERASURE_ASKED.value


def deliver(tenant_id: UUID, message_id: UUID) -> None:
    """Send a queued message. Harmless when it is sent already, or somebody else is at it."""
    with scope.enter(tenant_id, scope.WORKER):
        message = _claim(message_id, at=timezone.now())
    if message is not None:
        note(tenant_id, message, carrying.carry(message))


def note(tenant_id: UUID, message: Message, carried: Carried) -> None:
    """Write down how it went with a message that was claimed."""
    with scope.enter(tenant_id, scope.WORKER):
        if not Message.objects.select_for_update(no_key=True).filter(pk=message.pk).exclude(address="").exists():
            # The guest's data were cleared while it left: what the server said would bring the address back.
            return
        if carried.has_left:
            _succeed(message, carried.provider_id, at=timezone.now())
        else:
            error = INTERRUPTED if carried.fate is Fate.DOUBTFUL else REFUSED
            _fail(message, error, carried.said, at=timezone.now())


def _claim(message_id: UUID, *, at: datetime.datetime) -> Message | None:
    """The message, ours to send; None when there is nothing to do."""
    found = Message.objects.select_related("venue", "contact").select_for_update(of=["self"])
    message: Message | None = found.filter(pk=message_id, status=MessageStatus.QUEUED).first()
    if message is None:
        return None
    hindrance = _hindrance(message, at)
    if hindrance:
        _fail(message, hindrance, at=at)
        return None
    if message.claimed_at is not None:
        return None
    message.claimed_at = at
    message.save(update_fields=["claimed_at"])
    return message


def _hindrance(message: Message, at: datetime.datetime) -> str:
    """Why the message must not leave (any more), as a code; empty when it may."""
    if message.claimed_at is not None:
        return INTERRUPTED if message.claimed_at + CLAIM_TIME < at else ""
    if not message.contact.is_active:
        return CONTACT_DELETED
    if message.purpose == Purpose.MARKETING and not sender.is_complete(message.venue):
        return SENDER_INCOMPLETE
    if gate.may_be_written_to(
        message.venue,
        ConsentChannel(message.channel),
        message.address,
        holder=message.contact,
        purpose=Purpose(message.purpose),
        at=at,
    ):
        return ""
    return ERASURE_ASKED if gate.has_asked_for_erasure(message.contact) else NOT_MARKETABLE


def _succeed(message: Message, provider_id: str, *, at: datetime.datetime) -> None:
    message.status, message.provider_id, message.sent_at = MessageStatus.SENT, provider_id[:200], at
    message.error = message.error_detail = ""
    _save(message, ["status", "provider_id", "sent_at", "error", "error_detail"], at)
    _record(Action.MESSAGE_SENT, message)


def _fail(message: Message, error: str, detail: str = "", *, at: datetime.datetime) -> None:
    message.status, message.error, message.error_detail = MessageStatus.FAILED, error, detail.replace("\0", "")[:300]
    _save(message, ["status", "error", "error_detail"], at)
    _record(Action.MESSAGE_FAILED, message)


def _save(message: Message, fields: list[str], at: datetime.datetime) -> None:
    message.updated_at = at
    message.save(update_fields=[*fields, "updated_at"])


def _record(action: Action, message: Message) -> None:
    after = {"contact": message.contact_id, "channel": message.channel, "kind": message.kind}
    if message.error:
        after["error"] = message.error
    recording.record(action, message, after=after, venue_id=message.venue_id)
