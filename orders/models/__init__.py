"""The tables of orders, one file per group of tables."""

from orders.models.block import BlockedAddress, OrderAttempt, OrderingBlock
from orders.models.discount import AppliedDiscount, Discount, DiscountKind, FixedDiscount
from orders.models.order import FINAL, OPEN, Order, OrderKind, OrderLine, OrderStatus, Refund
from orders.models.receipt import Receipt, ReceiptLine

__all__ = [
    "FINAL",
    "OPEN",
    "AppliedDiscount",
    "BlockedAddress",
    "Discount",
    "DiscountKind",
    "FixedDiscount",
    "Order",
    "OrderAttempt",
    "OrderKind",
    "OrderLine",
    "OrderStatus",
    "OrderingBlock",
    "Receipt",
    "ReceiptLine",
    "Refund",
]
