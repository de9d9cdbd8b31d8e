"""When an edit of a fact reaches its contact (R-WRITE-3, R-WRITE-4): the same for bookings and orders.

An edit of a fact whose status was final before it never does. Of an open one it does: a changed phone changes the
contact's phone, an e-mail can be added but not changed, and a key added to a fact without contact is an intake of the
guest the fact knows. Only what the edit changes is new: clients send the whole guest again, and what they repeat is as
old as the fact, so that what the contact was told on its own page since does not come back (R-WRITE-2).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from crm import fact_locking, identity, intake
from crm.channel import Channel
from crm.facts import GuestFact
from crm.guest_data import PROFILE_FIELDS, CrmSync, EmailLocked, Guest, Intake, Reception
from crm.identity import Book
from crm.warnings import IntakeWarning

Fact = TypeVar("Fact", bound=GuestFact)


@dataclass(frozen=True, slots=True)
class Carried:
    """What an edit did to the list. `reception` is None where no guest data were let through."""

    crm_sync: CrmSync
    warnings: list[IntakeWarning]
    reception: Reception | None = None


def lock(fact: Fact, guest: Guest | None) -> tuple[Fact, Book]:
    """Lock the keys that an edit brings, their holders and the fact; return it as it is now."""
    keys = () if guest is None else identity.check(guest.email, guest.phone, fact.venue.country).keys
    return fact_locking.lock_with_keys(fact, keys)


def carry(
    fact: GuestFact,
    guest: Guest | None,
    snapshot: Mapping[str, Any],
    *,
    book: Book,
    told_at: datetime.datetime,
    at: datetime.datetime,
) -> Carried:
    """Carry the guest data of an edit to the contact where the rules let them through, and give the fact its contact.

    `snapshot` is the guest data as they came, `told_at` the time of what the fact has said before. The fact is locked and
    still has its former snapshot. Raises guest_data.EmailInUse, EmailLocked, PhoneInUse when the data would make the contact
    somebody else.
    """
    if fact.is_final:
        return Carried(CrmSync.SKIPPED_FINAL_STATUS, [])
    if fact.contact is not None and not fact.contact.is_active:
        return Carried(CrmSync.SKIPPED_CONTACT_DELETED, [])
    if guest is None:
        return Carried(CrmSync.NO_IDENTITY if fact.contact is None else CrmSync.UNCHANGED, [])
    said = _Said.of(fact, guest, snapshot)
    if fact.contact is None:
        intakes = [_intake(fact, _with_known(fact, said.news), at)]
    else:
        _check_email(fact, said.news, book)
        intakes = [_intake(fact, said.before, told_at), _intake(fact, said.news, at)]
    *earlier, reception = intake.receive_many(intakes)
    fact.contact = reception.contact
    is_updated = any(one.crm_sync is CrmSync.UPDATED for one in earlier)
    sync = CrmSync.UPDATED if is_updated else reception.crm_sync
    return Carried(sync, reception.warnings, reception)


@dataclass(frozen=True, slots=True)
class _Said:
    """What an edit says of the guest: `news`, and what the fact has said `before`, without its keys."""

    news: Guest
    before: Guest

    @classmethod
    def of(cls, fact: GuestFact, guest: Guest, snapshot: Mapping[str, Any]) -> _Said:
        same = [name for name, value in snapshot.items() if fact.guest.get(name) == value]
        news = replace(guest, **{name: getattr(_NOTHING, name) for name in same})
        before = {name: getattr(guest, name) for name in same if name in PROFILE_FIELDS}
        return cls(news, replace(_NOTHING, **before))


_NOTHING = Guest()


def _intake(fact: GuestFact, guest: Guest, at: datetime.datetime) -> Intake:
    contact_id = None if fact.contact is None else fact.contact.pk
    return Intake(guest, Channel(fact.channel), fact.venue, at, chosen=contact_id)


def _with_known(fact: GuestFact, news: Guest) -> Guest:
    """With the names and the like that the fact was taken with; its old keys led to nobody and stay out."""
    known = {name: fact.guest.get(name, "") for name in PROFILE_FIELDS if not getattr(news, name)}
    return replace(news, **known)


def _check_email(fact: GuestFact, news: Guest, book: Book) -> None:
    """Whoever else has the new e-mail: a contact that has one keeps it."""
    contact = fact.contact
    email = identity.check(news.email, "", fact.venue.country).e
    holder = book.by_email.get(email) if email else None
    if email and contact.email and email != contact.email and (holder is None or holder.pk != contact.pk):
        raise EmailLocked(field="guest.email")
