"""Clearing what one fact says of its guest: a booking, order, receipt, inquiry or the like, mostly of nobody (R-PRIV-1).

Days, amounts and numbers stay. A booking or order whose guest is still expected is named first, as for a contact: it is
cancelled, or its data are cleared the day after (crm.due_erasures), which can be taken back until then.
"""

from __future__ import annotations

import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from audit import erasing as audit_erasing
from audit import recording
from audit.actions import Action
from crm import erasure_log, erasure_promises, expected, facets, segments
from crm.expected import Way
from crm.facets import Upcoming
from crm.models import ErasureReason, FactErasure, Review, Segment
from tenants.refusal import Refusal

REVIEW, SEGMENT = "review", "segment"


class UnknownFact(Refusal):
    code = "unknown_fact"
    status = 404
    default_message = _("There is nothing here with this address or id.")


def erase(kind: str, fact_id: UUID, *, at: datetime.datetime, upcoming: Way | None = None) -> datetime.date | None:
    """Wipe what the fact says of its guest; or say the day from which it is wiped, when that is put off.

    Raises UnknownFact when there is none of this kind and id, and expected.HasUpcoming.
    """
    still = expected.of_fact(kind, fact_id, at=at)
    expected.check_decided(still, upcoming)
    if still and upcoming is Way.ERASE_AFTER:
        return put_off(kind, fact_id, still)
    expected.call_off(still, at=at)
    if not wipe(kind, fact_id, reason=ErasureReason.REQUEST, at=at):
        raise UnknownFact
    return None


def put_off(kind: str, fact_id: UUID, still: list[Upcoming]) -> datetime.date:
    """Wipe the fact on the day after it, and say when."""
    day = expected.day_after(still)
    if set_day(kind, fact_id, day):
        erasure_promises.write_down(day, kind, [fact_id])
    return day


def waits_until(kind: str, fact_id: UUID) -> datetime.date | None:
    """The day from which the fact is wiped, when that was put off."""
    day: datetime.date | None = (
        FactErasure.objects.filter(kind=kind, fact_id=fact_id).values_list("erase_on", flat=True).first()
    )
    return day


def take_back(kind: str, fact_id: UUID) -> None:
    """Keep what was to be wiped on a later day. Without that, nothing changes."""
    if set_day(kind, fact_id, None):
        erasure_promises.write_down(None, kind, [fact_id])


def set_day(kind: str, fact_id: UUID, day: datetime.date | None) -> bool:
    """Wipe the fact on this day, with none keep it; say whether that changes anything."""
    return _keep(kind, fact_id) if day is None else _wait(kind, fact_id, day)


def _keep(kind: str, fact_id: UUID) -> bool:
    waiting: FactErasure | None = FactErasure.objects.filter(kind=kind, fact_id=fact_id).first()
    if waiting is None:
        return False
    _record(Action.ERASURE_WITHDRAWN, waiting, waiting.erase_on, None)
    waiting.delete()
    return True


def _wait(kind: str, fact_id: UUID, day: datetime.date) -> bool:
    waiting, is_new = FactErasure.objects.get_or_create(kind=kind, fact_id=fact_id, defaults={"erase_on": day})
    before = None if is_new else waiting.erase_on
    if before == day:
        return False
    waiting.erase_on = day
    waiting.save(update_fields=["erase_on"])
    _record(Action.ERASURE_SCHEDULED, waiting, before, day)
    return True


def wipe(kind: str, fact_id: UUID, *, reason: ErasureReason, at: datetime.datetime) -> bool:
    """Wipe the fact now, whatever is upcoming, and write that down; false when there is none of this kind and id."""
    if not clear(kind, fact_id):
        return False
    erasure = erasure_log.write_down(reason, at, fact_kind=kind, fact_id=fact_id)
    recording.record(Action.FACT_ERASED, erasure, after={"kind": kind, "fact": str(fact_id)})
    return True


def clear(kind: str, fact_id: UUID) -> bool:
    """Wipe the fact, in the trail too; false when there is none of this kind and id."""
    found = [facet.erase_fact(kind, fact_id) for facet in facets.registered()]
    if kind == REVIEW:
        found.append(Review.objects.filter(pk=fact_id).update(text="") > 0)
    if kind == SEGMENT:
        found.append(_delete_segment(fact_id))
    FactErasure.objects.filter(kind=kind, fact_id=fact_id).delete()
    if any(found):
        audit_erasing.erase([fact_id])
    return any(found)


def _delete_segment(segment_id: UUID) -> bool:
    """Without the filter that names somebody it would hold others, or all."""
    segment: Segment | None = Segment.objects.filter(pk=segment_id).first()
    if segment is not None:
        segments.delete(segment)
    return segment is not None


def _record(action: Action, waiting: FactErasure, before: datetime.date | None, after: datetime.date | None) -> None:
    of = {"kind": waiting.kind, "fact": str(waiting.fact_id)}
    recording.record(action, waiting, before={"erase_on": before}, after={**of, "erase_on": after})
