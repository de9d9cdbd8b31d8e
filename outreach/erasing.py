"""What erasing a guest leaves of what they wrote to us and we to them: that it was, when and how it went (R-PRIV-1).

A user of the app is forgotten with what it follows: the app's id for it leads to the person. A message that still waits is
not sent any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from crm import known_addresses
from outreach import delivering
from outreach.models import Confirmation, Follower, FormerContact, Inquiry, Message, MessageStatus, PromotionSignup

INQUIRY, PROMOTION_SIGNUP, CONFIRMATION = "inquiry", "promotion_signup", "confirmation"
WIPED_MESSAGE = {"address": "", "subject": "", "text": "", "error_detail": "", "provider_id": ""}


def erase(contact_ids: Sequence[UUID]) -> None:
    _wipe_inquiries(Q(contact__in=contact_ids))
    _wipe_signups(Q(contact__in=contact_ids))
    _wipe_messages(contact_ids)
    _delete_confirmations(contact_ids)
    FormerContact.objects.filter(contact__in=contact_ids).delete()
    Follower.objects.filter(contact__in=contact_ids).delete()


def erase_fact(kind: str, fact_id: UUID) -> bool:
    if kind == CONFIRMATION:
        return Confirmation.objects.filter(pk=fact_id).delete()[0] > 0
    if kind == INQUIRY:
        return _wipe_inquiries(Q(pk=fact_id)) > 0
    return kind == PROMOTION_SIGNUP and _wipe_signups(Q(pk=fact_id)) > 0


def _delete_confirmations(contact_ids: Sequence[UUID]) -> None:
    """Not those of who has the e-mail now."""
    emails = known_addresses.of(contact_ids).emails
    Confirmation.objects.filter(email__in=emails - known_addresses.held_by_others(emails, contact_ids)).delete()


def _wipe_inquiries(which: Q) -> int:
    """Nobody can answer any more: an open one is settled."""
    now = timezone.now()
    handled = Coalesce("handled_at", now)
    found = Inquiry.objects.filter(which)
    return int(found.update(subject="", message="", guest={}, handled_at=handled, updated_at=now))


def _wipe_signups(which: Q) -> int:
    return int(PromotionSignup.objects.filter(which).update(guest={}, updated_at=timezone.now()))


def _wipe_messages(contact_ids: Sequence[UUID]) -> None:
    now = timezone.now()
    own = Message.objects.filter(contact__in=contact_ids)
    waiting = own.filter(status=MessageStatus.QUEUED)
    waiting.update(status=MessageStatus.FAILED, error=delivering.CONTACT_DELETED, updated_at=now)
    own.update(**WIPED_MESSAGE, updated_at=now)
