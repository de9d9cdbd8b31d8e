"""What the list as a whole tells: new contacts by channel and month, visits by day, who comes back (R-CRM-2, ours).

Days are local days of the venues. Contacts in the bin and merged ones are not counted; their visits are, since they were made.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from crm.channel import Channel
from crm.models import Contact, ContactState, Visit
from tenants import rows, scope

# Eighteen channels would be eighteen colors: a reader wants to know by which door guests come.
DOORS: dict[str, tuple[Channel, ...]] = {
    "online": (Channel.WEB, Channel.GOOGLE, Channel.THIRD_PARTY, Channel.ORDER_WEB, Channel.SELF_ORDER),
    "house": (Channel.PHONE, Channel.STAFF, Channel.WALK_IN, Channel.QUEUE, Channel.ORDER_PHONE, Channel.MANUAL),
    "signups": (Channel.WIFI, Channel.PROMOTION, Channel.FORM, Channel.FOLLOW),
    "till": (Channel.POS,),
    "lists": (Channel.IMPORT, Channel.API),
}
_DOOR_OF = {channel.value: door for door, channels in DOORS.items() for channel in channels}


@dataclass(frozen=True, slots=True)
class VisitDay:
    """The visits of one day, and how many of them were made by guests who had been with us before that day."""

    on: datetime.date
    visit_count: int
    returning_count: int


def new_contacts(since: datetime.date, until: datetime.date) -> dict[datetime.date, dict[str, int]]:
    """How many contacts first came in each month, by its first day and by door. Both ends are included."""
    found = rows.run(_NEW_CONTACTS, scope.tenant_id(), since, until)
    months: dict[datetime.date, dict[str, int]] = defaultdict(lambda: dict.fromkeys(DOORS, 0))
    for month, channel, count in found:
        months[month][_DOOR_OF[channel]] += count
    return dict(months)


def visits_by_day(since: datetime.date, until: datetime.date, venue_id: UUID | None = None) -> list[VisitDay]:
    """The days with visits, of one venue or of all, in order. Both ends are included."""
    found = rows.run(_VISITS, scope.tenant_id(), since, until, venue_id)
    return [VisitDay(*row) for row in found]


_NEW_CONTACTS = f"""
    SELECT date_trunc('month', first_contact_on)::date AS month, first_channel, count(*) FROM {Contact._meta.db_table}
    WHERE tenant_id = $1 AND state = '{ContactState.ACTIVE.value}' AND first_contact_on BETWEEN $2 AND $3
    GROUP BY month, first_channel
"""  # noqa: S608 (our own table)
_VISITS = f"""
    SELECT visit.local_date, count(*), count(*) FILTER (WHERE EXISTS (
        SELECT FROM {Visit._meta.db_table} earlier
        WHERE earlier.tenant_id = $1 AND earlier.contact_id = visit.contact_id AND earlier.local_date < visit.local_date
    ))
    FROM {Visit._meta.db_table} visit
    WHERE visit.tenant_id = $1 AND visit.local_date BETWEEN $2 AND $3 AND ($4::uuid IS NULL OR visit.venue_id = $4)
    GROUP BY visit.local_date ORDER BY visit.local_date
"""  # noqa: S608 (our own table)
