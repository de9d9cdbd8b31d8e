"""What the demo's trattoria sells, and what guests put together from it; prices are cents, VAT is in them."""

from __future__ import annotations

import random

from orders import receiving
from orders.totals import Amounts, Item, Tax

MENU: dict[str, dict[str, int]] = {
    "Antipasti": {
        "Bruschetta al pomodoro": 600,
        "Burrata e alici": 1200,
        "Vitello tonnato": 1300,
        "Fritto misto": 1400,
    },
    "Primi": {"Tagliatelle al ragù": 1300, "Cacio e pepe": 1200, "Risotto ai funghi": 1500, "Lasagne": 1300},
    "Secondi": {"Branzino al forno": 2200, "Tagliata di manzo": 2400, "Saltimbocca": 1900, "Parmigiana": 1400},
    "Pizze": {"Margherita": 800, "Diavola": 950, "Quattro formaggi": 1050, "Capricciosa": 1100},
    "Dolci": {"Tiramisù": 650, "Panna cotta": 600, "Cannolo siciliano": 500},
    "Vini": {"Calice di Chianti": 650, "Bottiglia di Vermentino": 2400, "Bottiglia di Barolo": 5200},
    "Bevande": {"Acqua": 250, "Birra artigianale": 600, "Caffè": 150},
}
AT_THE_TABLE = {"Antipasti": 5, "Primi": 9, "Secondi": 6, "Dolci": 5, "Vini": 5, "Bevande": 8}
TO_TAKE_AWAY = {"Pizze": 12, "Antipasti": 3, "Primi": 3, "Dolci": 2, "Bevande": 4}
BOXES = {"Pasta fresca in casa": 3900, "Cantina: sei rossi": 8400}
VAT_PERCENT = 10


def basket(dice: random.Random, wanted: dict[str, int], *, guests: int) -> tuple[Item, ...]:
    """So many guests' choice, the `wanted` categories by their weights; each dish once, with its quantity."""
    chosen: dict[tuple[str, str], int] = {}
    for category in dice.choices(list(wanted), list(wanted.values()), k=guests + dice.randint(1, 1 + guests)):
        dish = dice.choice(list(MENU[category]))
        chosen[category, dish] = chosen.get((category, dish), 0) + 1
    return tuple(Item(dish, count, MENU[category][dish], category) for (category, dish), count in chosen.items())


def bill(items: tuple[Item, ...], *, discount_minor: int = 0, tip_minor: int = 0) -> Amounts:
    """What these items cost, as an order says it."""
    total = sum(item.quantity * item.unit_price_minor for item in items) - discount_minor
    tax = Tax(f"IVA {VAT_PERCENT}%", vat_of(total), is_included=True)
    return Amounts(items, total, (tax,), discount_minor=discount_minor, tip_minor=tip_minor)


def vat_of(total_minor: int) -> int:
    """The VAT that a total holds."""
    return round(total_minor * VAT_PERCENT / (100 + VAT_PERCENT))


def lines_of(items: tuple[Item, ...]) -> list[receiving.Line]:
    """The same items as a till prints them."""
    return [
        receiving.Line(
            item.name, item.quantity, item.unit_price_minor, item.quantity * item.unit_price_minor, item.category
        )
        for item in items
    ]
