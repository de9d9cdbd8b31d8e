"""Implied consents that are about to end (R-CONSENT-3): renewal is proposed a month before.

Only the regime `casl` lets them end. The last day is reckoned as consent.marketability does, by PostgreSQL, for all addresses
of a venue at once: six months after the last event, 24 after the last purchase or arrived visit, whichever is later; both
know that a month may be shorter.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from consent.marketability import MONTHS_AFTER_INQUIRY, MONTHS_AFTER_PURCHASE
from consent.models import ConsentEntry, ConsentStatus
from consent.status import Event, Status
from crm import months
from crm.models import Contact, ContactIdentifier, Visit, VisitSource, VisitSourceKind
from tenants import rows, scope
from tenants.models import ConsentRegime, Venue

PROPOSED_BEFORE_MONTHS = 1


def venues_with_renewals(venues: Sequence[Venue]) -> list[Venue]:
    return [venue for venue in venues if venue.consent_regime == ConsentRegime.CASL]


def due(venue: Venue, *, at: datetime.datetime) -> dict[UUID, datetime.date]:
    """The consents of this venue that end within a month, by the id of their status, with their last day. One query."""
    if venue.consent_regime != ConsentRegime.CASL:
        return {}
    today = timezone.localdate(at, venue.zone)
    last = months.later(today, PROPOSED_BEFORE_MONTHS)
    found = rows.run(_DUE, scope.tenant_id(), venue.pk, venue.timezone, today, last)
    return dict(found)


def contacts_due(venue: Venue, *, at: datetime.datetime) -> Q:
    """The contacts one of whose present addresses has such a consent, as a condition."""
    addresses = ConsentStatus.objects.filter(pk__in=due(venue, at=at)).values("address")
    present = ContactIdentifier.objects.filter(value__in=addresses, is_active=True, is_main=True)
    return Q(pk__in=present.values("contact"))


def holders(statuses: Sequence[ConsentStatus]) -> dict[str, Contact]:
    """The active contacts of these addresses, by address; of several with one phone, the latest."""
    held = ContactIdentifier.objects.filter(value__in={one.address for one in statuses}, is_active=True)
    found = held.select_related("contact").order_by("is_key", "is_main", "contact__last_activity_at")
    return {one.value: one.contact for one in found}


_VISIT_KINDS = f"'{VisitSourceKind.BOOKING}', '{VisitSourceKind.ORDER}'"
_DUE = f"""
    SELECT id, expires_on FROM (
        SELECT consent.id, greatest(
            max((entry.at AT TIME ZONE $3)::date) + interval '{MONTHS_AFTER_INQUIRY} months',
            max((entry.at AT TIME ZONE $3)::date) FILTER (WHERE entry.event = '{Event.PURCHASED}')
                + interval '{MONTHS_AFTER_PURCHASE} months',
            max(visit.local_date) + interval '{MONTHS_AFTER_PURCHASE} months'
        )::date AS expires_on
        FROM {ConsentStatus._meta.db_table} AS consent
        JOIN {ConsentEntry._meta.db_table} AS entry ON entry.tenant_id = $1 AND entry.address = consent.address
            AND entry.venue_id = consent.venue_id AND entry.channel = consent.channel AND entry.renews_clock
        LEFT JOIN {VisitSource._meta.db_table} AS source ON source.tenant_id = $1
            AND source.kind IN ({_VISIT_KINDS}) AND source.source_id = entry.source_id
        LEFT JOIN {Visit._meta.db_table} AS visit ON visit.tenant_id = $1 AND visit.id = source.visit_id
        WHERE consent.tenant_id = $1 AND consent.venue_id = $2 AND consent.status = '{Status.IMPLIED}'
        GROUP BY consent.id
    ) AS ending WHERE expires_on BETWEEN $4 AND $5
    ORDER BY expires_on, id
"""  # noqa: S608 (our own tables)
