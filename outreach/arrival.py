"""A guest who sends us something of their own accord: into the list, with what they sent and what it says of consent.

One path for promotion sign-ups and inquiries (R-ID-1, R-CONSENT-2). Without an e-mail or a phone there is no contact, and
what was sent keeps its own guest data (R-ID-2). Neither counts as a visit (R-VISIT-1).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from audit import recording
from audit.actions import Action
from consent import recording as consent_recording
from consent import suppression
from consent.models import Source
from consent.recording import OptIn
from crm import intake
from crm.channel import Channel
from crm.guest_data import CrmSync, Guest, Intake, Reception
from crm.warnings import IntakeWarning
from outreach.models import Inquiry, PromotionSignup
from tenants import rows
from tenants.models import Venue

Sent = TypeVar("Sent", PromotionSignup, Inquiry)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent it and where to. `snapshot` holds the guest data exactly as they came."""

    venue: Venue
    guest: Guest
    snapshot: dict[str, Any] = field(default_factory=dict)
    opt_in: OptIn | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """By which channel it came, what the ledger of consents calls it, and what the trail does."""

    channel: Channel
    source: Source
    action: Action


@dataclass(frozen=True, slots=True)
class Arrived(Generic[Sent]):
    sent: Sent
    crm_sync: CrmSync
    warnings: list[IntakeWarning]


def receive(sender: Sender, sent: Sent, way: Way, *, after: Mapping[str, Any], at: datetime.datetime) -> Arrived[Sent]:
    """Take in the sender and write what was `sent`, which is new; `after` is what the trail keeps of it."""
    with rows.together():
        reception = intake.receive(Intake(sender.guest, way.channel, sender.venue, at), suppression.STANDING)
        sent.contact = reception.contact
        event = recording.Event(way.action, sent, after=after, venue_id=sender.venue.pk)
        rows.insert([sent], [recording.entry(event)])
        if reception.contact is not None:
            _record_consent(sender, reception, sent, way, at)
    return Arrived(sent, reception.crm_sync, reception.warnings)


def _record_consent(
    sender: Sender, reception: Reception, sent: PromotionSignup | Inquiry, way: Way, at: datetime.datetime
) -> None:
    consent_recording.at_intake(
        source=way.source,
        venue=sender.venue,
        channel=way.channel,
        reception=reception,
        opt_in=sender.opt_in,
        source_id=sent.pk,
        at=at,
    )
