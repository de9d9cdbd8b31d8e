"""How contacts stand with us as customers: whether they may order, and their fixed discount (R-ORDER-2, R-ORDER-3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from orders.models import Discount, FixedDiscount, OrderingBlock
from tenants.questions import Question, Rows


@dataclass(frozen=True, slots=True)
class Standing:
    """`fixed_discount` is the one that is applied now: one taken out of use is none."""

    is_blocked: bool = False
    fixed_discount: Discount | None = None


NOTHING_SPECIAL = Standing()


def of(contact_ids: Iterable[UUID]) -> dict[UUID, Standing]:
    """The standing of those contacts that have a block or a discount. One query for them all."""
    return STANDINGS.ask(list(contact_ids))


def _by_contact(found: Rows) -> dict[UUID, Standing]:
    return {contact_id: Standing(is_blocked, _discount(values)) for contact_id, is_blocked, *values in found}


_COLUMNS = ("id", "name", "kind", "percent", "amount_minor", "currency")
_STANDING = f"""
    SELECT wanted.id, block.id IS NOT NULL, {", ".join(f"discount.{name}" for name in _COLUMNS)}
    FROM unnest($2::uuid[]) AS wanted (id)
        LEFT JOIN {OrderingBlock._meta.db_table} block ON block.tenant_id = $1 AND block.contact_id = wanted.id
        LEFT JOIN {FixedDiscount._meta.db_table} fixed ON fixed.tenant_id = $1 AND fixed.contact_id = wanted.id
        LEFT JOIN {Discount._meta.db_table} discount
            ON discount.tenant_id = $1 AND discount.id = fixed.discount_id AND discount.is_active
    WHERE block.id IS NOT NULL OR discount.id IS NOT NULL
"""  # noqa: S608 (our own tables)
STANDINGS = Question(lambda: _STANDING, len(_COLUMNS) + 2, _by_contact)


def _discount(values: list[object]) -> Discount | None:
    return None if values[0] is None else Discount(**dict(zip(_COLUMNS, values, strict=True)))


class Offer(NamedTuple):
    """A discount that a contact can have for good, and whether it is the one it has."""

    discount: Discount
    is_own: bool


_OFFERED = f"""
    SELECT {", ".join(f"discount.{name}" for name in (*_COLUMNS, "is_active"))}, fixed.id IS NOT NULL
    FROM {Discount._meta.db_table} discount LEFT JOIN {FixedDiscount._meta.db_table} fixed
        ON fixed.tenant_id = $1 AND fixed.discount_id = discount.id AND fixed.contact_id = ANY($2)
    WHERE discount.tenant_id = $1 AND (discount.is_active OR fixed.id IS NOT NULL)
    ORDER BY discount.is_active DESC, discount.name
"""  # noqa: S608 (our own tables)


def _offers(found: Rows) -> list[Offer]:
    return [
        Offer(Discount(**dict(zip((*_COLUMNS, "is_active"), values, strict=True))), is_own) for *values, is_own in found
    ]


# The discounts in use, and at the end the contact's own when it is none of them any more; of the one contact asked of.
OFFERED = Question(lambda: _OFFERED, len(_COLUMNS) + 2, _offers)
