"""A WiFi login: the guest into the list, and a visit on the venue's day of the login (R-ID-1, R-VISIT-1, R-VISIT-4).

Guest data count as of the login (R-WRITE-2). Where the portal asked for no e-mail and no phone there is no contact, and
nobody's visit; the login is kept. Source: P.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from audit import recording
from audit.actions import Action
from audit.models import AuditEntry
from consent import recording as consent_recording
from consent import suppression
from consent.models import Source
from consent.recording import OptIn
from crm import event_time, identity, intake, statistics, visits
from crm.channel import Channel
from crm.guest_data import CrmSync, Guest, Intake, Reception
from crm.models import Contact, VisitSourceKind
from crm.warnings import IntakeWarning
from tenants import rows
from tenants.models import Venue
from wifi.models import WifiSession


@dataclass(frozen=True, slots=True)
class Login:
    """A login as the portal tells it. `snapshot` holds the guest data exactly as they came."""

    venue: Venue
    connected_at: datetime.datetime | None = None
    guest: Guest = field(default_factory=Guest)
    snapshot: dict[str, Any] = field(default_factory=dict)
    opt_in: OptIn | None = None
    provider: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Connected:
    """What became of it. `is_new` is false when the external id was known: then nothing changed."""

    session: WifiSession
    crm_sync: CrmSync
    warnings: list[IntakeWarning]
    is_new: bool = True


def connect(login: Login, *, at: datetime.datetime | None = None) -> Connected:
    """Take in a login, told `at` (now by default). Raises event_time.InFuture."""
    now = at or timezone.now()
    connected_at = event_time.of(login.connected_at, field="connected_at", now=now)
    known = _known(login)
    if known is not None:
        return Connected(known, CrmSync.UNCHANGED, [], is_new=False)
    with rows.together():
        brings = {"visit_count": 1, "last_visit_on": login.venue.local_day(connected_at)}
        coming = Intake(login.guest, Channel.WIFI, login.venue, connected_at, brings=brings)
        reception = intake.receive(coming, suppression.STANDING)
        session = _session(login, reception.contact, connected_at, now)
        rows.insert([session], [_entry(session)])
        if reception.contact is not None:
            _record_consent(login, reception, session)
        if reception.contact is not None and reception.is_new:
            rows.insert(*visits.of_new(reception.contact, session.venue, **_visit(session)))
    if reception.contact is not None and not reception.is_new:
        _count(session, reception.contact)
    return Connected(session, reception.crm_sync, reception.warnings)


def _known(login: Login) -> WifiSession | None:
    """The session this external id already made; its lock keeps two parallel posts from both making one."""
    if not login.external_id:
        return None
    identity.lock_keys([f"wifi:{login.venue.pk}:{login.provider}:{login.external_id}"])
    sessions = WifiSession.objects.select_related("venue").filter(venue=login.venue, provider=login.provider)
    found: WifiSession | None = sessions.filter(external_id=login.external_id).first()
    return found


def _session(
    login: Login, contact: Contact | None, connected_at: datetime.datetime, now: datetime.datetime
) -> WifiSession:
    return WifiSession(
        venue=login.venue,
        contact=contact,
        provider=login.provider,
        external_id=login.external_id,
        connected_at=connected_at,
        service_date=login.venue.local_day(connected_at),
        guest=login.snapshot,
        created_at=now,
    )


def _entry(session: WifiSession) -> AuditEntry:
    after = {"connected_at": session.connected_at, "provider": session.provider}
    return recording.entry(recording.Event(Action.WIFI_CONNECTED, session, after=after, venue_id=session.venue_id))


def _record_consent(login: Login, reception: Reception, session: WifiSession) -> None:
    consent_recording.at_intake(
        source=Source.WIFI,
        venue=login.venue,
        channel=Channel.WIFI,
        reception=reception,
        opt_in=login.opt_in,
        source_id=session.pk,
        at=session.connected_at,
    )


def _count(session: WifiSession, contact: Contact) -> None:
    """A login is a visit of its day. The intake has locked the contact. One on a day that has its visit changes no figure."""
    if visits.add(contact, session.venue, **_visit(session)):
        statistics.refresh(contact.pk)


def _visit(session: WifiSession) -> dict[str, Any]:
    return {
        "local_date": session.service_date,
        "kind": VisitSourceKind.WIFI,
        "source_id": session.pk,
        "at": session.connected_at,
    }
