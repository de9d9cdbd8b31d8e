"""Orders that were refused because the venue had paused ordering, or as if it had (R-ORDER-2).

The refusal rolls back what the request did; the attempt is written after it, for a paused venue as for a blocked guest, so
that both take the same way. Staff see those of a blocked guest on its contact.
"""

from __future__ import annotations

import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from audit import recording
from audit.actions import Action
from crm.models import Contact
from orders.models import OrderAttempt, OrderKind
from tenants import rows, survivors
from tenants.models import Venue
from tenants.questions import Question

# A contact's card shows so many.
SHOWN = 5


def note(
    *,
    venue: Venue,
    kind: OrderKind,
    total_minor: int,
    currency: str,
    blocked: UUID | None,
    at: datetime.datetime | None = None,
) -> None:
    """Keep that an order was refused; `blocked` is the contact that may not order, None when the venue has paused."""
    attempt = OrderAttempt(
        venue=venue,
        contact_id=blocked,
        attempted_at=at or timezone.now(),
        kind=kind,
        total_minor=total_minor,
        currency=currency,
    )
    survivors.keep(lambda: _write(attempt))


def of(contact: Contact) -> QuerySet[OrderAttempt]:
    """The refused orders of a contact."""
    attempts: QuerySet[OrderAttempt] = OrderAttempt.objects.filter(contact=contact)
    return attempts


class Attempt(NamedTuple):
    """A refused order as a contact's card shows it; minor units."""

    venue: UUID
    attempted_at: datetime.datetime
    kind: OrderKind
    total_minor: int
    currency: str


_NEWEST = f"""
    SELECT venue_id, attempted_at, kind, total_minor, currency FROM {OrderAttempt._meta.db_table}
    WHERE tenant_id = $1 AND contact_id = ANY($2) ORDER BY attempted_at DESC, id DESC LIMIT {SHOWN + 1}
"""  # noqa: S608 (our own table)
# The newest attempts of the one contact that is asked of: as many as are shown, and one that says that there are more.
NEWEST = Question(lambda: _NEWEST, 5, lambda found: [Attempt(*values) for values in found])


def _write(attempt: OrderAttempt) -> None:
    after = {"kind": attempt.kind, "total_minor": attempt.total_minor, "currency": attempt.currency}
    event = recording.Event(Action.ORDER_REFUSED, attempt, after=after, venue_id=attempt.venue_id)
    # Of a paused venue's orders nothing is audited: nobody did anything.
    rows.insert([attempt], [recording.entry(event)] if attempt.contact_id else [])
