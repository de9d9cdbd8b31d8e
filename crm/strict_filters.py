"""A query of the guest list's filters read strictly: a form passes over what it does not understand, who saves one or
calls by API must be told (R-CRM-5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

BOOLEANS = frozenset({"true", "false"})
Query = MultiValueDict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the filter `name`."""

    name: str
    code: str
    message: str


def faults(form: django_filters.FilterSet, query: Query) -> list[Fault]:
    """Every fault of the filters that `query` gives and `form` knows."""
    return [*_repeated(form, query), *_no_booleans(form, query), *_invalid(form)]


def _repeated(form: django_filters.FilterSet, query: Query) -> Iterator[Fault]:
    for name, one in form.filters.items():
        if len(query.getlist(name)) > 1 and not isinstance(one.field, forms.ModelMultipleChoiceField):
            yield Fault(name, "repeated", str(_("Give this parameter once.")))


def _no_booleans(form: django_filters.FilterSet, query: Query) -> Iterator[Fault]:
    for name, one in form.filters.items():
        if isinstance(one, django_filters.BooleanFilter) and name in query and query[name] not in BOOLEANS:
            yield Fault(name, "invalid", str(_("Must be true or false.")))


def _invalid(form: django_filters.FilterSet) -> Iterator[Fault]:
    found: ErrorDict = form.errors  # type: ignore[assignment]
    for name, errors in found.as_data().items():
        for error in errors:
            yield Fault(name, error.code or "invalid", " ".join(error.messages))


def as_query(saved: Mapping[str, Any]) -> Query:
    """Saved filters as they would stand in the list's address."""
    return MultiValueDict({name: [_text(one) for one in _listed(value)] for name, value in saved.items()})


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
