"""Segments: the page of them, and saving the list's filters as one (R-CRM-5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from crm import filters, listing, saved_filters, segments, strict_filters
from crm.models import Segment
from dashboard import filter_panel, pages, segment_queries, undoing
from dashboard.templatetags.coperto import amount
from tenants.permissions import Permission

NAME_LENGTH = 80
# Filters that may be given several times.
LISTS = frozenset({"tag", "group"})


@pages.page(Permission.CONTACTS_READ)
def index(request: HttpRequest) -> HttpResponse:
    content = {"section": "contacts", "page": "segments", "rows": _rows()}
    return render(request, "dashboard/contacts/segments.html", content)


@pages.act(Permission.GROUPS_MANAGE)
def save(request: HttpRequest) -> HttpResponse:
    """Save the filters that the list had in its address."""
    segment = segments.create(_name(request), _filters(request.POST.get("filters", "")))
    messages.success(request, _("“%(name)s” is saved. Who is in it follows the filters.") % {"name": segment})
    return pages.to(request, "contacts", query=f"segment={segment.pk}")


@pages.act(Permission.GROUPS_MANAGE)
def update(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let a segment have the filters that the list has in its address."""
    segment = saved_filters.visible().get(pk=pk)
    former = segment_queries.of(segment.filters)
    segment = segments.edit(segment, saved=_filters(request.POST.get("filters", "")))
    said = _("“%(name)s” has the new filters.") % {"name": segment}
    undoing.offer(request, said, "segment_update", segment.pk, values=[("filters", former)])
    return pages.to(request, "contacts", query=f"segment={segment.pk}")


@pages.act(Permission.GROUPS_MANAGE)
def rename(request: HttpRequest, pk: UUID) -> HttpResponse:
    segments.edit(saved_filters.visible().get(pk=pk), name=_name(request))
    messages.success(request, _("Saved."))
    return pages.to(request, "segments")


@pages.act(Permission.GROUPS_MANAGE)
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    segment = saved_filters.visible().get(pk=pk)
    segments.delete(segment)
    messages.success(
        request, _("The segment “%(name)s” is gone; its contacts are still in the list.") % {"name": segment}
    )
    return pages.to(request, "segments")


def _name(request: HttpRequest) -> str:
    return request.POST.get("name", "")[:NAME_LENGTH].replace("\0", "")


def _filters(query: str) -> dict[str, Any]:
    """A query of the list as a segment keeps it."""
    given = QueryDict(query)
    return {name: given.getlist(name) if name in LISTS else given[name] for name in given}


def _rows() -> list[dict[str, Any]]:
    found = list(saved_filters.visible().order_by("name", "id"))
    counts = segments.counts(found)
    return [_row(segment, counts.get(segment.pk)) for segment in found]


def _row(segment: Segment, count: int | None) -> dict[str, Any]:
    """`count` is None for a segment of which a filter has lost what it names."""
    query = strict_filters.as_query(segment.filters)
    form = filters.filtered_by_given(listing.active(), query).form
    filter_panel.dress(form)
    return {
        "id": segment.pk,
        "name": segment.name,
        "is_valid": count is not None,
        "count_label": _counted(count or 0),
        "filters": [{"label": one.label, "value": one.value} for one in filter_panel.in_force(form)],
        "filters_query": segment_queries.to_adjust(segment),
    }


def _counted(count: int) -> str:
    most = segments.COUNTED_UP_TO
    return amount(count) if count <= most else _("over %(count)s") % {"count": amount(most)}
