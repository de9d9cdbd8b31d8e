"""Filters of the guest list given by name in a body, and all their faults in one answer (R-CRM-5)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api import shape
from api.problems import BadInput, FieldError
from crm.given_filters import FaultyFilters

MOST_VALUES = 50
LONGEST_NAME = 100
_TEXT = shape.Text(allow_blank=True, max_length=400)


@extend_schema_field({"type": "object", "additionalProperties": True})
class GivenFilters(serializers.Field[Any, Any, Any, Any]):
    """Parameters of the guest list by name: a text, a number, true or false, or a list of them. What they mean is judged
    below the door."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Must be an object of filters."),
        "invalid_value": _("Must be a text, a number, true or false, or a list of them."),
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("invalid")
        values, errors = {}, {}
        for name, value in data.items():
            try:
                values[name] = self._value(value)
            except serializers.ValidationError as error:
                errors[name[:LONGEST_NAME]] = error.detail
        if errors:
            raise serializers.ValidationError(errors)
        return values

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            if len(value) > MOST_VALUES or any(isinstance(one, list) for one in value):
                self.fail("invalid_value")
            return [self._value(one) for one in value]
        if isinstance(value, bool | int | float):
            return value
        if not isinstance(value, str):
            self.fail("invalid_value")
        return _TEXT.run_validation(value)

    def to_representation(self, value: Any) -> Any:
        return value


@contextmanager
def every_fault() -> Iterator[None]:
    """Name all the filters at fault, not the first alone."""
    try:
        yield
    except FaultyFilters as refusal:
        faults = refusal.faults
        raise BadInput(FieldError(f"filters.{one.name}"[:200], one.code, one.message) for one in faults) from None
