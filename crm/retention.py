"""Guests who have not been with us for so many months are forgotten by themselves (R-PRIV-2).

Activity is what a guest did: the last event that came in, a visit, a purchase, a consent given, a message written; and what
is still to come. The imported baseline counts. Nothing is forgotten before somebody looked at a preview for just this number
of months and agreed; a change of the setting asks for another look. Forgetting is erasing (crm.erasure): bookings, orders
and amounts stay, without the guest. Who asked to see their data is kept until they are answered (crm.open_requests). Contacts in
the bin have their own day (R-WRITE-6).
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from audit.models import AuditEntry
from crm import activity, erasure, facets, family, open_requests
from crm import months as calendar_months
from crm.models import NEVER, Contact, ContactState, ContactStats, ErasureReason, RetentionApproval, Review
from tenants import rows, scope
from tenants.models import Tenant
from tenants.permissions import Permission
from tenants.refusal import Refusal

CHUNK = 2_000
# Erased by one task, each in a transaction of its own: shorter than the time after which another worker gets the task.
MOST_AT_ONCE = 10
SAMPLE = 10
# How long a preview speaks for itself.
PREVIEW_SECONDS = 24 * 60 * 60
SALT = "coperto.retention"
# What forgetting leaves, as the preview says it.
STAYS = (
    _("Bookings, orders, receipts and their amounts stay, without the guest: no total changes."),
    _("Visits still count, by day and venue."),
    _("Who had unsubscribed stays so, by a hash from which no address can be read."),
)


class NotSet(Refusal):
    code = "retention_not_set"
    status = 409
    default_message = _("Say first after how many months without activity contacts are forgotten.")


class PreviewNeeded(Refusal):
    code = "preview_needed"
    status = 409
    default_message = _("Look at the preview first: this one is of another setting, or older than a day.")


@dataclass(frozen=True, slots=True)
class Quiet:
    """A contact without activity since the limit, and the day of the last one that is known."""

    contact_id: UUID
    last_on: datetime.date


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom `months` would forget now. `token` is what an approval must show; `sample` those who were quiet the longest.

    `awaiting_answer` others are kept for the time being, since they asked to see their data.
    """

    months: int
    count: int
    awaiting_answer: int
    oldest_on: datetime.date | None
    sample: list[tuple[Contact, datetime.date]]
    token: str


def limit(months: int, *, at: datetime.datetime) -> datetime.datetime:
    """The instant so many calendar months before `at`."""
    return datetime.datetime.combine(calendar_months.later(at.date(), -months), at.timetz())


def preview(months: int, *, at: datetime.datetime) -> Preview:
    """Raises PermissionMissing. Reads the whole list."""
    scope.require(Permission.CONTACTS_ERASE)
    quiet, asked = [], set[UUID]()
    for chunk in _all_quiet(months, at):
        quiet += chunk
        asked |= open_requests.awaited_by([one.contact_id for one in chunk])
    forgotten = (one for one in quiet if one.contact_id not in asked)
    found = sorted(forgotten, key=lambda one: (one.last_on, one.contact_id))
    first = found[:SAMPLE]
    contacts = Contact.objects.in_bulk([one.contact_id for one in first])
    return Preview(
        months=months,
        count=len(found),
        awaiting_answer=len(asked),
        oldest_on=found[0].last_on if found else None,
        sample=[(contacts[one.contact_id], one.last_on) for one in first],
        token=signing.dumps([str(scope.tenant_id()), months, len(found)], salt=SALT),
    )


def approve(token: str, *, at: datetime.datetime) -> RetentionApproval:
    """Let the setting in force be carried out from the next night on. Raises PermissionMissing, NotSet, PreviewNeeded."""
    scope.require(Permission.CONTACTS_ERASE)
    months = _tenant().retention_months
    if months is None:
        raise NotSet
    approval = RetentionApproval(
        months=months,
        contact_count=_seen(token, months),
        approved_by=scope.actor().label,
        approved_at=at,
    )
    approval.save(force_insert=True)
    after = {"months": months, "contacts": approval.contact_count}
    recording.record(Action.RETENTION_APPROVED, approval, after=after)
    return approval


def approval() -> RetentionApproval | None:
    """That of the setting in force: the last one, unless the setting was touched since."""
    last: RetentionApproval | None = RetentionApproval.objects.order_by("-approved_at", "-pk").first()
    if last is None or last.months != _tenant().retention_months or _is_touched_since(last.approved_at):
        return None
    return last


