"""Which segments the actor in force may see and use.

A segment that asks for a tag of allergy says who has one, which is health data: it is hidden from those who may not read
the text (R-PRIV-3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from crm import allergies, strict_filters
from crm.models import Segment


def visible() -> QuerySet[Segment]:
    segments: QuerySet[Segment] = Segment.objects.all()
    if allergies.may_be_read():
        return segments
    hidden = [pk for pk, saved in segments.values_list("pk", "filters") if names_allergy(saved)]
    return segments.exclude(pk__in=hidden)


def names_allergy(saved: Mapping[str, Any]) -> bool:
    """Whether one of the tags asked for is one of allergy."""
    return any(map(allergies.names_allergy, strict_filters.as_query(saved).getlist("tag")))
