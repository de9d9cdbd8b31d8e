"""The guest list's filters at the API's door (R-CRM-5): those of crm.filters, read strictly.

The filters themselves are written once, below (crm.filters, and crm.strict_filters for what is wrong with them).
"""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from api.pagination import ChangesShape
from api.problems import BadInput, FieldError
from crm import filters, listing, strict_filters
from crm.models import Contact

TYPES = (
    (django_filters.DateFilter, OpenApiTypes.DATE),
    (django_filters.BooleanFilter, OpenApiTypes.BOOL),
    (filters.RatingFilter, OpenApiTypes.NUMBER),
    (django_filters.NumberFilter, OpenApiTypes.INT),
    (django_filters.ModelMultipleChoiceFilter, OpenApiTypes.STR),
    (django_filters.ModelChoiceFilter, OpenApiTypes.UUID),
)


class ContactQuery(ChangesShape):
    """What is not a filter: page, ordering, changes. The filters' own parameters are described from crm.filters."""

    ordering = serializers.ChoiceField([(name, name) for name in listing.ORDERINGS], required=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, QueryDict):
            known = set(filters.names())
            data = data.copy()
            for name in known & set(data):
                del data[name]
        return super().to_internal_value(data)


def narrow(contacts: QuerySet[Contact, Any], query: QueryDict) -> QuerySet[Contact, Any]:
    """The contacts that the query's filters leave. Raises BadInput with every faulty one."""
    form = filters.filtered_by_given(contacts, query)
    faults = strict_filters.faults(form, query)
    if faults:
        raise BadInput(FieldError(fault.name, fault.code, fault.message) for fault in faults)
    narrowed: QuerySet[Contact, Any] = form.qs
    return narrowed


def parameters() -> list[OpenApiParameter]:
    """The filters, for the OpenAPI description."""
    return [_parameter(name, one) for name, one in filters.form().base_filters.items()]


def _parameter(name: str, one: django_filters.Filter) -> OpenApiParameter:
    kind = next((openapi for filter_class, openapi in TYPES if isinstance(one, filter_class)), OpenApiTypes.STR)
    choices = one.extra.get("choices")
    return OpenApiParameter(
        name,
        kind,
        description=str(one.label),
        enum=[value for value, _label in choices] if choices and not callable(choices) else None,
        many=isinstance(one, django_filters.ModelMultipleChoiceFilter),
    )
