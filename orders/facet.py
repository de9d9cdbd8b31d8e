"""What orders hold on contacts: what counts as bought, the filters that ask for it, what is under way (R-CRM-2, R-CRM-5)."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import django_filters
from django.db import models
from django.db.models import Q, QuerySet

from crm import facets
from crm.facets import Counters, Upcoming
from crm.facts import Snapshots
from crm.figure_ranges import Range
from crm.gathering import Candidates
from crm.holdings import Place
from crm.models import Contact
from orders import erasing, filters, merging, personal_data, purchases, remembered_blocks, same_purchase, spending
from orders.models import OPEN, BlockedAddress, FixedDiscount, Order, OrderAttempt, OrderingBlock, Receipt
from tenants import rows

# One that nobody closed stays open for ever: after a month nobody waits for it any more.
UNDER_WAY_FOR = "interval '30 days'"


class OrderFacet(facets.ContactFacet):
    name = "orders"

    def tables(self) -> Iterable[type[models.Model]]:
        return [Order, Receipt, OrderingBlock, OrderAttempt, FixedDiscount, BlockedAddress]

    def holdings(self) -> Iterable[Place]:
        return personal_data.HOLDINGS

    def export(self, contact_ids: list[UUID], nobodys: list[UUID]) -> dict[str, Any]:
        return personal_data.export(contact_ids, nobodys)

    def activity(self) -> Iterable[str]:
        return personal_data.ACTIVITY

    def counters(self) -> Iterable[Counters]:
        return [spending.COUNTERS, purchases.COUNTERS]

    def purchase_days(self) -> Iterable[str]:
        return [purchases.DAYS]

    def undone_purchases(self) -> Iterable[str]:
        return [same_purchase.UNDONE]

    def open_facts(self) -> Iterable[str]:
        still = ", ".join(f"'{status.value}'" for status in sorted(OPEN))
        # OFFSET 0: or the server would go through all open orders of the tenant for a guest's.
        own = (
            f"SELECT contact_id, status FROM {Order._meta.db_table} WHERE tenant_id = $1 AND contact_id = ANY($2) "  # noqa: S608 (our own table)
            f"AND placed_at >= $3::timestamptz - {UNDER_WAY_FOR} OFFSET 0"
        )
        yield f"SELECT contact_id, 'order' FROM ({own}) AS recent WHERE status IN ({still})"  # noqa: S608 (as above)

    def reassign(self, loser: Contact, winner: Contact) -> None:
        merging.reassign(loser, winner)

    def admit(self, contacts: Sequence[Contact]) -> Iterable[rows.Statement]:
        return remembered_blocks.carry_over(contacts)

    def upcoming(self, contact_ids: list[UUID], *, at: datetime.datetime) -> Iterable[Upcoming]:
        return erasing.upcoming(Q(contact__in=contact_ids), at=at)

    def upcoming_fact(self, kind: str, fact_id: UUID, *, at: datetime.datetime) -> Iterable[Upcoming]:
        return erasing.upcoming(Q(pk=fact_id), at=at) if kind == erasing.ORDER else ()

    def lock_payers(self, contact_ids: list[UUID], fact_ids: list[UUID]) -> Iterable[UUID]:
        return erasing.lock_payers(Q(contact__in=contact_ids) | Q(pk__in=fact_ids))

    def call_off(self, facts: Collection[Upcoming], *, at: datetime.datetime) -> None:
        erasing.call_off(facts, at=at)

    def snapshots(self) -> Iterable[Snapshots]:
        return personal_data.SNAPSHOTS

    def erase(self, contact_ids: list[UUID]) -> None:
        erasing.erase(contact_ids)

    def erase_fact(self, kind: str, fact_id: UUID) -> bool:
        return erasing.erase_fact(kind, fact_id)

    def filters(self) -> dict[str, django_filters.Filter]:
        return filters.own()

    def ranges(self) -> Iterable[Range]:
        return filters.RANGES

    def narrow(self, contacts: QuerySet[Contact, Any], values: Mapping[str, Any]) -> QuerySet[Contact, Any]:
        return filters.narrow(contacts, values)

    def candidates(self, values: Mapping[str, Any]) -> Iterable[Candidates]:
        return filters.candidates(values)


facets.register(OrderFacet())
