"""Segments: saved sets of the guest list's filters, live: who is in one is asked anew each time (R-CRM-5).

What may be saved is what the list itself takes, judged by the same filters. A segment holds no segment, so that none can
hold itself, nor the address of a guest, which would outlive the guest's data (R-PRIV-1). When a filter has lost
what it names (a deleted group or tag) the segment finds nobody rather than too many.
Source: C, L, M.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from crm import email_address, filters, given_filters, listing, phone_number, strict_filters
from crm.editing import home_venue
from crm.given_filters import FaultyFilters
from crm.groups import NameNeeded
from crm.models import Segment
from crm.strict_filters import Fault
from tenants import uniqueness
from tenants.refusal import Refusal

# Counting further costs more than anybody gains: a larger segment says one more.
COUNTED_UP_TO = 10_000


class SegmentExists(Refusal):
    code = "segment_exists"
    status = 409
    default_message = _("There is already a segment of this name.")


def create(name: str, saved: Mapping[str, Any]) -> Segment:
    """Save filters under a name: for each a text, number, true or false, or a list. Raises FaultyFilters, SegmentExists."""
    segment = Segment(name=_tidy(name), filters=_checked(saved))
    with uniqueness.refuse("one_segment_per_name", SegmentExists(field="name")):
        segment.save(force_insert=True)
    recording.record(Action.SEGMENT_CREATED, segment, after=_said(segment))
    return segment


def edit(segment: Segment, *, name: str | None = None, saved: Mapping[str, Any] | None = None) -> Segment:
    """Raises FaultyFilters, SegmentExists, NameNeeded. What stays the same changes nothing."""
    before = _said(segment)
    segment.name = segment.name if name is None else _tidy(name)
    segment.filters = segment.filters if saved is None else _checked(saved)
    old, new = recording.changed(before, _said(segment))
    if not new:
        return segment
    segment.updated_at = timezone.now()
    with uniqueness.refuse("one_segment_per_name", SegmentExists(field="name")):
        segment.save(update_fields=["name", "filters", "updated_at"])
    recording.record(Action.SEGMENT_UPDATED, segment, before=old, after=new)
    return segment


def delete(segment: Segment) -> None:
    recording.record(Action.SEGMENT_DELETED, segment, before=_said(segment))
    segment.delete()


def members(segment: Segment) -> filters.Contacts:
    """The contacts of the list that are in the segment now."""
    return filters.in_segment(listing.active(), segment)


def counts(segments: Iterable[Segment]) -> dict[UUID, int]:
    """How many contacts each has now, COUNTED_UP_TO and one at the most; one with a lost filter is left out.

    One statement counts them all; a filter by tag, group or venue looks that up.
    """
    parts: list[str] = []
    values: list[Any] = []
    counted: dict[UUID, int] = {}
    for segment in segments:
        found = filters.of_segment(listing.active(), segment)
        if not found.is_valid():
            continue
        try:
            sql, given = found.qs.order_by().values("pk")[: COUNTED_UP_TO + 1].query.sql_with_params()
        except EmptyResultSet:
            # More than a column can hold was asked for: nobody has it, and nobody needs to be asked.
            counted[segment.pk] = 0
            continue
        parts.append(f"SELECT %s::uuid, count(*) FROM ({sql}) AS one")  # noqa: S608 (composed by the ORM)
        values += [segment.pk, *given]
    return counted | _ask(" UNION ALL ".join(parts), values)


def _ask(statement: str, values: list[Any]) -> dict[UUID, int]:
    if not statement:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return dict(cursor.fetchall())


def faults_of(saved: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with filters that are saved, or are about to be."""
    faults = given_filters.faults_of(saved, besides=["segment"])
    if "segment" in saved:
        said = _("A segment cannot hold a segment: take over its filters.")
        faults.append(Fault("segment", "segment_in_segment", str(said)))
    if any(map(_is_address, strict_filters.as_query(saved).getlist("q"))):
        said = _("A segment is for many: it cannot hold the e-mail or the phone of a guest.")
        faults.append(Fault("q", "names_a_guest", str(said)))
    return faults


def _is_address(q: str) -> bool:
    return any(email_address.check(word).value for word in q.split()) or bool(
        phone_number.check(q, home_venue().country).value
    )


def _checked(saved: Mapping[str, Any]) -> dict[str, Any]:
    found = faults_of(saved)
    if found:
        raise FaultyFilters(found)
    return dict(saved)


def _tidy(name: str) -> str:
    if not name.strip():
        raise NameNeeded(field="name")
    return name.strip()


def _said(segment: Segment) -> dict[str, Any]:
    return {"name": segment.name, "filters": segment.filters}
