"""Filters by an amount, for people: typed in the home currency's major units, though addresses and the API have minor ones.

The panel sends them under names of their own, and the page leads on to the address that everybody else uses.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from crm import editing
from dashboard import minor_units
from dashboard.minor_units import MinorUnitsField

PREFIX = "money."


class MoneyInput(forms.TextInput):
    """Shows minor units in major ones, under the name that `translated` reads."""

    def __init__(self) -> None:
        super().__init__(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(f"{PREFIX}{name}", self._written(value), attrs)

    def _written(self, value: Any) -> str:
        text = str(value or "")
        return minor_units.write(int(text), editing.home_venue().currency) if text.isdecimal() else text


def translated(query: QueryDict) -> QueryDict | None:
    """The address in minor units, when the panel has sent amounts; what is no amount stays, for the filter to refuse."""
    sent = [name for name in query if name.startswith(PREFIX)]
    if not sent:
        return None
    own, field = query.copy(), MinorUnitsField(currency=editing.home_venue().currency, required=False)
    for name in sent:
        own.pop(name)
        text = str(query.get(name, "")).strip()
        if text:
            own[name.removeprefix(PREFIX)] = _minor(text, field)
    return own


def _minor(text: str, field: MinorUnitsField) -> str:
    try:
        return str(field.clean(text))
    except ValidationError:
        return text
