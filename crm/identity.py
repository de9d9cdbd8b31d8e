"""Who a guest is: the e-mail, without one the phone, never the name (R-ID-2).

With e = valid normalized e-mail or none and p = valid E.164 phone or none:
a. e known: that contact; when p belongs to another contact, both hold p and the pair is flagged.
b. e unknown, p known on a contact that has no e-mail: that contact, which gains e.
c. e unknown, p known only on contacts with another e-mail: a new contact, and a duplicate pair.
d. no e, p known: the contact without e-mail that has p; else the most recently active one that has p.
e. neither: nobody.

Every writer of keys first takes the advisory locks of those keys, then locks contacts by id, then writes facts: one order
of locks everywhere, or batches deadlock. Source: P for a, b, d; ours for c and the families' shared phones.
"""

from __future__ import annotations

import hashlib
import json
import operator
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from crm import email_address, facets, key_questions, phone_number
from crm.key_questions import Asking
from crm.models import Contact, ContactIdentifier, IdentifierKind
from tenants import questions, rows, scope
from tenants.questions import Answers

MOST_HOLDERS = 100


@dataclass(frozen=True, slots=True)
class Identity:
    """The keys of one guest in normal form, and what was wrong with them as typed."""

    email: email_address.EmailVerdict
    phone: phone_number.PhoneVerdict

    @property
    def e(self) -> str | None:
        return self.email.value

    @property
    def p(self) -> str | None:
        return self.phone.value

    @property
    def keys(self) -> list[str]:
        return [key for key in (self.e, self.p) if key]


@dataclass(slots=True)
class Match:
    """Whom an identity belongs to: `contact` None means a new contact, or nobody when there is no key at all.

    `is_by_phone_alone` marks a contact with e-mail found by a phone alone: families share phones, so its profile stays.
    """

    contact: Contact | None
    is_by_phone_alone: bool = False

    @property
    def known_contact(self) -> Contact:
        """The contact of a match. Raises LookupError for a new one."""
        if self.contact is None:
            raise LookupError("nobody has these keys yet")
        return self.contact


@dataclass(slots=True)
class Book:
    """The holders of a batch's keys, kept up to date while the batch is worked through.

    `alone` is, by phone, the contact without e-mail whose key it is. A made-up phone has thousands of holders: nothing
    here goes through them for each guest. `answers` are those to what was asked with the locks.
    """

    by_email: dict[str, Contact] = field(default_factory=dict)
    by_phone: dict[str, dict[UUID, Contact]] = field(default_factory=dict)
    alone: dict[str, Contact] = field(default_factory=dict)
    contacts: dict[UUID, Contact] = field(default_factory=dict)
    alternatives: set[tuple[UUID, str]] = field(default_factory=set)
    answers: Answers = field(default_factory=lambda: Answers({}))

    def note(self, contact: Contact, *, former_phone: str = "") -> None:
        """Enter a contact under its present keys; it is found no more by the phone it has left."""
        self.contacts[contact.pk] = contact
        if contact.email:
            self.by_email[contact.email] = contact
        if former_phone not in ("", contact.phone) and (contact.pk, former_phone) not in self.alternatives:
            self.by_phone.get(former_phone, {}).pop(contact.pk, None)
        if contact.phone:
            self.enter_phone(contact, contact.phone)

    def enter_phone(self, contact: Contact, phone: str) -> None:
        self.by_phone.setdefault(phone, {})[contact.pk] = contact
        if not contact.email and self.without_email(phone) is None:
            self.alone[phone] = contact

    def holders_of_phone(self, phone: str) -> Collection[Contact]:
        return self.by_phone.get(phone, {}).values()

    def is_held(self, phone: str, contact: Contact) -> bool:
        return contact.pk in self.by_phone.get(phone, {})

    def without_email(self, phone: str) -> Contact | None:
        """The contact whose key this phone is; it may have gained an e-mail, or left the phone, within the batch."""
        found = self.alone.get(phone)
        return found if found is not None and not found.email and self.is_held(phone, found) else None


