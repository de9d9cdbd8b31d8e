"""What fulfilled orders add to a contact's statistics (R-CRM-2): tax included, tips excluded, refunds subtracted.

By source: the till, the phone (and what staff enter), and all else, which came by app or web.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from crm.channel import Channel
from crm.facets import Counters
from orders.models import Order, OrderStatus
from tenants import rows, scope

# Entered by people of the house.
BY_PHONE = (Channel.ORDER_PHONE, Channel.PHONE, Channel.STAFF, Channel.MANUAL)
AT_THE_TILL = (Channel.POS,)


def _among(channels: tuple[Channel, ...]) -> str:
    return ", ".join(f"'{channel.value}'" for channel in channels)


_FULFILLED = f"""
    (SELECT tenant_id, contact_id, venue_id, currency, channel, service_date, total_minor - refunded_minor AS spend
    FROM {Order._meta.db_table} WHERE status = '{OrderStatus.FULFILLED.value}')
"""  # noqa: S608 (our own table)


def _spend(condition: str) -> str:
    return f"coalesce(sum(spend) FILTER (WHERE {condition}), 0)"


COUNTERS = Counters(
    f"{_FULFILLED} AS fulfilled",
    {
        "order_count": "count(*)",
        "purchase_count": "count(*)",
        "spend_minor": "sum(spend)",
        "spend_web_minor": _spend(f"channel NOT IN ({_among((*BY_PHONE, *AT_THE_TILL))})"),
        "spend_phone_minor": _spend(f"channel IN ({_among(BY_PHONE)})"),
        "spend_pos_minor": _spend(f"channel IN ({_among(AT_THE_TILL)})"),
        "last_purchase_on": "max(service_date)",
    },
    currency="currency",
)


def order_values(contact_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """The value of these contacts' fulfilled orders, receipts apart: minor units by currency."""
    values: dict[UUID, dict[str, int]] = defaultdict(dict)
    for contact_id, currency, spend in rows.run(_ORDER_VALUES, scope.tenant_id(), list(contact_ids)):
        values[contact_id][currency] = int(spend)
    return values


_ORDER_VALUES = f"""
    SELECT contact_id, currency, sum(spend) FROM {_FULFILLED} AS fulfilled
    WHERE tenant_id = $1 AND contact_id = ANY ($2) GROUP BY contact_id, currency
"""  # noqa: S608 (our own table)