def due(after: UUID | None, *, at: datetime.datetime) -> tuple[list[UUID], UUID | None]:
    """Of the next contacts in the list those who are to be forgotten; and the last one looked at, None at the end.

    Nobody while there is no approval.
    """
    approved = approval()
    looked_at = _next(after) if approved else []
    if approved is None or not looked_at:
        return [], None
    found = sorted(one.contact_id for one in _quiet(looked_at, limit(approved.months, at=at)))
    if len(found) > MOST_AT_ONCE:
        return found[:MOST_AT_ONCE], found[MOST_AT_ONCE - 1]
    return found, looked_at[-1]


def forget(contact_id: UUID, *, at: datetime.datetime) -> bool:
    """Erase the contact, if nothing has happened since it was found and no answer is due to it; say whether.

    The worker's: nobody confirms it.
    """
    contact = Contact.objects.filter(pk=contact_id).first()
    own = None if contact is None else family.lock_to_erase(contact)
    approved = approval()
    if own is None or approved is None or not _quiet([own.head.pk], limit(approved.months, at=at)):
        return False
    if erasure.upcoming(own, at=at) or open_requests.awaited_by(own.ids):
        return False
    erasure.wipe(own, reason=ErasureReason.RETENTION, at=at)
    return True


def _seen(token: str, months: int) -> int:
    """The count that the preview showed."""
    try:
        tenant_id, seen_months, count = signing.loads(token, salt=SALT, max_age=PREVIEW_SECONDS)
    except signing.BadSignature:
        raise PreviewNeeded(field="preview") from None
    if (tenant_id, seen_months) != (str(scope.tenant_id()), months):
        raise PreviewNeeded(field="preview")
    return int(count)


def _is_touched_since(at: datetime.datetime) -> bool:
    changes = AuditEntry.objects.filter(object_id=scope.tenant_id(), created_at__gt=at, action=Action.SETTINGS_UPDATED)
    return any("retention_months" in (after or {}) for after in changes.values_list("after", flat=True))


def _tenant() -> Tenant:
    return Tenant.objects.get(pk=scope.tenant_id())


def _all_quiet(months: int, at: datetime.datetime) -> Iterator[list[Quiet]]:
    since, after = limit(months, at=at), None
    while looked_at := _next(after):
        yield _quiet(looked_at, since)
        after = looked_at[-1]


def _next(after: UUID | None) -> list[UUID]:
    contacts = Contact.objects.filter(state=ContactState.ACTIVE).order_by("pk").values_list("pk", flat=True)
    return list((contacts if after is None else contacts.filter(pk__gt=after))[:CHUNK])


def _quiet(contact_ids: list[UUID], since: datetime.datetime) -> list[Quiet]:
    found = rows.run(_statement(), scope.tenant_id(), contact_ids, since)
    return [Quiet(contact_id, last_on) for contact_id, last_on in found]


@functools.cache
def _statement() -> str:
    """$1 is the tenant, $2 the contacts, $3 the limit; days are compared with the day of the limit, which still counts."""
    reviewed = activity.rows_since(Review, "reviewed_at")
    active = " UNION ALL ".join([reviewed, *(own for facet in facets.registered() for own in facet.activity())])
    day = "($3::timestamptz AT TIME ZONE 'UTC')::date"
    last_on = f"""greatest(
        (last_activity_at AT TIME ZONE 'UTC')::date, (contact.created_at AT TIME ZONE 'UTC')::date,
        coalesce(last_visit_on, '{NEVER.isoformat()}'), coalesce(last_purchase_on, '{NEVER.isoformat()}'),
        coalesce(imported_last_visit_on, '{NEVER.isoformat()}')
    )"""
    return f"""
        SELECT id, {last_on} FROM {Contact._meta.db_table} contact
            LEFT JOIN {ContactStats._meta.db_table} stats ON stats.tenant_id = $1 AND stats.contact_id = contact.id
        WHERE contact.tenant_id = $1 AND id = ANY($2) AND state = '{ContactState.ACTIVE.value}'
            AND {last_on} < {day}
            AND id NOT IN (SELECT contact_id FROM ({active}) AS active (contact_id) WHERE contact_id IS NOT NULL)
    """  # noqa: S608 (our own tables)