def check(email: str | None, phone: str | None, country: str | None) -> Identity:
    """The keys in normal form; `country` is the venue's, for phones without a country code."""
    return Identity(email=email_address.check(email), phone=phone_number.check(phone, country))


def match(identity: Identity, book: Book) -> Match:
    """Apply the table of R-ID-2 to one identity. Touches nothing."""
    alone = book.without_email(identity.p) if identity.p else None
    if identity.e:
        return Match(book.by_email.get(identity.e) or alone)
    holders = book.holders_of_phone(identity.p) if identity.p else ()
    if not holders:
        return Match(None)
    chosen = alone or max(holders, key=lambda one: (one.last_activity_at, one.pk))
    return Match(chosen, is_by_phone_alone=bool(chosen.email))


def open_book(keys: Iterable[str], contact_ids: Iterable[UUID] = (), asking: Asking = key_questions.NOTHING) -> Book:
    """Lock the keys and every contact that holds one of them, or is named by id, and load them. `asking` goes along.

    The locks last until the transaction ends. Ids of other tenants, and of contacts that are not active, are left out; the
    id of a contact that was merged leads to its winner (R-MERGE-4). A winner that was not named is locked by starting
    again: the savepoint lets go of what was locked, since locking it after the others would break the order.
    """
    values, named = sorted(set(keys)), set(contact_ids)
    if not named:
        return open_once(values, named, asking)[0]
    while True:
        with transaction.atomic():
            book, unlocked = open_once(values, named, asking)
            if not unlocked:
                return book
            transaction.set_rollback(True)
        named |= unlocked


def open_once(keys: Iterable[str], named: set[UUID], asking: Asking = key_questions.NOTHING) -> tuple[Book, set[UUID]]:
    """The book, and the winners of named contacts that are not locked yet: with any, start again and name them, too.

    For who has a savepoint of its own to let go of the locks. It must not stand around another savepoint that took them:
    when that one is released, PostgreSQL lets those who wait for its rows wait for the end of the whole transaction.
    """
    values = sorted(set(keys))
    lock_keys(values)
    held, locked, answers = _locked(values, named, asking)
    winners = {one.merged_into_id for one in locked.values() if one.merged_into_id is not None}
    answering = {pk: _answering(one, locked) for pk, one in locked.items()}
    book = Book(contacts={pk: one for pk, one in answering.items() if one.is_active}, answers=answers)
    for contact_id, kind, value, is_main in held:
        holder = book.contacts.get(contact_id)
        # A contact that was waited for may have left the key meanwhile.
        if holder is None or (is_main and value not in (holder.email, holder.phone)):
            continue
        if not is_main:
            book.alternatives.add((holder.pk, value))
        if kind == IdentifierKind.EMAIL:
            book.by_email[value] = holder
        else:
            book.enter_phone(holder, value)
    return book, winners - set(locked)


def _answering(contact: Contact, locked: dict[UUID, Contact]) -> Contact:
    """The contact itself, or the winner of its merge."""
    while contact.merged_into_id in locked:
        contact = locked[contact.merged_into_id]
    return contact


def _locked(
    values: list[str], named: set[UUID], asking: Asking
) -> tuple[list[tuple[UUID, str, str, bool]], dict[UUID, Contact], Answers]:
    """Who holds these keys, as (contact, kind, value, is_main), the latest first; their rows, with those of the named; and
    the answers to what is asked.

    The rows are locked in the order of their ids: the order every writer keeps. Those in the bin, too.
    """
    if not values and not named:
        return [], {}, questions.unasked(asking.questions)
    held: list[tuple[int, UUID, str, str, bool]] = []
    locked: dict[UUID, Contact] = {}
    found, answers = questions.ask_beside(_LOCKED, asking.questions, values, list(named), *asking.values(values))
    for keys, *columns in found:
        contact = rows.loaded(Contact, columns)
        locked[contact.pk] = contact
        held += [(place, contact.pk, kind, value, is_main) for place, kind, value, is_main in json.loads(keys or "[]")]
    return [one[1:] for one in sorted(held, key=operator.itemgetter(0))], locked, answers


