"""What a receipt's amounts must add up to (R-ORDER-1): minor units, tips never among them.

The net amount is the total less its taxes. The lines less the discount are the total: with the taxes in their prices, as in
Europe, or with the taxes on top, as in Canada; a till does not say which. A receipt without lines is only a sum. Whatever
else is sent is refused, with the difference. Source: API.md for the net amount; ours for the lines.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from orders.totals import TotalMismatch
from tenants.refusal import Refusal


class NetMismatch(Refusal):
    code = "net_mismatch"
    status = 400


def check(*, lines: Sequence[int], taxes: int, discount: int, net: int, total: int) -> None:
    """Raise NetMismatch or TotalMismatch, which name the difference, unless the amounts add up."""
    expected = total - taxes
    if net != expected:
        message = _("The total less the taxes makes %(expected)d, a difference of %(difference)d.")
        raise NetMismatch(message % {"expected": expected, "difference": net - expected}, field="net_minor")
    if lines:
        _check_lines(sum(lines) - discount, taxes, total)


def _check_lines(of_lines: int, taxes: int, total: int) -> None:
    """What is off is told of the reading that comes nearer."""
    expected = min((of_lines, of_lines + taxes), key=lambda one: abs(total - one))
    if total != expected:
        message = _("The lines less the discount make %(expected)d, a difference of %(difference)d.")
        raise TotalMismatch(message % {"expected": expected, "difference": total - expected}, field="total_minor")
