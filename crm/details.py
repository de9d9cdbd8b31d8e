"""What a list of contacts shows beside their own rows: tags, allergies, groups, duplicates, merged ids (R-CRM-1, R-MERGE-4).

A page of contacts asks for all of it at once: a statement each would cost more than what they read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from crm import allergies, tags
from crm.allergies import Allergies
from crm.models import Contact, ContactState, ContactTag, DuplicatePair, GroupMember, HealthNote, Tag
from crm.sealing import Sealed
from crm.tags import HeldTag
from tenants.questions import Question, Rows


@dataclass(frozen=True, slots=True)
class Details:
    """Tags by key, groups and merged ids oldest first; `is_duplicate` says that an open pair holds the contact."""

    allergies: Allergies
    tags: list[HeldTag] = field(default_factory=list)
    groups: list[UUID] = field(default_factory=list)
    is_duplicate: bool = False
    merged_from: list[UUID] = field(default_factory=list)


def of(contact_ids: Iterable[UUID]) -> dict[UUID, Details]:
    """The details of each of these contacts. One query."""
    return DETAILS.ask(list(contact_ids))


def _by_contact(found: Rows) -> dict[UUID, Details]:
    known = {}
    for contact_id, held, groups, is_duplicate, losers, key_id, sealed in found:
        own = [tags.held(*values) for values in _listed(held)]
        note = None if sealed is None else Sealed(key_id, bytes(sealed))
        known[contact_id] = Details(
            allergies.of(contact_id, own, note),
            own,
            [UUID(one) for one in _listed(groups)],
            is_duplicate,
            [UUID(one) for one in _listed(losers)],
        )
    return known


def _listed(array: str | None) -> list[Any]:
    return json.loads(array) if array else []


def _in_pair(own: str, other: str) -> str:
    """A pair of two active contacts that nobody dismissed, on whose side `own` the contact stands."""
    active = f"= '{ContactState.ACTIVE.value}'"
    return f"""EXISTS (
        SELECT FROM {DuplicatePair._meta.db_table} pair
            JOIN {Contact._meta.db_table} own ON own.tenant_id = $1 AND own.id = pair.{own}
            JOIN {Contact._meta.db_table} other ON other.tenant_id = $1 AND other.id = pair.{other}
        WHERE pair.tenant_id = $1 AND pair.{own} = contact.id AND dismissed_at IS NULL
            AND own.state {active} AND other.state {active}
    )"""


_DETAILS = f"""
    SELECT contact.id,
        (
            SELECT json_agg(json_build_array(tag.key, tag.label, held.is_automatic, held.reason) ORDER BY tag.key)::text
            FROM {ContactTag._meta.db_table} held
                JOIN {Tag._meta.db_table} tag ON tag.tenant_id = $1 AND tag.id = held.tag_id
            WHERE held.tenant_id = $1 AND held.contact_id = contact.id
        ),
        (
            SELECT json_agg(group_id ORDER BY added_at, id)::text FROM {GroupMember._meta.db_table}
            WHERE tenant_id = $1 AND contact_id = contact.id
        ),
        {_in_pair("first_id", "second_id")} OR {_in_pair("second_id", "first_id")},
        (
            SELECT json_agg(id ORDER BY id)::text FROM {Contact._meta.db_table}
            WHERE tenant_id = $1 AND merged_into_id = contact.id
        ),
        note.key_id, note.sealed
    FROM unnest($2::uuid[]) AS contact (id)
        LEFT JOIN {HealthNote._meta.db_table} note ON note.tenant_id = $1 AND note.contact_id = contact.id
"""  # noqa: S608 (as above)
DETAILS = Question(lambda: _DETAILS, 7, _by_contact)
