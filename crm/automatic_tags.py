"""Automatic tags: set by rules (crm.automatic_rules), with the reason, and taken off when they no longer hold (R-CRM-6).

They don't count towards nine. A tag that staff set by hand is left alone. One that staff lifted with a reason comes back
only after a new event: a visit or no-show later than the lifting. The rules are asked whenever a contact's statistics
are made anew, in the same transaction, and every night for all, since time passes without anything happening.
"""

from __future__ import annotations

import datetime
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
from crm.facets import Happened
from crm.models import Contact, ContactStats, ContactTag, LiftedTag, Tag
from tenants import rows, scope

CHUNK = 500
Place = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class _Known:
    """What stands on these contacts: tags held and tags lifted, by (contact, tag)."""

    held: dict[Place, ContactTag]
    lifted: dict[Place, LiftedTag]


def follow(contact_ids: Collection[UUID], *, at: datetime.datetime | None = None) -> None:
    """Let the automatic tags of these contacts follow the facts. The caller has locked the contacts."""
    ids = sorted(set(contact_ids))
    if not ids:
        return
    at = at or timezone.now()
    tags = {tag.key: tag for tag in Tag.objects.filter(key__in=[rule.tag for rule in RULES])}
    known = _known(ids, [tag.pk for tag in tags.values()])
    for rule in RULES:
        reasons = _reasons(rule, tags[rule.tag], ids, known, at)
        _set(tags[rule.tag], reasons, known)
        _take_off(tags[rule.tag], [one for one in ids if one not in reasons], known)


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


def _known(contact_ids: list[UUID], tag_ids: list[UUID]) -> _Known:
    held, lifted = (model.objects.filter(contact__in=contact_ids, tag__in=tag_ids) for model in (ContactTag, LiftedTag))
    return _Known(
        {(one.contact_id, one.tag_id): one for one in held}, {(one.contact_id, one.tag_id): one for one in lifted}
    )


def _reasons(
    rule: Rule, tag: Tag, contact_ids: list[UUID], known: _Known, at: datetime.datetime
) -> dict[UUID, dict[str, Any]]:
    """Of whom the rule holds, and why."""
    since = rule.since(at)
    days = {"since": since.date().isoformat(), "until": at.date().isoformat()}
    return {
        contact_id: {"rule": rule.tag, "count": own.count, **days}
        for contact_id, own in rule.count(contact_ids, since).items()
        if own.count >= rule.threshold and _is_news(own, known.lifted.get((contact_id, tag.pk)))
    }


def _is_news(own: Happened, lifted: LiftedTag | None) -> bool:
    return lifted is None or own.latest_at > lifted.lifted_at


def _set(tag: Tag, reasons: dict[UUID, dict[str, Any]], known: _Known) -> None:
    """Set the tag where it is missing, and say the number where that has changed."""
    missing = {contact_id: reason for contact_id, reason in reasons.items() if (contact_id, tag.pk) not in known.held}
    added = [
        ContactTag(contact_id=contact_id, tag=tag, is_automatic=True, reason=reason)
        for contact_id, reason in missing.items()
    ]
    rows.insert(added)
    LiftedTag.objects.filter(contact__in=missing, tag=tag).delete()
    for contact_id, reason in reasons.items():
        one = known.held.get((contact_id, tag.pk))
        if one is not None and one.is_automatic and one.reason.get("count") != reason["count"]:
            ContactTag.objects.filter(pk=one.pk).update(reason=reason)
    recording.record_many(
        Event(Action.CONTACT_TAGGED, Contact(pk=one.contact_id), after={"tag": tag.key, **one.reason}) for one in added
    )


def _take_off(tag: Tag, contact_ids: list[UUID], known: _Known) -> None:
    found = [known.held.get((contact_id, tag.pk)) for contact_id in contact_ids]
    gone = [one for one in found if one is not None and one.is_automatic]
    if gone:
        ContactTag.objects.filter(pk__in=[one.pk for one in gone]).delete()
    recording.record_many(
        Event(Action.CONTACT_UNTAGGED, Contact(pk=one.contact_id), before={"tag": tag.key, **one.reason})
        for one in gone
    )
