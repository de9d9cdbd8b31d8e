"""What was sold by month: fulfilled orders less refunds, and receipts that are not of one (R-CRM-2).

Tax included, tips excluded; minor units, and never added across currencies.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from uuid import UUID

from orders import same_purchase
from orders.models import Order, OrderStatus, Receipt
from tenants import rows, scope

Months = dict[datetime.date, int]


def by_month(since: datetime.date, until: datetime.date, venue_id: UUID | None = None) -> dict[str, Months]:
    """What was sold in each month, by its first day, for each currency; of one venue or of all. Both ends are included."""
    sold: dict[str, Months] = defaultdict(dict)
    for currency, month, total_minor in rows.run(_SOLD, scope.tenant_id(), since, until, venue_id):
        sold[currency][month] = total_minor
    return dict(sold)


_SOLD = f"""
    SELECT currency, date_trunc('month', day)::date AS month, sum(amount)::bigint FROM (
        SELECT currency, service_date AS day, total_minor - refunded_minor AS amount FROM {Order._meta.db_table}
        WHERE tenant_id = $1 AND status = '{OrderStatus.FULFILLED.value}' AND service_date BETWEEN $2 AND $3
            AND ($4::uuid IS NULL OR venue_id = $4)
        UNION ALL
        SELECT currency, business_date, total_minor FROM {Receipt._meta.db_table} receipt
        WHERE tenant_id = $1 AND {same_purchase.COUNTS} AND business_date BETWEEN $2 AND $3
            AND ($4::uuid IS NULL OR venue_id = $4)
    ) AS sold GROUP BY currency, month ORDER BY currency, month
"""  # noqa: S608 (our own tables)
