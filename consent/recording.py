"""Recording what happens to a guest's consent: the ledger, and the status that follows (R-CONSENT-1, R-CONSENT-2).

An event touches only the channels whose address it carries, in the event's own venue. What changes nothing (an unticked
box on an explicit consent) leaves no entry. One batch costs three queries, whatever its size.

The caller holds the advisory locks of the addresses until its transaction ends: `crm.intake.receive` took them; without an
intake call `crm.identity.lock_keys` first. A writer that did not loses to `one_consent_entry_per_number`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from consent import bell, events, evidence, suppression
from consent.models import ConsentEntry, ConsentStatus, Source
from consent.status import GUEST_ACTS, UNTICKED, ConsentChannel, ConsentIrreversible, Event, Status, Step, step
from consent.suppression import Standing
from crm import identity
from crm.channel import Channel
from crm.facts import GuestFact
from crm.guest_data import Reception
from crm.models import Contact
from tenants import rows, scope
from tenants.models import Venue
from tenants.permissions import Permission


@dataclass(frozen=True, slots=True)
class OptIn:
    """What the guest did with the boxes: True ticked, False left unticked, None not asked; and the wording beside them."""

    email: bool | None = None
    sms: bool | None = None
    wording: str = ""
    language: str = ""

    def box(self, channel: ConsentChannel) -> bool | None:
        return self.email if channel == ConsentChannel.EMAIL else self.sms


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event and the addresses it carries, in normal form (R-ID-3, R-ID-4). `source_id` is the booking, import...

    With `opt_in` the box of each channel decides whether it is the ticked or the unticked `event` there.
    """

    event: Event
    venue: Venue
    email: str | None
    phone: str | None
    contact: Contact | None
    source: Source
    at: datetime.datetime
    source_id: UUID | None = None
    opt_in: OptIn | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def addresses(self) -> list[tuple[ConsentChannel, str]]:
        both = ((ConsentChannel.EMAIL, self.email), (ConsentChannel.SMS, self.phone))
        return [(channel, address) for channel, address in both if address]

    def event_on(self, channel: ConsentChannel) -> Event:
        if self.opt_in is None:
            return self.event
        return events.with_box(UNTICKED.get(self.event, self.event), self.opt_in.box(channel))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an event did on one channel. `is_changed`: an entry was written; `is_refused`: the unsubscription was kept."""

    channel: ConsentChannel
    address: str
    before: Status
    after: Status
    is_changed: bool
    is_refused: bool

    @property
    def is_new_status(self) -> bool:
        return self.before != self.after


def at_intake(
    *,
    source: Source,
    venue: Venue,
    channel: Channel,
    reception: Reception,
    opt_in: OptIn | None,
    source_id: UUID,
    at: datetime.datetime,
) -> list[Outcome]:
    """Record what a booking or an order that was just taken means. The intake of `reception` locked the addresses, and asked
    for their STANDING.

    Raises PermissionMissing when it says what the guest did with a box and the actor may not act for the guest.
    """
    if opt_in is not None:
        scope.require(Permission.GUEST_ACTION)
    event = events.event_of(channel, None, is_guest_act=scope.actor().may(Permission.GUEST_ACTION))
    who = reception.identity
    occurrence = Occurrence(event, venue, who.e, who.p, reception.contact, source, at, source_id, opt_in)
    return record(occurrence, reception.answers[suppression.STANDING])


def at_edit(fact: GuestFact, reception: Reception, *, source: Source, at: datetime.datetime) -> list[Outcome]:
    """Record what an edited booking or order newly carries an address for: an unchanged one says nothing new.

    The fact still has its former snapshot. The intake of the edit locked the addresses.
    """
    now, former = (
        reception.identity,
        identity.check(fact.guest.get("email"), fact.guest.get("phone"), fact.venue.country),
    )
    e, p = None if now.e == former.e else now.e, None if now.p == former.p else now.p
    event = events.event_of(Channel(fact.channel), None, is_guest_act=scope.actor().may(Permission.GUEST_ACTION))
    return record(Occurrence(event, fact.venue, e, p, reception.contact, source, at, fact.pk))


def record(one: Occurrence, standing: Standing | None = None) -> list[Outcome]:
    """Record one event; an outcome for each address it carries. The caller has locked the addresses, and may have asked for
    their standing with the locks.

    Raises ConsentIrreversible, and PermissionMissing for a guest's act by an actor without `guest_action`.
    """
    batch = _Batch([one], standing)
    outcomes = batch.judge(one)
    if any(outcome.is_refused for outcome in outcomes):
        raise ConsentIrreversible
    batch.write()
    return outcomes


def record_many(occurrences: Sequence[Occurrence]) -> list[list[Outcome]]:
    """Record a batch in its order, as `record` would one by one; a refusal is told by its outcome, not raised.

    The caller has locked all addresses of the batch. Raises PermissionMissing as `record` does.
    """
    batch = _Batch(occurrences)
    outcomes = [batch.judge(one) for one in occurrences]
    batch.write()
    return outcomes


def follow(row: ConsentStatus, entry: ConsentEntry) -> None:
    """Let the status row say what it says after this entry, the next one of its ledger.

    Of an unsubscribed address it says when the guest said no last, which only a later act of theirs may lift.
    """
    is_new = row.number == 0 or row.status != entry.status
    if is_new or (entry.event == Event.UNSUBSCRIBED and entry.at > row.changed_at):
        row.changed_at, row.source = entry.at, entry.source
    row.status = entry.status
    row.pending_since = entry.pending_since
    row.number = entry.number


_Key = tuple[UUID, str, str]


class _Batch:
    """The status rows of a batch's addresses, kept up to date while it is judged, and the entries to write."""

    def __init__(self, occurrences: Sequence[Occurrence], standing: Standing | None = None) -> None:
        self.entries: list[ConsentEntry] = []
        self.touched: dict[_Key, ConsentStatus] = {}
        addresses = {address for one in occurrences for _channel, address in one.addresses}
        venues = {one.venue.pk for one in occurrences}
        found = standing or suppression.standing(addresses, venues)
        self.rows: dict[_Key, ConsentStatus] = {(row.venue_id, row.channel, row.address): row for row in found.statuses}
        self.known = frozenset(key for key, row in self.rows.items() if row.number)
        self.lifted: list[ConsentStatus] = []
        self.waiting: dict[_Key, ConsentStatus] = {}

    def judge(self, one: Occurrence) -> list[Outcome]:
        return [self._judge(one, channel, address) for channel, address in one.addresses]

    def _judge(self, one: Occurrence, channel: ConsentChannel, address: str) -> Outcome:
        event = one.event_on(channel)
        if event in GUEST_ACTS:
            scope.require(Permission.GUEST_ACTION)
        key = (one.venue.pk, channel.value, address)
        row = self.rows.get(key) or ConsentStatus(venue=one.venue, channel=channel, address=address)
        if row.number == 0 and row.status == Status.UNSUBSCRIBED:
            self._take_over(one, key, row)
        if row.status == Status.UNSUBSCRIBED and one.at < row.changed_at:
            # Told late: the guest has said no since, and only a later box may change that.
            event = UNTICKED.get(event, event)
        taken = step(event, Status(row.status), is_double_opt_in=one.venue.double_opt_in)
        pending_since = _pending_since(event, taken, row, one.at)
        is_changed = not taken.is_refused and (taken.is_recorded or pending_since != row.pending_since)
        if is_changed:
            self.rows[key] = self.touched[key] = row
            entry = _entry(one, event, taken, row, pending_since)
            self.entries.append(entry)
            follow(row, entry)
            if taken.needs_confirmation:
                self.waiting[key] = row
        return Outcome(channel, address, taken.before, taken.after, is_changed, taken.is_refused)

    def _take_over(self, one: Occurrence, key: _Key, row: ConsentStatus) -> None:
        """The address is ours again: its ledger begins with the unsubscription that outlived it (consent.suppression)."""
        kept = replace(one, source=Source(row.source), source_id=None, opt_in=None, evidence={"kept": "suppression"})
        kept = replace(kept, event=Event.UNSUBSCRIBED, at=row.changed_at)
        entry = _entry(kept, Event.UNSUBSCRIBED, step(Event.UNSUBSCRIBED, Status.NONE), row, None)
        self.touched[key] = row
        self.entries.append(entry)
        self.lifted.append(row)
        follow(row, entry)

    def write(self) -> None:
        suppression.become_rows(self.lifted)
        # Rows are locked in one order everywhere.
        touched = sorted(self.touched.items())
        rows.insert(self.entries, [row for key, row in touched if key not in self.known])
        rows.update(
            [row for key, row in touched if key in self.known],
            ["status", "pending_since", "changed_at", "source", "number"],
        )
        bell.ring(self.waiting.values())


