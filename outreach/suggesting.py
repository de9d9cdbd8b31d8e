"""Which message a guest should get next (R-CRM-7).

Who bought something or sat at a table is asked for an opinion, once per visit; who never did is invited to book or buy;
who has an open booking or order is left alone. Nothing is suggested to somebody asked already, nor to one whom no venue
may write to or who asked for their data to be cleared. A guest known from an import only had dealings that we know no day of:
neither text would be true.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from consent import gate
from consent.reading import ConsentItem
from consent.status import ConsentChannel
from crm.dealings import DEALINGS, Dealings
from crm.models import Contact
from outreach.models import Direction, Message, MessageKind, MessageStatus
from tenants import questions
from tenants.questions import Answers, Question, Rows

# Reasons, public and stable; also open_booking and open_order.
VISITED, NEVER_INTERACTED = "visited", "never_interacted"
ALREADY_ASKED, NOT_REACHABLE = "already_asked", "not_reachable"
ONLY_IMPORTED, CONTACT_DELETED = "only_imported", "contact_deleted"
ERASURE_ASKED = gate.Hindrance.ERASURE_ASKED.value


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`kind` is ask_opinion or invite; None when nothing is suggested, and `reason` says why."""

    kind: MessageKind | None
    reason: str


@dataclass(frozen=True, slots=True)
class Past:
    """What counts for the choice: dealings, and the last days a guest was asked and invited."""

    dealings: Dealings
    asked_on: datetime.date | None = None
    invited_on: datetime.date | None = None

    @property
    def has_been_here(self) -> bool:
        return self.dealings.last_day is not None

    @property
    def may_be_asked(self) -> bool:
        """Whether there was a visit since an opinion was asked; a second meal on that day is the same visit."""
        last_day = self.dealings.last_day
        return last_day is not None and (self.asked_on is None or self.asked_on < last_day)


def pasts(contact_ids: Iterable[UUID], *, at: datetime.datetime) -> dict[UUID, Past]:
    """What was between the house and each of these contacts. One query."""
    ids = list(contact_ids)
    return pasts_of(ids, questions.ask(PAST, ids, at))


def pasts_of(ids: Sequence[UUID], answers: Answers) -> dict[UUID, Past]:
    """The same where the questions of PAST were asked already, of these contacts."""
    found, written = answers[DEALINGS], answers[WRITTEN]
    return {
        one: Past(
            found.get(one, Dealings()),
            written.get((one, MessageKind.ASK_OPINION.value)),
            written.get((one, MessageKind.INVITE.value)),
        )
        for one in ids
    }


def of(contact: Contact, past: Past, consents: Sequence[ConsentItem]) -> Suggestion:
    """The suggestion for a contact that comes with statistics.

    `consents` are those of its present addresses, from `consent.reading.current`.
    """
    if not contact.is_active:
        return Suggestion(None, CONTACT_DELETED)
    if gate.has_asked_for_erasure(contact):
        return Suggestion(None, ERASURE_ASKED)
    if past.dealings.under_way:
        return Suggestion(None, f"open_{past.dealings.under_way}")
    if past.has_been_here:
        wanted, was_asked = Suggestion(MessageKind.ASK_OPINION, VISITED), not past.may_be_asked
        return _unless_hindered(wanted, was_asked, _may_ask(contact, consents))
    if contact.imported_visit_count or contact.imported_order_count:
        return Suggestion(None, ONLY_IMPORTED)
    is_invited, may_invite = past.invited_on is not None, any(one.marketable for one in consents)
    return _unless_hindered(Suggestion(MessageKind.INVITE, NEVER_INTERACTED), is_invited, may_invite)


def _unless_hindered(wanted: Suggestion, was_asked: bool, is_reachable: bool) -> Suggestion:
    if was_asked:
        return Suggestion(None, ALREADY_ASKED)
    return wanted if is_reachable else Suggestion(None, NOT_REACHABLE)


def _may_ask(contact: Contact, consents: Sequence[ConsentItem]) -> bool:
    """Whether a venue that the guest knows may write to one of their addresses."""
    channels = [
        channel
        for channel, address in ((ConsentChannel.EMAIL, contact.email), (ConsentChannel.SMS, contact.phone))
        if address
    ]
    closed = {(one.venue, one.channel) for one in consents if gate.closes_service(one)}
    return any((UUID(venue), channel) not in closed for venue in contact.stats.by_venue for channel in channels)


_WRITTEN = f"""
    SELECT contact_id, kind, max(sent_on) FROM {Message._meta.db_table}
    WHERE tenant_id = $1 AND contact_id = ANY($2) AND direction = '{Direction.OUT.value}'
        AND kind IN ('{MessageKind.ASK_OPINION.value}', '{MessageKind.INVITE.value}')
        AND status <> '{MessageStatus.FAILED.value}'
    GROUP BY contact_id, kind
"""  # noqa: S608 (our own table)


def _by_kind(found: Rows) -> dict[tuple[UUID, str], datetime.date]:
    return {(contact_id, kind): day for contact_id, kind, day in found}


# The last day that each was written to, by kind; what could not be sent was not written.
WRITTEN = Question(lambda: _WRITTEN, 3, _by_kind)
PAST = (DEALINGS, WRITTEN)
