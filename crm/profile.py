"""A contact's own fields: which an intake may write, what follows from them, and how a change is remembered (R-WRITE-1, 2)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from crm import birthday, search_text
from crm.models import Contact, FieldChange
from tenants import rows, scope

# What every intake may overwrite; OWN_FIELDS are staff's alone.
INTAKE_FIELDS = (
    "first_name",
    "last_name",
    "phone",
    "phone_extension",
    "language",
    "birthday",
    "address",
    "postcode",
    "city",
    "company",
)
OWN_FIELDS = ("nickname", "notes", "anniversary")
STAFF_FIELDS = (*INTAKE_FIELDS, "email", *OWN_FIELDS)
SEARCHED_FIELDS = frozenset({"first_name", "last_name", "email", "phone", "nickname", "company", "code"})
KEY_FIELDS = frozenset({"email", "phone"})


@dataclass(frozen=True, slots=True)
class Change:
    contact: Contact
    field: str
    old: str
    new: str


def assign(contact: Contact, values: Mapping[str, str]) -> list[Change]:
    """Set these fields and what follows from them; return what really changed. Nothing is saved."""
    changes = []
    for name, value in values.items():
        old = getattr(contact, name)
        if old != value:
            setattr(contact, name, value)
            changes.append(Change(contact, name, old, value))
    if changes:
        derive(contact)
    return changes


def derive(contact: Contact) -> None:
    """Set the columns that follow from others: sort name, phrases, month and day of birth."""
    sort_name = search_text.sort_name(contact.last_name, contact.first_name, contact.email, contact.phone)
    contact.sort_name = sort_name or contact.code
    contact.phrase_text = search_text.phrase_text(
        first_name=contact.first_name,
        last_name=contact.last_name,
        nickname=contact.nickname,
        company=contact.company,
        email=contact.email,
        code=contact.code,
    )
    born = birthday.parse_iso(contact.birthday) if contact.birthday else None
    contact.birth_month, contact.birth_day = (born.month, born.day) if born else (0, 0)


DERIVED_FIELDS = ("sort_name", "phrase_text", "birth_month", "birth_day")


def net(changes: Iterable[Change]) -> Iterator[tuple[Contact, dict[str, str], dict[str, str]]]:
    """Each contact with what its fields were before all of these changes and are after; what came back is left out."""
    contacts: dict[UUID, Contact] = {}
    before: dict[UUID, dict[str, str]] = defaultdict(dict)
    after: dict[UUID, dict[str, str]] = defaultdict(dict)
    for change in changes:
        contacts[change.contact.pk] = change.contact
        before[change.contact.pk].setdefault(change.field, change.old)
        after[change.contact.pk][change.field] = change.new
    for pk, contact in contacts.items():
        names = [name for name, value in after[pk].items() if value != before[pk][name]]
        if names:
            yield contact, {name: before[pk][name] for name in names}, {name: after[pk][name] for name in names}


@dataclass(frozen=True, slots=True)
class Brought:
    """A change with the channel that brought it and the time of its event."""

    change: Change
    channel: str
    at: datetime.datetime


def remember(brought: Iterable[Brought], *, reverts: FieldChange | None = None) -> None:
    """Append the changes to the field history."""
    rows.insert(history(brought, reverts=reverts))


def history(brought: Iterable[Brought], *, reverts: FieldChange | None = None) -> list[FieldChange]:
    """The lines of the field history that these changes add."""
    actor, now = scope.actor(), timezone.now()
    return [
        FieldChange(
            contact=one.change.contact,
            field=one.change.field,
            old=one.change.old,
            new=one.change.new,
            channel=one.channel,
            actor_kind=actor.kind,
            actor_label=actor.label,
            changed_at=one.at,
            created_at=now,
            reverts=reverts,
        )
        for one in brought
    ]