def _pending_since(event: Event, taken: Step, row: ConsentStatus, at: datetime.datetime) -> datetime.datetime | None:
    """A confirmation is waited for until it comes, or until somebody unsubscribes; from the latest tick, told late or not."""
    if taken.needs_confirmation:
        return at if row.pending_since is None else max(at, row.pending_since)
    is_settled = event == Event.UNSUBSCRIBED or taken.after == Status.EXPLICIT
    return None if is_settled else row.pending_since


def _entry(
    one: Occurrence, event: Event, taken: Step, row: ConsentStatus, pending_since: datetime.datetime | None
) -> ConsentEntry:
    actor = scope.actor()
    return ConsentEntry(
        venue=one.venue,
        channel=row.channel,
        address=row.address,
        number=row.number + 1,
        event=event,
        status=taken.after,
        renews_clock=taken.renews_clock,
        pending_since=pending_since,
        contact=one.contact,
        source=one.source,
        source_id=one.source_id,
        evidence=_evidence(one, event, ConsentChannel(row.channel)),
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        at=one.at,
    )


def _evidence(one: Occurrence, event: Event, channel: ConsentChannel) -> dict[str, Any]:
    asked = one.opt_in
    if asked is None:
        return evidence.of(event, one.evidence, was_asked=False, box=None)
    words = {"wording": asked.wording, "language": asked.language}
    given = {**one.evidence, **{name: text for name, text in words.items() if text}}
    return evidence.of(event, given, was_asked=True, box=asked.box(channel))
