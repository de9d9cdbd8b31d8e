"""What orders hold on contacts: what counts as bought, the filters that ask for it, what is under way (R-CRM-2, R-CRM-5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import django_filters
from django.db import models
from django.db.models import QuerySet

from crm import facets
from crm.facets import Counters
from crm.gathering import Candidates
from crm.models import Contact
from orders import filters, merging, purchases, spending
from orders.models import OPEN, FixedDiscount, Order, OrderAttempt, OrderingBlock, Receipt

# One that nobody closed stays open for ever: after a month nobody waits for it any more.
UNDER_WAY_FOR = "interval '30 days'"


class OrderFacet(facets.ContactFacet):
    name = "orders"

    def tables(self) -> Iterable[type[models.Model]]:
        return [Order, Receipt, OrderingBlock, OrderAttempt, FixedDiscount]

    def counters(self) -> Iterable[Counters]:
        return [spending.COUNTERS, purchases.COUNTERS]

    def purchase_days(self) -> Iterable[str]:
        return [purchases.DAYS]

    def open_facts(self) -> Iterable[str]:
        still = ", ".join(f"'{status.value}'" for status in sorted(OPEN))
        yield (
            f"SELECT contact_id, 'order' FROM {Order._meta.db_table} WHERE tenant_id = $1 AND contact_id = ANY($2) "  # noqa: S608 (our own table)
            f"AND placed_at >= $3::timestamptz - {UNDER_WAY_FOR} AND status IN ({still})"
        )

    def reassign(self, loser: Contact, winner: Contact) -> None:
        merging.reassign(loser, winner)

    def filters(self) -> dict[str, django_filters.Filter]:
        return filters.own()

    def narrow(self, contacts: QuerySet[Contact, Any], values: Mapping[str, Any]) -> QuerySet[Contact, Any]:
        return filters.narrow(contacts, values)

    def candidates(self, values: Mapping[str, Any]) -> Iterable[Candidates]:
        return filters.candidates(values)


facets.register(OrderFacet())
