"""Facts that name a guest and are not the guest's: of nobody, or of another contact by now (R-PRIV-1, R-WRITE-2, R-WRITE-4).

A booking that was linked elsewhere keeps the guest data it came with. A fact names the guest when its e-mail or phone is one
that the guest has or had and nobody else in the list; by an address that others have too, only when it bears the guest's
name besides. Clearing the guest's data wipes a fact of nobody whole, as if it were cleared by itself. One of another contact
keeps of its guest data what that contact says of itself: the same name, address, birthday, an e-mail or phone it has. What
staff wrote on it, such as notes, is about that contact's visit and stays: the list of these facts lets them look.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from crm import facets, known_addresses, named_in_text, search_text
from crm.facts import Snapshots
from crm.known_addresses import Addresses
from crm.models import Contact, FieldChange
from tenants import rows, scope
from tenants.models import Venue

NAMES = ("first_name", "last_name")
KEYS = ("email", "phone")


@dataclass(frozen=True, slots=True)
class Mention:
    """A fact that names the guest. `contact` is whose it is, None when it is nobody's; `kept` is what stays of `guest`."""

    kind: str
    id: UUID
    contact: UUID | None
    venue: UUID
    at: datetime.datetime
    guest: Mapping[str, Any]
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Person:
    """How the guest is told: `addresses` are all they have and had, `shared` those of them that others have, too."""

    addresses: Addresses
    shared: frozenset[str]
    names: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, contact_ids: Sequence[UUID]) -> _Person:
        addresses = known_addresses.of(contact_ids)
        shared = known_addresses.held_by_others(addresses.all, contact_ids)
        return cls(addresses, frozenset(shared), {name: _values(name, contact_ids) for name in NAMES})

    def is_named_in(self, guest: Mapping[str, Any], country: str) -> bool:
        said = _addresses_in(guest, country, self.addresses)
        return bool(said - self.shared) or (bool(said) and self._is_called_so_in(guest))

    def _is_called_so_in(self, guest: Mapping[str, Any]) -> bool:
        said = {name: _folded(guest.get(name)) for name in NAMES if guest.get(name)}
        return bool(said) and all(text in self.names[name] for name, text in said.items())


def find(contact_ids: Sequence[UUID], *, lock: bool = False) -> list[Mention]:
    """The facts that name who these contacts are, the latest first; locked when they are to be wiped.

    There is no index of what guests said of themselves: the facts of the tenant are read through.
    """
    person = _Person.of(contact_ids)
    if not person.addresses.all:
        return []
    countries = dict(Venue.objects.values_list("pk", "country"))
    found = [one for table in _tables() for one in _in(table, person.addresses, contact_ids, lock=lock)]
    named = [one for one in found if person.is_named_in(one.guest, countries[one.venue])]
    holders = _Holder.of({one.contact for one in named if one.contact is not None})
    trimmed = [replace(one, kept=_kept(one, person, holders, countries[one.venue])) for one in named]
    return sorted((one for one in trimmed if one.kept != one.guest), key=lambda one: (one.at, one.id), reverse=True)


def trim(mention: Mention) -> None:
    """Leave on another contact's fact what that contact says of itself. The fact is locked."""
    table = next(table for table in _tables() if table.kind == mention.kind)
    table.model._default_manager.filter(pk=mention.id).update(guest=mention.kept, **table.raises)  # noqa: SLF001 (Django documents it)


@dataclass(frozen=True, slots=True)
class _Holder:
    """Whose a fact is by now: what the contact says of itself, and every address it has or had."""

    contact: Contact
    addresses: Addresses

    @classmethod
    def of(cls, contact_ids: Iterable[UUID]) -> dict[UUID, _Holder]:
        found: Mapping[UUID, Contact] = Contact.objects.in_bulk(list(contact_ids))
        return {pk: cls(contact, known_addresses.of([pk])) for pk, contact in found.items()}

    def says(self, name: str, said: Any, country: str) -> bool:
        if name in KEYS:
            return bool(_addresses_in({name: said}, country, self.addresses))
        return hasattr(self.contact, name) and _folded(getattr(self.contact, name)) == _folded(said)


def _kept(mention: Mention, person: _Person, holders: Mapping[UUID, _Holder], country: str) -> dict[str, Any]:
    """What the holder says of itself; not a value with the guest's own address beside."""
    if mention.contact is None:
        return {}
    holder = holders[mention.contact]
    said = {name: value for name, value in mention.guest.items() if holder.says(name, value, country)}
    return {name: value for name, value in said.items() if not person.is_named_in({name: value}, country)}


def _tables() -> list[Snapshots]:
    return [table for facet in facets.registered() for table in facet.snapshots()]


def _in(table: Snapshots, sought: Addresses, contact_ids: Sequence[UUID], *, lock: bool) -> Iterator[Mention]:
    """Facts in which an address may stand, whatever the spelling: the rest is for `_Person` to say."""
    traces = named_in_text.traces(sought)
    statement = _SOUGHT.format(table=table.model._meta.db_table, at=table.at) + ("FOR NO KEY UPDATE" if lock else "")
    for pk, contact, venue, at, guest in rows.run(statement, scope.tenant_id(), list(contact_ids), *traces):
        yield Mention(table.kind, pk, contact, venue, at, json.loads(guest))


# An erased fact has no guest at all.
_SOUGHT = r"""
    SELECT id, contact_id, venue_id, {at}, guest::text FROM {table}
    WHERE tenant_id = $1 AND (contact_id IS NULL OR contact_id <> ALL($2::uuid[])) AND (
        EXISTS (SELECT FROM unnest($3::text[]) AS trace WHERE strpos(lower(guest->>'email'), trace) > 0)
        OR EXISTS (
            SELECT FROM unnest($4::text[]) AS trace
            WHERE strpos(regexp_replace(guest->>'phone', '\D', '', 'g'), trace) > 0
        )
    ) ORDER BY id
"""


def _addresses_in(guest: Mapping[str, Any], country: str, sought: Addresses) -> frozenset[str]:
    """Which of these addresses the guest data hold."""
    said = (str(guest.get(name) or "") for name in KEYS)
    return frozenset(one for text in said for one in named_in_text.addresses_in(text, country, sought))


def _values(name: str, contact_ids: Sequence[UUID]) -> frozenset[str]:
    """What the guest is and was called."""
    now: Iterable[str] = Contact.objects.filter(pk__in=contact_ids).values_list(name, flat=True)
    before = FieldChange.objects.filter(contact__in=contact_ids, field=name).values_list("old", "new")
    return frozenset(_folded(text) for text in (*now, *(text for pair in before for text in pair)) if text)


def _folded(text: Any) -> str:
    return " ".join(search_text.words(str(text or "")))
