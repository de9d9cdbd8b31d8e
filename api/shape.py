"""The shape of what a client may send: strict types, nothing unknown, every fault named by its dotted path.

A number is no string, an instant needs its offset, an unknown field is refused rather than ignored. Shapes check form
only; what the values mean is decided below the door. A shape is built once and shared by all requests: validation keeps
no state, and building serializers per request was a third of a small request's time.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from api.problems import BadInput, FieldError, field_errors

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
UNESCAPED_OFFSET = re.compile(r" (\d\d:\d\d)\Z", re.ASCII)
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
CANONICAL_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
# PostgreSQL and every zone's arithmetic can hold these; the extremes of `datetime` overflow when converted.
FIRST_YEAR, LAST_YEAR = 1900, 2200


class Text(serializers.CharField):
    """Text, trimmed; no number, no NUL, no lone surrogate."""

    default_error_messages: ClassVar[dict[str, Any]] = {"invalid": _("Must be a text.")}

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is not serializers.empty and data is not None and not isinstance(data, str):
            self.fail("invalid")
        return super().run_validation(data)


class OptionalText(Text):
    """Text that may be absent, null or empty, which all mean the same."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, allow_null=True, allow_blank=True, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        value = super().run_validation(data)
        return "" if value is None else value


class Integer(serializers.IntegerField):
    """A whole number of 32 bits unless the field says otherwise; no text, no float, no boolean."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("min_value", -(2**31))
        options.setdefault("max_value", 2**31 - 1)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return data


class Flag(serializers.BooleanField):
    """true or false, nothing that merely looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Id(serializers.UUIDField):
    """An id in its canonical form."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str) or not CANONICAL_ID.fullmatch(data):
            self.fail("invalid", value=str(data)[:80])
        return UUID(data)


class Instant(serializers.DateTimeField):
    """An RFC 3339 instant, which carries its offset: a time without one means a different moment to everybody."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Must be an instant with its offset, such as 2026-11-22T19:30:00+01:00."),
        "out_of_range": _("Must lie between the years 1900 and 2200."),
    }

    def to_internal_value(self, value: Any) -> datetime.datetime:
        if not isinstance(value, str) or not RFC_3339.fullmatch(value):
            self.fail("invalid")
        try:
            instant = datetime.datetime.fromisoformat(value.upper())
        except ValueError:
            self.fail("invalid")
        if not FIRST_YEAR <= instant.year <= LAST_YEAR:
            self.fail("out_of_range")
        return instant


class InstantParameter(Instant):
    """An instant in a query, where an offset's `+` that was not escaped has arrived as a space."""

    def to_internal_value(self, value: Any) -> datetime.datetime:
        return super().to_internal_value(UNESCAPED_OFFSET.sub(r"+\1", value) if isinstance(value, str) else value)


class Day(serializers.DateField):
    """A calendar day, YYYY-MM-DD."""

    default_error_messages: ClassVar[dict[str, Any]] = {"invalid": _("Must be a day such as 2026-11-22.")}

    def to_internal_value(self, value: Any) -> datetime.date:
        if not isinstance(value, str) or not ISO_DAY.fullmatch(value):
            self.fail("invalid")
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            self.fail("invalid")


@extend_schema_field({"type": "string", "pattern": r"^\d\d:\d\d(:\d\d)?$"})
class Clock(serializers.TimeField):
    """A local time of day, HH:MM."""

    def to_internal_value(self, value: Any) -> datetime.time:
        if not isinstance(value, str):
            self.fail("invalid", format="HH:MM")
        parsed: datetime.time = super().to_internal_value(value)
        return parsed


class Choice(serializers.ChoiceField):
    """One of a closed list of words."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice", input=str(data)[:80])
        return data


class Sequence(serializers.ListField):
    """A list of values of one kind. A PATCH replaces it, so what stands in it is whole there, too."""

    default_error_messages: ClassVar[dict[str, Any]] = {"not_a_list": _("Must be a list.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # A field may be absent where its root is partial: what stands in the list is its own root.
        self.child.parent = None  # type: ignore[assignment]

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        return list(super().to_internal_value(data))


class Shape(serializers.Serializer[Any]):
    """An object of known fields. `blank_is_absent` drops null and "" first, as guest data allow."""

    blank_is_absent: ClassVar[bool] = False

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            return dict(super().to_internal_value(data))
        errors = {key: [_unknown()] for key in data if key not in self.fields}
        if self.blank_is_absent:
            data = {key: value for key, value in data.items() if not _is_blank(value)}
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            errors |= error.detail  # type: ignore[arg-type]
        if errors:
            raise ValidationError(errors)
        return dict(values)


class QueryShape(Shape):
    """Query parameters: all values arrive as text, each at most once."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, QueryDict):
            return super().to_internal_value(data)
        repeated = {
            key: [ErrorDetail(str(_("Give this parameter once.")), code="repeated")]
            for key, values in data.lists()
            if len(values) > 1 and not isinstance(self.fields.get(key), serializers.ListField)
        }
        if repeated:
            raise ValidationError(repeated)
        lists = {key for key, field in self.fields.items() if isinstance(field, serializers.ListField)}
        return super().to_internal_value({key: data.getlist(key) if key in lists else data[key] for key in data})


def parse(shape: type[Shape], data: Any, *, partial: bool = False) -> dict[str, Any]:
    """The checked values of `data`. `partial` (PATCH) lets required fields be absent. Raises BadInput."""
    try:
        values: dict[str, Any] = _shared(shape, partial).run_validation(data)
    except ValidationError as error:
        raise BadInput(_readable(field_errors(error.detail))) from None
    return values


@functools.cache
def _shared(shape: type[Shape], partial: bool) -> Shape:
    instance = shape(partial=partial)
    assert instance.fields is not None  # noqa: S101 (built now, in one thread)
    return instance


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _unknown() -> ErrorDetail:
    return ErrorDetail(str(_("Unknown field.")), code="unknown_field")


def _readable(errors: list[FieldError]) -> list[FieldError]:
    """Names that came from the client may hold what no answer can carry."""
    return [
        FieldError(error.field.encode("utf-8", "replace").decode()[:200], error.code, error.detail) for error in errors
    ]
