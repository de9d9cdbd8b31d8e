"""What staff and the API do to a consent by hand: unsubscribe, or state it with evidence (R-CONSENT-2).

Unsubscribing is one click and cannot be undone by the restaurant. A subscription needs its evidence: where it was given,
when, and in which words. Both concern the contact's present address of the channel, in one venue.
"""

from __future__ import annotations

import datetime
from dataclasses import asdict, dataclass

from django.utils.translation import gettext_lazy as _

from audit import recording as audit_recording
from audit.actions import Action
from consent import recording
from consent.models import Source
from consent.recording import Occurrence, Outcome
from consent.status import ConsentChannel, Event, Status
from crm import identity
from crm.models import Contact
from tenants import scope
from tenants.models import Venue
from tenants.permissions import Permission
from tenants.refusal import Refusal
from tenants.scope import ActorKind


class NoAddress(Refusal):
    code = "no_address"
    default_message = _("This contact has no address on this channel.")


class EvidenceNeeded(Refusal):
    code = "evidence_needed"
    default_message = _("A subscription needs its evidence: where it was given, on which day, and in which words.")


class StatusNotSettable(Refusal):
    code = "status_not_settable"
    default_message = _("Only “explicit” and “unsubscribed” can be set by hand.")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where, when and in which words a guest subscribed."""

    source: str = ""
    date: datetime.date | None = None
    wording: str = ""

    def check(self, *, today: datetime.date) -> None:
        """Raise EvidenceNeeded, which names the part that is missing, or a date that is still to come."""
        for name, value in (("source", self.source.strip()), ("date", self.date), ("wording", self.wording.strip())):
            if not value:
                raise EvidenceNeeded(field=f"evidence.{name}")
        if self.date is not None and self.date > today:
            raise EvidenceNeeded(_("This day is still to come."), field="evidence.date")


def unsubscribe(contact: Contact, *, venue: Venue, channel: ConsentChannel, at: datetime.datetime) -> Outcome:
    """Unsubscribe the contact's address; again is kept in the ledger, too. Raises NoAddress."""
    return _record(Event.UNSUBSCRIBED, contact, venue, channel, Evidence(), at)


def set_status(
    contact: Contact,
    status: Status,
    *,
    venue: Venue,
    channel: ConsentChannel,
    evidence: Evidence,
    at: datetime.datetime,
) -> Outcome:
    """State a consent by hand: `explicit` with its evidence, or `unsubscribed`, which needs none.

    Raises StatusNotSettable, NoAddress, EvidenceNeeded, and ConsentIrreversible for an address that unsubscribed.
    """
    if status == Status.UNSUBSCRIBED:
        return _record(Event.UNSUBSCRIBED, contact, venue, channel, evidence, at)
    if status != Status.EXPLICIT:
        raise StatusNotSettable(field="status")
    evidence.check(today=at.astimezone(venue.zone).date())
    return _record(Event.SUBSCRIBED_WITH_EVIDENCE, contact, venue, channel, evidence, at)


def _record(
    event: Event, contact: Contact, venue: Venue, channel: ConsentChannel, evidence: Evidence, at: datetime.datetime
) -> Outcome:
    scope.require(Permission.CONTACTS_WRITE)
    email = contact.email if channel == ConsentChannel.EMAIL else ""
    phone = contact.phone if channel == ConsentChannel.SMS else ""
    if not (email or phone):
        raise NoAddress(field="channel")
    identity.lock_keys([email or phone])
    source = Source.STAFF if scope.actor().kind == ActorKind.USER else Source.API
    given = {name: value for name, value in asdict(evidence).items() if value}
    [outcome] = recording.record(Occurrence(event, venue, email, phone, contact, source, at, evidence=given))
    if outcome.is_new_status:
        _audit(contact, venue, outcome)
    return outcome


def _audit(contact: Contact, venue: Venue, outcome: Outcome) -> None:
    audit_recording.record(
        Action.CONSENT_RECORDED,
        contact,
        before={"channel": outcome.channel, "status": outcome.before},
        after={"channel": outcome.channel, "status": outcome.after},
        venue_id=venue.pk,
    )