# Of the many who hold a made-up phone, only the latest are looked at and locked, besides the one whose key it is.
_LOCKED = f"""
    WITH held AS (
        SELECT contact_id, json_agg(json_build_array(place, kind, value, is_main))::text AS keys FROM (
            SELECT row_number() OVER () AS place, one.* FROM unnest($2::text[]) AS wanted (value) CROSS JOIN LATERAL (
                SELECT kind, value, contact_id, is_main FROM {ContactIdentifier._meta.db_table}
                WHERE tenant_id = $1 AND value = wanted.value AND is_active
                ORDER BY is_key DESC, id DESC LIMIT {MOST_HOLDERS}
            ) AS one
        ) AS found GROUP BY contact_id
    )
    SELECT held.keys, {rows.columns(Contact)} FROM {Contact._meta.db_table} LEFT JOIN held ON held.contact_id = id
    WHERE tenant_id = $1 AND id = ANY (ARRAY(SELECT contact_id FROM held UNION ALL SELECT unnest($3::uuid[])))
    ORDER BY id FOR NO KEY UPDATE OF {Contact._meta.db_table}
"""  # noqa: S608 (our own tables)


def open_book_of(contact: Contact, keys: Iterable[str] = ()) -> Book:
    """The book of these keys and of the contact's own.

    When its keys have changed since the contact was loaded it starts again: the savepoint lets go of what was locked,
    since locking more keys after contacts would break the order.
    """
    keys, own, named = set(keys), _keys_of(contact), {contact.pk}
    while True:
        with transaction.atomic():
            book, unlocked = open_once(keys | own, named)
            found = book.contacts.get(contact.pk)
            present = set() if found is None else _keys_of(found)
            if not unlocked and present <= own:
                return book
            transaction.set_rollback(True)
        own, named = own | present, named | unlocked


def _keys_of(contact: Contact) -> set[str]:
    return {key for key in (contact.email, contact.phone) if key}


def lock(contact: Contact) -> Contact:
    """Lock a contact's row until the transaction ends and refresh the instance; first in every write of facts."""
    fresh = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    contact.__dict__.update({f.attname: getattr(fresh, f.attname) for f in Contact._meta.concrete_fields})
    return contact


def lock_keys(keys: Iterable[str]) -> None:
    """Take the advisory locks of these keys in one statement, sorted, so that no two batches wait for each other."""
    numbers = sorted({_number_of(key) for key in keys})
    if numbers:
        rows.run("SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) AS k", numbers)


def share_key(key: str) -> None:
    """Keep out who takes the advisory lock of this key by `lock_keys`, together with others who only share it."""
    rows.run("SELECT pg_advisory_xact_lock_shared(%s::bigint)", _number_of(key))


def _number_of(key: str) -> int:
    text = f"{scope.tenant_id()}:{key}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big", signed=True)


def replace_identifiers(contacts: Iterable[Contact]) -> None:
    """Make the main identifiers of these contacts say what their e-mail and phone say.

    The caller holds the locks of the keys.
    """
    contacts = list(contacts)
    if not contacts:
        return
    ids = [contact.pk for contact in contacts]
    ContactIdentifier.objects.filter(contact__in=ids, is_main=True).delete()
    alternatives = ContactIdentifier.objects.filter(contact__in=ids, kind=IdentifierKind.PHONE)
    alternatives.update(is_key=False)
    rows.insert([row for contact in contacts for row in identifiers(contact)], *facets.admitted(contacts))


def identifiers(contact: Contact) -> list[ContactIdentifier]:
    """The rows that say what a contact's e-mail and phone say."""
    found = []
    if contact.email:
        found.append(ContactIdentifier(contact=contact, kind=IdentifierKind.EMAIL, value=contact.email, is_key=True))
    if contact.phone:
        found.append(
            ContactIdentifier(contact=contact, kind=IdentifierKind.PHONE, value=contact.phone, is_key=not contact.email)
        )
    return found
