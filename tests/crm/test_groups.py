"""Groups: who is in them, and who can be (R-CRM-5, R-MERGE-4)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from uuid_utils.compat import uuid7

from audit.models import AuditEntry
from crm import anonymous, details, filters, groups, listing, merging
from crm import bin as contact_bin
from crm.channel import Channel
from crm.models import Contact, ContactGroup, GroupMember
from tests.crm.guests import ANNA, BRUNO, take
from tests.personas import Place


@pytest.fixture
def anna(inside: Place) -> Contact:
    return take(inside, **ANNA).known_contact


@pytest.fixture
def bruno(inside: Place) -> Contact:
    return take(inside, **BRUNO).known_contact


def last_entry() -> tuple[str, int]:
    entry = AuditEntry.objects.latest("id")
    return entry.action, entry.after["count"]


def test_a_contact_is_in_a_group_once_however_often_it_is_added(anna: Contact, bruno: Contact) -> None:
    group = groups.create("Wine evenings")

    assert len(groups.add(group, [anna.pk, bruno.pk, anna.pk])) == 2
    assert last_entry() == ("group_members_added", 2)
    before = AuditEntry.objects.count()
    assert len(groups.add(group, [anna.pk])) == 0

    assert AuditEntry.objects.count() == before
    assert groups.member_counts([group.pk]) == {group.pk: 2}


def test_taking_out_who_is_not_in_it_changes_nothing(anna: Contact, bruno: Contact) -> None:
    group = groups.create("Wine evenings")
    groups.add(group, [anna.pk])

    assert len(groups.remove(group, [bruno.pk])) == 0
    assert len(groups.remove(group, [anna.pk, bruno.pk])) == 1

    assert last_entry() == ("group_members_removed", 1)
    assert list(groups.members(group)) == []


def test_one_unknown_contact_refuses_them_all(anna: Contact) -> None:
    group = groups.create("Wine evenings")

    with pytest.raises(groups.UnknownContacts):
        groups.add(group, [anna.pk, uuid7()])
    with pytest.raises(groups.UnknownContacts):
        groups.remove(group, [anna.pk, uuid7()])

    assert GroupMember.objects.count() == 0


def test_a_contact_in_the_bin_keeps_its_place_and_is_not_counted(anna: Contact, bruno: Contact) -> None:
    group = groups.create("Wine evenings")
    groups.add(group, [anna.pk, bruno.pk])
    contact_bin.delete(anna)

    assert groups.member_counts([group.pk]) == {group.pk: 1}
    with pytest.raises(groups.UnknownContacts):
        groups.add(groups.create("Another"), [anna.pk])
    contact_bin.restore(anna)

    assert groups.member_counts([group.pk]) == {group.pk: 2}


def test_the_id_of_a_merged_contact_means_its_winner(inside: Place, anna: Contact) -> None:
    user = anonymous.create(Channel.FOLLOW, inside.venue, at=timezone.now())
    merging.absorb(user, into=anna, at=timezone.now())
    group = groups.create("Wine evenings")

    assert len(groups.add(group, [user.pk, anna.pk])) == 1
    assert len(groups.add(group, [user.pk])) == 0
    assert list(groups.members(group)) == [anna]
    assert len(groups.remove(group, [user.pk])) == 1

    assert GroupMember.objects.count() == 0


def test_two_groups_of_one_name_are_refused(inside: Place) -> None:
    groups.create("Wine evenings")
    other = groups.create("Others")

    with pytest.raises(groups.GroupExists):
        groups.create("  Wine evenings ")
    with pytest.raises(groups.GroupExists):
        groups.rename(other, "Wine evenings")
    with pytest.raises(groups.NameNeeded):
        groups.create("   ")


def test_a_deleted_group_leaves_its_contacts(anna: Contact) -> None:
    group = groups.create("Wine evenings")
    groups.add(group, [anna.pk])

    groups.delete(group)

    assert ContactGroup.objects.count() == GroupMember.objects.count() == 0
    assert Contact.objects.get() == anna
    assert AuditEntry.objects.latest("id").before == {"name": "Wine evenings", "count": 1}


def test_the_filter_finds_who_is_in_every_group_given(anna: Contact, bruno: Contact) -> None:
    wine, local = groups.create("Wine"), groups.create("Local")
    groups.add(wine, [anna.pk, bruno.pk])
    groups.add(local, [bruno.pk])

    def found(*given: ContactGroup) -> set[str]:
        form = filters.filtered(listing.active(), {"group": [str(one.pk) for one in given]})
        assert form.is_valid(), form.errors
        return set(form.qs.values_list("first_name", flat=True))

    assert found(wine) == {"Anna", "Bruno"}
    assert found(wine, local) == {"Bruno"}


def test_the_groups_of_a_page_cost_one_statement(anna: Contact, bruno: Contact) -> None:
    wine, local = groups.create("Wine"), groups.create("Local")
    groups.add(wine, [anna.pk, bruno.pk])
    groups.add(local, [bruno.pk])

    with CaptureQueriesContext(connection) as captured:
        found = details.of([anna.pk, bruno.pk])
    assert [found[one.pk].groups for one in (anna, bruno)] == [[wine.pk], [wine.pk, local.pk]]
    assert len(captured) == 1
    assert [one.name for one in groups.places(bruno) if one.is_taken] == ["Local", "Wine"]
