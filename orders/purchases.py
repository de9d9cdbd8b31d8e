"""What receipts of the till add to a contact's statistics: those that count, by orders.same_purchase (R-CRM-2).

A receipt is no visit.
"""

from __future__ import annotations

from crm.facets import Counters
from orders import same_purchase
from orders.models import Receipt

_COUNTING = f"(SELECT * FROM {Receipt._meta.db_table} receipt WHERE {same_purchase.COUNTS})"  # noqa: S608 (our own table)

COUNTERS = Counters(
    f"{_COUNTING} AS receipt",
    {
        "purchase_count": "count(*)",
        "spend_minor": "sum(total_minor)",
        "spend_pos_minor": "sum(total_minor)",
        "last_purchase_on": "max(business_date)",
    },
    currency="currency",
)
DAYS = f"""
    SELECT contact_id, business_date AS day FROM {_COUNTING} AS receipt WHERE tenant_id = $1 AND contact_id = ANY($2)
"""  # noqa: S608 (as above)
