"""What the winner of a merge takes over from the loser (R-MERGE-3): receipts, refused orders, block, fixed discount.

Blocked if either was. A winner that has a fixed discount of its own keeps it.
"""

from __future__ import annotations

from django.utils import timezone

from crm.models import Contact
from orders.models import FixedDiscount, Order, OrderAttempt, OrderingBlock, Receipt


def reassign(loser: Contact, winner: Contact) -> None:
    """Give the rows of the loser to the winner. Both contacts are locked."""
    now = timezone.now()
    Order.objects.filter(contact=loser).update(contact=winner, updated_at=now)
    Receipt.objects.filter(contact=loser).update(contact=winner, updated_at=now)
    OrderAttempt.objects.filter(contact=loser).update(contact=winner)
    for model in (OrderingBlock, FixedDiscount):
        if model.objects.filter(contact=winner).exists():
            model.objects.filter(contact=loser).delete()
        else:
            model.objects.filter(contact=loser).update(contact=winner)
