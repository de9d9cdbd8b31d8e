"""Automatic tags: set by rules (crm.automatic_rules), with the reason, and taken off when they no longer hold (R-CRM-6).

They don't count towards nine. A tag that staff set by hand is left alone. One that staff lifted with a reason comes back
only after a new event: a visit or no-show later than the lifting. The rules are asked whenever a contact's statistics
are made anew, in the same transaction, and every night for all, since time passes without anything happening. One statement
asks them all, and answers only what is to change: mostly nothing.
"""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from audit import recording
from audit.actions import Action
from audit.recording import Event
from crm import identity
from crm.automatic_rules import RULES, Rule, concerns
from crm.models import Contact, ContactState, ContactStats, ContactTag, LiftedTag, Tag
from tenants import rows, scope

CHUNK = 500


@dataclass(frozen=True, slots=True)
class _Change:
    """One tag of one contact that does not follow the facts.

    `count` is None where the rule does not hold, `held`, the id of the contact's tag, where the tag is missing.
    """

    contact_id: UUID
    tag_id: UUID
    key: str
    count: int | None
    held: UUID | None
    reason: dict[str, Any]


def follow(contact_ids: Collection[UUID], *, at: datetime.datetime | None = None) -> None:
    """Let the automatic tags of these contacts follow the facts. The caller has locked the contacts."""
    if not contact_ids:
        return
    at = at or timezone.now()
    since = [rule.since(at) for rule in RULES]
    found = rows.run(overdue(), scope.tenant_id(), sorted(set(contact_ids)), *since)
    changes = [
        _Change(contact_id, tag_id, key, count, held, json.loads(reason or "{}"))
        for contact_id, tag_id, key, count, held, reason in found
    ]
    _set([one for one in changes if one.count is not None], at)
    _take_off([one for one in changes if one.count is None])


def review(after: UUID | None = None) -> UUID | None:
    """Ask the rules about the next few contacts they may concern; answers where to go on, or None at the end.

    A chunk locks its contacts, and is to be a transaction of its own.
    """
    ids = [row[0] for row in rows.run(_CONCERNED, scope.tenant_id(), after or UUID(int=0), CHUNK)]
    follow(identity.open_book((), ids).contacts)
    return ids[-1] if len(ids) == CHUNK else None


_CONCERNED = f"""
    SELECT stats.contact_id FROM {ContactStats._meta.db_table} stats
    WHERE stats.tenant_id = $1 AND stats.contact_id > $2 AND ({concerns()}) ORDER BY stats.contact_id LIMIT $3
"""  # noqa: S608 (our own table)


@functools.cache
def overdue() -> str:
    """The statement that asks what is to change: $1 the tenant, $2 the contacts, from $3 on the beginning of each rule's days.

    Tags are named by contact twice: by the join alone, the server would read all that the tenant has for one guest.
    """
    own = " UNION ALL ".join(_own(rule, f"${number}") for number, rule in enumerate(RULES, 3))
    keys = ", ".join(f"'{rule.tag}'" for rule in RULES)
    return f"""
        WITH own AS ({own})
        SELECT contact.id, tag.id, tag.key, CASE WHEN is_due THEN own.count END, held.id, held.reason::text
        FROM unnest($2::uuid[]) AS contact (id)
            JOIN {Tag._meta.db_table} tag ON tag.tenant_id = $1 AND tag.key IN ({keys})
            LEFT JOIN own ON own.contact_id = contact.id AND own.key = tag.key
            LEFT JOIN {ContactTag._meta.db_table} held
                ON held.tenant_id = $1 AND held.contact_id = ANY($2)
                    AND held.contact_id = contact.id AND held.tag_id = tag.id
            LEFT JOIN {LiftedTag._meta.db_table} lifted
                ON lifted.tenant_id = $1 AND lifted.contact_id = ANY($2)
                    AND lifted.contact_id = contact.id AND lifted.tag_id = tag.id,
            LATERAL (SELECT own.count IS NOT NULL AND (lifted.id IS NULL OR own.latest_at > lifted.lifted_at)) AS due (is_due)
        WHERE CASE WHEN held.id IS NULL THEN is_due
            ELSE held.is_automatic AND NOT (is_due AND held.reason @> jsonb_build_object('count', own.count)) END
            AND NOT EXISTS (
                SELECT FROM {Contact._meta.db_table} erased WHERE erased.tenant_id = $1 AND erased.id = contact.id
                    AND erased.state = '{ContactState.ERASED.value}'
            )
        ORDER BY contact.id, tag.key
    """  # noqa: S608 (our own tables)


def _own(rule: Rule, since: str) -> str:
    """Who has reached the rule's threshold, how often it happened, and when we last learned of it."""
    return f"""
        SELECT '{rule.tag}' AS key, contact_id, count(DISTINCT id) AS count, max(learned_at) AS latest_at
        FROM ({rule.events(since)}) AS event (contact_id, id, learned_at)
        GROUP BY contact_id HAVING count(DISTINCT id) >= {rule.threshold}
    """  # noqa: S608 (as above)


def _set(changes: list[_Change], at: datetime.datetime) -> None:
    """Set the tag where it is missing, and say the number where that has changed."""
    with_reason = [(one, _reason(one, at)) for one in changes]
    missing = [(one, reason) for one, reason in with_reason if one.held is None]
    rows.insert(
        [
            ContactTag(contact_id=one.contact_id, tag_id=one.tag_id, is_automatic=True, reason=reason)
            for one, reason in missing
        ]
    )
    for one, _why in missing:
        LiftedTag.objects.filter(contact=one.contact_id, tag=one.tag_id).delete()
    for one, reason in with_reason:
        if one.held is not None:
            ContactTag.objects.filter(pk=one.held).update(reason=reason)
    recording.record_many(
        Event(Action.CONTACT_TAGGED, Contact(pk=one.contact_id), after={"tag": one.key, **reason})
        for one, reason in missing
    )


def _reason(change: _Change, at: datetime.datetime) -> dict[str, Any]:
    (rule,) = (rule for rule in RULES if rule.tag == change.key)
    days = {"since": rule.since(at).date().isoformat(), "until": at.date().isoformat()}
    return {"rule": rule.tag, "count": change.count, **days}


def _take_off(changes: list[_Change]) -> None:
    if changes:
        ContactTag.objects.filter(pk__in=[one.held for one in changes]).delete()
    recording.record_many(
        Event(Action.CONTACT_UNTAGGED, Contact(pk=one.contact_id), before={"tag": one.key, **one.reason})
        for one in changes
    )
