"""Groups: lists of contacts that staff keep by hand (R-CRM-5).

A contact is in a group once, however often it is added; taking out one that is not in it changes nothing. Contacts in the
bin keep their places and are not counted until they are back. Source: C, L.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from crm import identity, listing
from crm.models import Contact, ContactGroup, ContactState, GroupMember
from tenants import rows, scope, uniqueness
from tenants.questions import Question
from tenants.refusal import Refusal


class GroupExists(Refusal):
    code = "group_exists"
    status = 409
    default_message = _("There is already a group of this name.")


class NameNeeded(Refusal):
    code = "required"
    status = 400
    default_message = _("Give it a name.")


class UnknownContacts(Refusal):
    code = "unknown_id"
    status = 400
    default_message = _("One of these contacts is not in the list.")


def create(name: str) -> ContactGroup:
    """Raises GroupExists, NameNeeded."""
    group = ContactGroup(name=_tidy(name))
    with uniqueness.refuse("one_group_per_name", GroupExists(field="name")):
        group.save(force_insert=True)
    recording.record(Action.GROUP_CREATED, group, after={"name": group.name})
    return group


def rename(group: ContactGroup, name: str) -> ContactGroup:
    """Raises GroupExists, NameNeeded. The same name again changes nothing."""
    before, group.name = group.name, _tidy(name)
    if group.name == before:
        return group
    group.updated_at = timezone.now()
    with uniqueness.refuse("one_group_per_name", GroupExists(field="name")):
        group.save(update_fields=["name", "updated_at"])
    recording.record(Action.GROUP_UPDATED, group, before={"name": before}, after={"name": group.name})
    return group


def delete(group: ContactGroup) -> None:
    """The group goes for good, its contacts stay."""
    _lock(group)
    count = member_counts([group.pk]).get(group.pk, 0)
    recording.record(Action.GROUP_DELETED, group, before={"name": group.name, "count": count})
    group.delete()


def add(group: ContactGroup, contact_ids: Collection[UUID]) -> list[UUID]:
    """Put these contacts into the group, for a merged id its winner; answers those that were not in it.

    Locks the contacts, then the group. Raises UnknownContacts.
    """
    named = set(contact_ids)
    found = identity.open_book((), named).contacts
    if named - found.keys():
        raise UnknownContacts(field="contacts")
    wanted = {found[contact_id].pk for contact_id in named}
    _lock(group)
    new = sorted(wanted - set(_places(group, wanted).values_list("contact_id", flat=True)))
    rows.insert([GroupMember(group=group, contact_id=contact_id) for contact_id in new])
    _note(group, Action.GROUP_MEMBERS_ADDED, new)
    return new


def remove(group: ContactGroup, contact_ids: Collection[UUID]) -> list[UUID]:
    """Take these contacts out of the group, for a merged id its winner; answers those that were in it.

    Raises UnknownContacts.
    """
    named = set(contact_ids)
    winners = dict(Contact.objects.filter(pk__in=named).values_list("pk", "merged_into"))
    if named - winners.keys():
        raise UnknownContacts(field="contacts")
    wanted = {winner or contact_id for contact_id, winner in winners.items()}
    _lock(group)
    places = _places(group, wanted)
    gone = sorted(places.values_list("contact_id", flat=True))
    places.delete()
    _note(group, Action.GROUP_MEMBERS_REMOVED, gone)
    return gone


def members(group: ContactGroup) -> QuerySet[Contact]:
    """The contacts of the list that are in the group."""
    return listing.active().filter(group_members__group=group)


def member_counts(group_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many contacts of the list are in each of these groups; empty ones are left out. One query."""
    return dict(rows.run(_COUNTS, scope.tenant_id(), list(group_ids)))


class Place(NamedTuple):
    """A group, and whether a contact is in it."""

    id: UUID
    name: str
    is_taken: bool


def places(contact: Contact) -> list[Place]:
    """Every group by name: those the contact is in, and those it can still be put into."""
    return PLACES.ask([contact.pk])


_COUNTS = f"""
    SELECT place.group_id, count(*) FROM {GroupMember._meta.db_table} place
    JOIN {Contact._meta.db_table} contact ON contact.id = place.contact_id
    WHERE place.tenant_id = %s AND place.group_id = ANY(%s) AND contact.state = '{ContactState.ACTIVE.value}'
    GROUP BY place.group_id
"""  # noqa: S608 (our own tables)
_PLACES = f"""
    SELECT id, name, EXISTS (
        SELECT FROM {GroupMember._meta.db_table} place
        WHERE place.tenant_id = $1 AND place.contact_id = ANY($2) AND place.group_id = held.id
    ) FROM {ContactGroup._meta.db_table} held WHERE tenant_id = $1 ORDER BY name, id
"""  # noqa: S608 (as above)
# The places of the one contact that is asked of.
PLACES = Question(lambda: _PLACES, 3, lambda found: [Place(*values) for values in found])


def _tidy(name: str) -> str:
    if not name.strip():
        raise NameNeeded(field="name")
    return name.strip()


def _lock(group: ContactGroup) -> None:
    """Nobody deletes the group while its members change. Raises DoesNotExist when somebody has."""
    ContactGroup.objects.select_for_update(no_key=True).get(pk=group.pk)


def _places(group: ContactGroup, contact_ids: Collection[UUID]) -> QuerySet[GroupMember]:
    return GroupMember.objects.filter(group=group, contact__in=contact_ids)


def _note(group: ContactGroup, action: Action, contact_ids: list[UUID]) -> None:
    if not contact_ids:
        return
    group.updated_at = timezone.now()
    group.save(update_fields=["updated_at"])
    recording.record(action, group, after={"count": len(contact_ids), "contacts": [str(one) for one in contact_ids]})
