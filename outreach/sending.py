"""Writing to a guest: who may be written to, in which words, by whom (R-CRM-7, R-CONSENT-3).

Asking what a guest thought of a visit is service, once per visit and in the words of the house's template for it, and open to
all who have not unsubscribed; a free text answers the guest while what they wrote to that venue is at most thirty days old;
everything else is marketing and needs consent, whatever template it began as. The message is queued in the caller's
transaction and leaves the house from the worker (outreach.delivering).
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from consent import gate
from consent.gate import Purpose
from consent.status import ConsentChannel
from consent.unsubscribing import NoAddress
from crm import identity
from crm.editing import NotInList
from crm.models import Contact, ContactStats
from outreach import message_templates, sender, suggesting, tasks, wording
from outreach.models import (
    Direction,
    Inquiry,
    Message,
    MessageChannel,
    MessageKind,
    MessageStatus,
    MessageTemplate,
)
from outreach.suggested_texts import Wording
from tenants import scope, venues
from tenants.models import Venue
from tenants.permissions import Permission
from tenants.refusal import Refusal

# After so long, writing out of the blue is no answer any more.
REPLY_TIME = datetime.timedelta(days=30)


class NotMarketable(Refusal):
    code = "not_marketable"
    status = 409
    default_message = _("This guest has not agreed to be written to by this venue on this channel.")


class OtherWords(NotMarketable):
    default_message = _(
        "A request for an opinion with changed words is advertising, and this guest has not agreed to any from this venue on "
        "this channel. Send it in the words of its template."
    )


_ASKED_FOR_ERASURE = _("This guest asked for their data to be cleared: only what they write is still answered.")


class OtherChannel(Refusal):
    code = "other_channel"
    status = 400
    default_message = _("This template is for another channel.")


@dataclass(frozen=True, slots=True)
class Draft:
    """What staff want to send. `subject` and `text` stand for those of the `template` where they are given."""

    contact: Contact
    venue: Venue
    channel: MessageChannel
    template: MessageTemplate | None = None
    subject: str = ""
    text: str = ""


def send(draft: Draft, *, at: datetime.datetime) -> Message:
    """Queue a message to a guest. Locks the contact.

    Raises NotInList, NoAddress, NotMarketable, OtherWords, OtherChannel, sender.SenderIncomplete,
    message_templates.TemplateGone for a template that is gone, and the refusals of `wording` for faulty words.
    """
    scope.require(Permission.MESSAGES_SEND)
    words = words_of(draft)
    holder = identity.lock(draft.contact)
    if not holder.is_active:
        raise NotInList
    if draft.template is not None:
        message_templates.hold(draft.template)
    address = _address(draft.contact, draft.channel)
    kind, purpose = _kind_and_purpose(draft, words, at)
    channel = ConsentChannel(draft.channel)
    if not gate.may_be_written_to(draft.venue, channel, address, holder=holder, purpose=purpose, at=at):
        if gate.has_asked_for_erasure(holder):
            raise NotMarketable(_ASKED_FOR_ERASURE)
        raise NotMarketable if is_as_its_template_says(draft, words) else OtherWords
    _check_sender(draft, words, purpose)
    message = _queued(draft, words, kind=kind, purpose=purpose, address=address, at=at)
    after = {"contact": draft.contact.pk, "channel": draft.channel, "kind": kind}
    recording.record(Action.MESSAGE_WRITTEN, message, after=after, venue_id=draft.venue.pk)
    ring(message)
    return message


def words_of(draft: Draft) -> Wording:
    """What the message says. Raises OtherChannel and the refusals of `wording`."""
    template = draft.template
    words = Wording("", "")
    if template is not None:
        if template.channel != draft.channel:
            raise OtherChannel(field="template")
        words = wording.filled(template, draft.contact, draft.venue)
    words = Wording(draft.subject or words.subject, draft.text or words.text)
    wording.check(words, draft.channel)
    return words


def is_as_its_template_says(draft: Draft, words: Wording) -> bool:
    """False for a request for an opinion whose words are others than those the house keeps for it; blanks don't count."""
    template = draft.template
    if template is None or template.kind != MessageKind.ASK_OPINION:
        return True
    kept = wording.filled(template, draft.contact, draft.venue)
    return [one.split() for one in (words.subject, words.text)] == [one.split() for one in (kept.subject, kept.text)]


def usual_venue(contact: Contact) -> Venue:
    """Who writes when nobody says which venue: the one that knows the guest best, else the tenant's first."""
    return usual_among(venues.oldest_first(), ContactStats.objects.get(contact=contact))


def usual_among(candidates: Sequence[Venue], stats: ContactStats) -> Venue:
    """The same for who has all the tenant's venues and the contact's statistics at hand."""
    known = {venue: own.get("visit_count", 0) for venue, own in stats.by_venue.items()}
    best = max(sorted(known), key=known.__getitem__, default=None)
    oldest = min(candidates, key=lambda venue: (venue.created_at, venue.pk))
    return next((venue for venue in candidates if str(venue.pk) == best), oldest)


def ring(message: Message) -> None:
    """Ring for a worker once the message is committed; when the broker is down, the sweeper rings later."""
    ids = {"tenant_id": str(scope.tenant_id()), "message_id": str(message.pk)}
    transaction.on_commit(lambda: tasks.deliver.apply_async(kwargs=ids), robust=True)


def _address(contact: Contact, channel: MessageChannel) -> str:
    address = contact.phone if channel == MessageChannel.SMS else contact.email
    if not address:
        raise NoAddress(field="channel")
    return address


def _check_sender(draft: Draft, words: Wording, purpose: Purpose) -> None:
    """Marketing says whom it is from; with that, an SMS still has to fit."""
    if purpose == Purpose.MARKETING:
        sender.check(draft.venue)
    if draft.channel == MessageChannel.SMS and purpose != Purpose.REPLY:
        ending = sender.sms_ending(draft.venue, wording.language_of(draft.contact))
        wording.check_length(words, with_ending=ending)


def _kind_and_purpose(draft: Draft, words: Wording, at: datetime.datetime) -> tuple[MessageKind, Purpose]:
    kind = MessageKind(draft.template.kind) if draft.template else MessageKind.FREE
    if kind == MessageKind.ASK_OPINION and is_as_its_template_says(draft, words):
        past = suggesting.pasts([draft.contact.pk], at=at)[draft.contact.pk]
        return kind, Purpose.SERVICE if past.may_be_asked else Purpose.MARKETING
    if draft.template is None and _wrote_lately(draft.contact, draft.venue, at):
        return MessageKind.REPLY, Purpose.REPLY
    return kind, Purpose.MARKETING


def _wrote_lately(contact: Contact, venue: Venue, at: datetime.datetime) -> bool:
    since, own = at - REPLY_TIME, {"contact": contact, "venue": venue}
    messages = Message.objects.filter(**own, direction=Direction.IN, at__gte=since)
    return messages.exists() or Inquiry.objects.filter(**own, received_at__gte=since).exists()


def _queued(
    draft: Draft, words: Wording, *, kind: MessageKind, purpose: Purpose, address: str, at: datetime.datetime
) -> Message:
    message = Message(
        contact=draft.contact,
        venue=draft.venue,
        template=draft.template,
        direction=Direction.OUT,
        channel=draft.channel,
        kind=kind,
        purpose=purpose,
        status=MessageStatus.QUEUED,
        address=address,
        language=draft.template.language if draft.template else wording.language_of(draft.contact),
        subject=words.subject,
        text=words.text,
        at=at,
        sent_on=draft.venue.local_day(at),
        sent_by=scope.actor().label,
    )
    message.save(force_insert=True)
    return message
