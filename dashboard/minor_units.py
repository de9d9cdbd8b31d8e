"""A form's amount: typed in major units as the reader's language writes them, kept in minor units."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from babel.numbers import NumberFormatError, get_currency_precision, parse_decimal
from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats, translation
from django.utils.translation import gettext as _

from dashboard.templatetags.coperto import SYMBOLS

# Ten million: an amount beyond it is a slip of the hand.
LARGEST = 10_000_000
# What nobody reads in two ways, whatever the language: one separator with few digits after it.
PLAIN = re.compile(r"[0-9]+[.,][0-9]{1,2}")


class MinorUnitsField(forms.CharField):
    """`12,50` is 1250 in Italian, and so is `12.50`; `1.250` is 125000 in Italian and refused in English."""

    def __init__(self, *, currency: str = "", at_least: int = 0, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_length=30, **options)
        self.currency, self.at_least = currency, at_least

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        text = self._bare(super().to_python(value) or "")
        if not text:
            return None
        places = get_currency_precision(self.currency)
        try:
            number = self._number(text)
        except NumberFormatError as error:
            raise ValidationError(_("Write an amount, such as %(example)s.") % {"example": self._example()}) from error
        minor = number.scaleb(places)
        if int(minor.as_tuple().exponent) < 0:
            raise ValidationError(_("Too many decimals: write it like %(example)s.") % {"example": self._example()})
        if not self.at_least <= minor <= LARGEST * 10**places:
            raise ValidationError(_("This amount is too small or too large."))
        return int(minor)

    def validate(self, value: Any) -> None:
        if value is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """Lengths are of the text, which is gone."""

    def prepare_value(self, value: Any) -> Any:
        return write(value, self.currency) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((data or "") != (self.prepare_value(initial) or ""))

    def _bare(self, text: str) -> str:
        """Without spaces, which group digits in French and Polish, and without the sign of the currency."""
        for sign in (self.currency, SYMBOLS.get(self.currency, "")):
            text = text.replace(sign, "") if sign else text
        return "".join(text.split())

    def _number(self, text: str) -> Decimal:
        if PLAIN.fullmatch(text):
            return Decimal(text.replace(",", "."))
        if not re.fullmatch(r"[0-9.,]+", text):
            raise NumberFormatError(text)
        return parse_decimal(text, locale=translation.get_language() or "en", strict=True)

    def _example(self) -> str:
        return write(10 ** get_currency_precision(self.currency) * 25 // 2, self.currency)


def write(minor: int, currency: str) -> str:
    """`12,50`: as a field of this kind reads it back."""
    places = get_currency_precision(currency)
    return formats.number_format(
        Decimal(minor).scaleb(-places), decimal_pos=places, use_l10n=True, force_grouping=False
    )
