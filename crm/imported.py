"""What an import may do to a contact beyond an intake (R-WRITE-1, R-IO-2).

It may add tags, up to nine set by hand; fill empty notes; and set the imported baseline of visits, orders and spend,
which is shown apart and counted in filters. A nickname is staff's own word: a file gives one to new contacts only. Allergies
are put below what is known (crm.health).
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from audit import recording
from audit.actions import Action
from audit.recording import Event
from crm import health, profile, search_index, tags
from crm.channel import Channel
from crm.models import Contact, ContactTag, Tag
from tenants import rows

_COLUMNS = (
    "notes", "nickname", "phrase_text", "imported_visit_count", "imported_order_count", "imported_spend_minor",
    "imported_last_visit_on", "version", "updated_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Addition:
    """What one guest's rows add. `baseline` goes from the `imported_` columns to values, those that the file gives."""

    contact: Contact
    is_new: bool
    tags: Sequence[Tag] = ()
    notes: str = ""
    nickname: str = ""
    allergies: str = ""
    baseline: dict[str, int | datetime.date] = field(default_factory=dict)


@dataclass(slots=True)
class Added:
    is_changed: bool = False
    is_beyond_tag_limit: bool = False


def add_many(additions: Sequence[Addition], *, at: datetime.datetime) -> list[Added]:
    """Apply the additions of a chunk, whose contacts the intake has just locked. `at` is the upload's time."""
    answers = [Added() for _addition in additions]
    _add_tags(additions, answers)
    changes = [_assign(addition) for addition in additions]
    told = (
        health.add((one.contact, one.allergies) for one in additions) if any(one.allergies for one in additions) else ()
    )
    is_other = [bool(own) or one.contact.pk in told for one, own in zip(additions, changes, strict=True)]
    for answer, is_changed in zip(answers, is_other, strict=True):
        answer.is_changed = answer.is_changed or is_changed
    _save([addition for addition, is_changed in zip(additions, is_other, strict=True) if is_changed])
    known = [change for addition, own in zip(additions, changes, strict=True) if not addition.is_new for change in own]
    profile.remember(profile.Brought(change, Channel.IMPORT, at) for change in known if change.field == "notes")
    _record(known)
    return answers


def _add_tags(additions: Sequence[Addition], answers: list[Added]) -> None:
    ids = [addition.contact.pk for addition in additions if addition.tags and not addition.is_new]
    held: dict[UUID, dict[UUID, bool]] = defaultdict(dict)
    for held_tag in ContactTag.objects.filter(contact__in=ids) if ids else ():
        held[held_tag.contact_id][held_tag.tag_id] = held_tag.is_automatic
    added: list[ContactTag] = []
    for addition, answer in zip(additions, answers, strict=True):
        own = held[addition.contact.pk]
        for tag in addition.tags:
            if tag.pk in own:
                continue
            if sum(not is_automatic for is_automatic in own.values()) >= tags.LIMIT:
                answer.is_beyond_tag_limit = True
                break
            own[tag.pk] = False
            answer.is_changed = True
            added.append(ContactTag(contact=addition.contact, tag=tag))
    rows.insert(added)
    recording.record_many(Event(Action.CONTACT_TAGGED, one.contact, after={"tag": one.tag.key}) for one in added)


def _assign(addition: Addition) -> list[profile.Change]:
    contact, values = addition.contact, dict(addition.baseline)
    texts = {}
    if addition.notes and not contact.notes:
        texts["notes"] = addition.notes
    if addition.nickname and addition.is_new and not contact.nickname:
        texts["nickname"] = addition.nickname
    changes = profile.assign(contact, texts)
    for name, value in values.items():
        old = getattr(contact, name)
        if old != value:
            setattr(contact, name, value)
            changes.append(profile.Change(contact, name, "" if old is None else str(old), str(value)))
    return changes


def _save(changed: list[Addition]) -> None:
    for addition in changed:
        addition.contact.updated_at = timezone.now()
        addition.contact.version += 0 if addition.is_new else 1
    rows.update([addition.contact for addition in changed], _COLUMNS)
    search_index.rewrite([one.contact for one in changed if one.nickname and one.is_new])


def _record(changes: list[profile.Change]) -> None:
    by_contact: dict[UUID, list[profile.Change]] = defaultdict(list)
    for change in changes:
        by_contact[change.contact.pk].append(change)
    recording.record_many(
        Event(
            Action.CONTACT_UPDATED,
            own[0].contact,
            before={change.field: change.old for change in own},
            after={change.field: change.new for change in own},
        )
        for own in by_contact.values()
    )
