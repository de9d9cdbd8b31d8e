"""What an order costs must add up (R-ORDER-1).

total = sum of quantity x unit price - discount + taxes that are not included. Tips are never in it. Whatever else is sent is
refused, with the difference. Source: ours (API.md); all amounts are minor units of one currency.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tenants.refusal import Refusal


class TotalMismatch(Refusal):
    code = "total_mismatch"
    status = 400
    default_message = _("The total does not add up.")


@dataclass(frozen=True, slots=True)
class Item:
    name: str
    quantity: int
    unit_price_minor: int
    category: str = ""


@dataclass(frozen=True, slots=True)
class Tax:
    """A named tax; `is_included` says that the prices hold it already."""

    name: str
    amount_minor: int
    is_included: bool


@dataclass(frozen=True, slots=True)
class Amounts:
    """What was ordered, and what it costs."""

    items: tuple[Item, ...]
    total_minor: int
    taxes: tuple[Tax, ...] = ()
    discount_minor: int = 0
    tip_minor: int = 0

    @property
    def items_minor(self) -> int:
        return sum(item.quantity * item.unit_price_minor for item in self.items)

    @property
    def expected_minor(self) -> int:
        """The total that items, discount and taxes make."""
        on_top = sum(tax.amount_minor for tax in self.taxes if not tax.is_included)
        return self.items_minor - self.discount_minor + on_top


def check(amounts: Amounts) -> None:
    """Raise TotalMismatch, which names the difference, unless the total adds up."""
    expected, given = amounts.expected_minor, amounts.total_minor
    if given == expected:
        return
    raise TotalMismatch(
        _("Items less discount plus taxes that are not included make %(expected)d, a difference of %(difference)d.")
        % {"expected": expected, "difference": given - expected},
        field="total_minor",
        expected_minor=expected,
        difference_minor=given - expected,
    )
