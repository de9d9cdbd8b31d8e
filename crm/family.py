"""A contact with those that were merged into it: they are one person, and are erased together (R-PRIV-1, R-MERGE-4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from crm import facets, identity, known_addresses, mentions
from crm.mentions import Mention
from crm.models import Contact


@dataclass(frozen=True, slots=True)
class Family:
    """`head` is the one that answers, the winner of every merge; `members` are all of them, by id.

    `mentions` are the facts that name the person and are not theirs; known once it is locked to be erased.
    """

    head: Contact
    members: list[Contact]
    mentions: list[Mention] = field(default_factory=list)

    @property
    def ids(self) -> list[UUID]:
        return [member.pk for member in self.members]


@dataclass(frozen=True, slots=True)
class _Beside:
    """What else is concerned: facts that name the person, and other contacts, who must be locked before any fact."""

    mentions: list[Mention] = field(default_factory=list)
    contacts: frozenset[UUID] = frozenset()


def lock(contact: Contact) -> Family:
    """Lock all keys of the contact's family and then its rows, in whatever state they are; and load them as they are now."""
    return _lock(contact, lambda _ids: _Beside())


def lock_to_erase(contact: Contact) -> Family:
    """The same, with everybody whom clearing the data touches: whose figures rest on what is called off, and whose facts
    name the person."""
    return _lock(contact, _beside)


def _lock(contact: Contact, look_beside: Callable[[list[UUID]], _Beside]) -> Family:
    """What its keys are, who belongs to it and who is concerned besides is known only once it is locked: when there was more
    than was locked it starts again, and the savepoint lets go of what was locked, since locking keys after contacts, or a
    contact after facts or later contacts, would break the order.
    """
    head, keys, others = contact.pk, set[str](), set[UUID]()
    while True:
        with transaction.atomic():
            identity.lock_keys(keys)
            members = _members(head, others)
            first = next(member for member in members if member.pk == head)
            needed = _keys(members)
            if first.merged_into_id is None and needed <= keys:
                beside = look_beside([member.pk for member in members])
                if beside.contacts <= others:
                    return Family(first, members, beside.mentions)
                others |= beside.contacts
            transaction.set_rollback(True)
        head, keys = first.merged_into_id or head, keys | needed


def _members(head: UUID, others: set[UUID]) -> list[Contact]:
    """The family's, by id; the others are locked in the same order, and left out."""
    is_own = Q(pk=head) | Q(merged_into=head)
    found = Contact.objects.filter(is_own | Q(pk__in=others)).order_by("pk").select_for_update(no_key=True)
    return [one for one in found if head in (one.pk, one.merged_into_id)]


def _beside(contact_ids: list[UUID]) -> _Beside:
    found = mentions.find(contact_ids, lock=True)
    fact_ids = [mention.id for mention in found if mention.contact is None]
    payers = {pk for facet in facets.registered() for pk in facet.lock_payers(contact_ids, fact_ids)}
    holders = {mention.contact for mention in found if mention.contact is not None}
    return _Beside(found, frozenset((payers | holders) - set(contact_ids)))


def _keys(members: Sequence[Contact]) -> set[str]:
    """Every e-mail and phone it has or had, since erasing acts on those as well, and what the apps above know it by."""
    known = known_addresses.of([member.pk for member in members]).all
    return {*known, *(key for member in members for facet in facets.registered() for key in facet.keys_of(member))}
