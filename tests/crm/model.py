"""The guest list in a hundred lines and without a database: what R-ID-2, R-WRITE-1 to 6 and R-VISIT-1 to 3 say."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

NAMES = ("email", "phone", "last_name", "city")
FINAL = {"arrived", "finished", "cancelled", "no_show", "rejected"}
Fields = dict[str, str]


class Refused(Exception):
    """With the code of the refusal."""


@dataclass(eq=False)
class Person:
    """`written` says when a field last changed, `seen_at` when the guest was last active; `pk` is the real contact's."""

    fields: Fields
    written: dict[str, int]
    seen_at: int
    number: int
    is_active: bool = True
    pk: Any = None

    def __getitem__(self, name: str) -> str:
        return self.fields[name]

    def write(self, values: Fields, at: int) -> bool:
        """Set what differs and is newer; say whether anything was."""
        news = {
            name for name, value in values.items() if value != self[name] and at >= self.written.get(name, -(10**9))
        }
        self.fields |= {name: values[name] for name in news}
        self.written |= dict.fromkeys(news, at)
        return bool(news)


@dataclass(eq=False)
class Table:
    """A booking."""

    venue: int
    day: datetime.date
    status: str
    guest: Fields
    person: Person | None
    at: int
    pk: Any = None


@dataclass
class Model:
    people: list[Person] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    def active(self) -> list[Person]:
        return [one for one in self.people if one.is_active]

    def holders(self, name: str, value: str) -> list[Person]:
        return [one for one in self.active() if value and one[name] == value]

    def receive(
        self, guest: Fields, at: int, *, is_import: bool = False, chosen: Person | None = None
    ) -> tuple[Person | None, str]:
        """R-ID-2 and R-WRITE-1, 2: who it is, and what was done."""
        given = {name: value for name, value in guest.items() if value}
        person = self._chosen(chosen, given) if chosen else self._found(given)
        if person is None:
            return self._created(given, at) if {"email", "phone"} & set(given) else (None, "no_identity")
        is_by_phone_alone = not chosen and not given.get("email") and person["email"]
        is_changed = not is_by_phone_alone and person.write(given, at)
        person.seen_at = person.seen_at if is_import else max(person.seen_at, at)
        return person, "updated" if is_changed else "unchanged"

    def _found(self, given: Fields) -> Person | None:
        sharing = self.holders("phone", given.get("phone", ""))
        alone = next((one for one in sharing if not one["email"]), None)
        if "email" in given:
            return next(iter(self.holders("email", given["email"])), alone)
        return alone or max(sharing, key=lambda one: (one.seen_at, one.number), default=None)

    def _chosen(self, person: Person, given: Fields) -> Person:
        email, phone = given.get("email", ""), given.get("phone", "")
        if any(one is not person for one in self.holders("email", email)):
            raise Refused("email_in_use")
        if email and person["email"] not in ("", email):
            raise Refused("email_locked")
        if not (person["email"] or email):
            self._check_alone(person, phone)
        return person

    def _check_alone(self, person: Person, phone: str) -> None:
        if any(one is not person and not one["email"] for one in self.holders("phone", phone)):
            raise Refused("phone_in_use")

    def _created(self, given: Fields, at: int) -> tuple[Person, str]:
        fields = dict.fromkeys(NAMES, "") | given
        self.people.append(Person(fields, dict.fromkeys(given, at), at, len(self.people)))
        return self.people[-1], "created"

    def edit(self, person: Person, values: Fields, at: int) -> None:
        """R-WRITE-5."""
        fields = person.fields | values
        if any(one is not person for one in self.holders("email", fields["email"])):
            raise Refused("email_in_use")
        if not (fields["email"] or fields["phone"]):
            raise Refused("last_identifier")
        if not fields["email"]:
            self._check_alone(person, fields["phone"])
        person.write(values, at)

    def edit_table(self, table: Table, guest: Fields, at: int) -> str:
        """R-WRITE-3, 4."""
        repeated = {name: value for name, value in guest.items() if table.guest.get(name) == value}
        sync = self._carry(table, {name: guest[name] for name in guest.keys() - repeated}, repeated, at)
        table.guest = table.guest | guest
        return sync

    def _carry(self, table: Table, news: Fields, repeated: Fields, at: int) -> str:
        if table.status in FINAL:
            return "skipped_final_status"
        if table.person is None:
            known = {name: value for name, value in table.guest.items() if name in ("last_name", "city")}
            table.person, sync = self.receive(known | news, at)
            return sync
        if not table.person.is_active:
            return "skipped_contact_deleted"
        if news.get("email") and table.person["email"] not in ("", news["email"]):
            raise Refused("email_locked")
        self._chosen(table.person, news)
        old = {name: value for name, value in repeated.items() if name in ("last_name", "city")}
        is_changed = table.person.write(old, table.at)
        _person, sync = self.receive(news, at, chosen=table.person)
        return "updated" if is_changed else sync

    def restore(self, person: Person) -> None:
        """R-WRITE-6."""
        if self.holders("email", person["email"]):
            raise Refused("email_in_use")
        if not person["email"]:
            self._check_alone(person, person["phone"])
        person.is_active = True

    def visits(self) -> set[tuple[Any, int, datetime.date]]:
        """R-VISIT-1, 2."""
        came = [one for one in self.tables if one.status in ("arrived", "finished") and one.person]
        return {(one.person and one.person.pk, one.venue, one.day) for one in came}
