"""A segment's filters as they stand in the list's address, to be shown there and adjusted (R-CRM-5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from crm import strict_filters
from crm.models import Segment


def of(saved: Mapping[str, Any]) -> str:
    """Saved filters as a query."""
    query = strict_filters.as_query(saved)
    kept = QueryDict(mutable=True)
    for name in query:
        kept.setlist(name, query.getlist(name))
    return kept.urlencode()


def to_adjust(segment: Segment) -> str:
    """The same, with the segment that can be given the adjusted filters."""
    return f"{of(segment.filters)}&{urlencode({'adjust': segment.pk})}"
