"""A contact with those that were merged into it: they are one person, and are erased together (R-PRIV-1, R-MERGE-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from crm import facets, identity
from crm.models import Contact, ContactIdentifier


@dataclass(frozen=True, slots=True)
class Family:
    """`head` is the one that answers, the winner of every merge; `members` are all of them, by id."""

    head: Contact
    members: list[Contact]

    @property
    def ids(self) -> list[UUID]:
        return [member.pk for member in self.members]


def lock(contact: Contact) -> Family:
    """Lock all keys of the contact's family and then its rows, in whatever state they are; and load them as they are now.

    What its keys are, and who belongs to it, is known only once it is locked: when there was more than was locked it starts
    again, and the savepoint lets go of what was locked, since locking keys after contacts would break the order.
    """
    head, keys = contact.pk, set[str]()
    while True:
        with transaction.atomic():
            identity.lock_keys(keys)
            members = _members(head)
            first = next(member for member in members if member.pk == head)
            needed = _keys(members)
            if first.merged_into_id is None and needed <= keys:
                return Family(first, members)
            transaction.set_rollback(True)
        head, keys = first.merged_into_id or head, keys | needed


def _members(head: UUID) -> list[Contact]:
    own = Contact.objects.filter(Q(pk=head) | Q(merged_into=head))
    return list(own.order_by("pk").select_for_update(no_key=True))


def _keys(members: Sequence[Contact]) -> set[str]:
    """Its e-mails and phones, those it had when it went to the bin too, and what the apps above know it by."""
    values = ContactIdentifier.objects.filter(contact__in=members).values_list("value", flat=True)
    main = {key for member in members for key in (member.email, member.phone) if key}
    return (
        main
        | set(values)
        | {key for member in members for facet in facets.registered() for key in facet.keys_of(member)}
    )
