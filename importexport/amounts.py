"""Numbers and money in the cells of a guest list: `1 234,56 zł`, `€ 1.234,56`, `1,234.56`, `12` (R-IO-2).

With two kinds of separators the last one is the decimal mark. One separator alone followed by exactly three digits
groups thousands, since no currency of a restaurant has three decimals; otherwise it is the decimal mark.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal

from importexport.reasons import CellError, ReasonCode

# Decimals of the currencies that do not have two (ISO 4217).
_DECIMALS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "XAF": 0, "XOF": 0, "XPF": 0}
_SIGNS = {
    "zł": "PLN", "zl": "PLN", "€": "EUR", "£": "GBP", "kč": "CZK", "ft": "HUF", "lei": "RON", "us$": "USD", "c$": "CAD",
    "ca$": "CAD", "$ca": "CAD", "$us": "USD", "¥": "JPY", "euro": "EUR",
}  # fmt: skip
# A dollar is many currencies; it only excludes those that never write it so.
_NO_DOLLAR = frozenset({"EUR", "PLN", "GBP", "CHF", "CZK", "HUF", "RON"})
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']")
_PARTS = re.compile(r"([^\d.,+-]*)([+-]?[\d.,]+)([^\d.,]*)")
_GROUPED = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*")
_NO_FRACTION = re.compile(r"(\d+)(?:[.,]0*)?")
_LARGEST = 2**31 - 1
_LARGEST_MINOR = 2**53


def read_count(text: str) -> int:
    """A whole number from zero on. Raises `CellError`."""
    cell = _SPACES.sub("", text)
    if _GROUPED.fullmatch(cell):
        return _capped_count(int(re.sub(r"[.,]", "", cell)))
    match = _NO_FRACTION.fullmatch(cell)
    if match is None:
        raise CellError(ReasonCode.NUMBER_INVALID)
    return _capped_count(int(match[1]))


def read_minor(text: str, currency: str) -> int:
    """The amount in minor units of the currency. Raises `CellError`, also for another currency than the venue's."""
    match = _PARTS.fullmatch(_SPACES.sub("", text))
    if match is None:
        raise CellError(ReasonCode.AMOUNT_INVALID)
    before, digits, after = match.groups()
    _check_currency((before or after).lower(), currency)
    amount = _decimal(digits)
    minor = int((amount * 10 ** _DECIMALS.get(currency, 2)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    if not 0 <= minor <= _LARGEST_MINOR:
        raise CellError(ReasonCode.AMOUNT_INVALID)
    return minor


def _capped_count(count: int) -> int:
    if count > _LARGEST:
        raise CellError(ReasonCode.NUMBER_INVALID)
    return count


def _check_currency(sign: str, currency: str) -> None:
    if not sign:
        return
    stated = _SIGNS.get(sign, sign.upper())
    if sign == "$" and currency not in _NO_DOLLAR:
        return
    if stated != currency:
        known = sign == "$" or sign in _SIGNS or re.fullmatch(r"[a-z]{3}", sign)
        raise CellError(ReasonCode.CURRENCY_MISMATCH if known else ReasonCode.AMOUNT_INVALID)


def _decimal(digits: str) -> Decimal:
    unsigned = digits.lstrip("+-")
    plain = _plain(unsigned)
    if not re.fullmatch(r"\d+(\.\d+)?|\.\d+", plain):
        raise CellError(ReasonCode.AMOUNT_INVALID)
    return -Decimal(plain) if digits.startswith("-") else Decimal(plain)


def _plain(digits: str) -> str:
    """The digits with a point as decimal mark and no other separator."""
    if "." in digits and "," in digits:
        mark = max(".,", key=digits.rfind)
        whole, _mark, fraction = digits.rpartition(mark)
        return re.sub(r"[.,]", "", whole) + "." + fraction
    if _GROUPED.fullmatch(digits) and not digits.startswith("0"):
        return re.sub(r"[.,]", "", digits)
    return digits.replace(",", ".").removesuffix(".")
