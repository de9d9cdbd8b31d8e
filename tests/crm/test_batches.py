"""A batch is taken in as its guests would be one by one (R-ID-2, R-WRITE-1, R-WRITE-2, R-ID-7)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from crm import intake
from crm.channel import Channel
from crm.guest_data import CrmSync, Guest, Intake, Reception
from crm.models import Contact, ContactIdentifier, DuplicatePair, FieldChange
from tests.crm.guests import ANNA, take
from tests.personas import Place

HOUR = datetime.timedelta(hours=1)
FIRST, SECOND = "+393331042217", "+393401112223"


def take_many(place: Place, *guests: dict[str, Any], ages: tuple[int, ...] = ()) -> list[Reception]:
    """Take in guests together; `ages` are the hours since each one's event."""
    now = timezone.now()
    moments = [now - age * HOUR for age in ages] or [now] * len(guests)
    return intake.receive_many(
        [Intake(Guest(**guest), Channel.WEB, place.venue, at) for guest, at in zip(guests, moments, strict=True)]
    )


def test_a_phone_that_its_contact_has_just_left_is_nobodys(inside: Place) -> None:
    take(inside, **ANNA)

    moved, newcomer = take_many(inside, {"email": "anna@example.net", "phone": SECOND}, {"phone": FIRST})

    assert (moved.crm_sync, newcomer.crm_sync) == (CrmSync.UPDATED, CrmSync.CREATED)
    assert sorted(Contact.objects.values_list("email", "phone")) == [("", FIRST), ("anna@example.net", SECOND)]


def test_a_phone_left_by_a_chosen_contact_can_be_the_key_of_the_next_guest(inside: Place) -> None:
    bruno = take(inside, last_name="Verdi", phone=FIRST).known_contact
    now = timezone.now()

    intake.receive_many(
        [
            Intake(Guest(phone=SECOND), Channel.STAFF, inside.venue, now, chosen=bruno.pk),
            Intake(Guest(last_name="Neri", phone=FIRST), Channel.STAFF, inside.venue, now),
        ]
    )

    keys = ContactIdentifier.objects.filter(is_key=True).values_list("contact__last_name", "value")
    assert sorted(keys) == [("Neri", FIRST), ("Verdi", SECOND)]


def test_the_chain_of_phone_email_and_phone_is_one_contact(inside: Place) -> None:
    receptions = take_many(
        inside, {"phone": FIRST}, {"phone": FIRST, "email": "anna@example.net"}, {"phone": FIRST, "last_name": "Neri"}
    )

    assert len({one.known_contact.pk for one in receptions}) == 1
    assert [warning.code for warning in receptions[2].warnings] == ["name_changed"]
    assert Contact.objects.values_list("email", "last_name").get() == ("anna@example.net", "")


def test_the_second_email_on_one_phone_is_a_second_contact_and_a_pair(inside: Place) -> None:
    first, second = take_many(
        inside, {"phone": FIRST, "email": "anna@example.net"}, {"phone": FIRST, "email": "bruno@example.net"}
    )

    pair = DuplicatePair.objects.get()
    assert {pair.first_id, pair.second_id} == {first.known_contact.pk, second.known_contact.pk}


def test_an_older_event_later_in_the_batch_does_not_overwrite(inside: Place) -> None:
    take(inside, at=timezone.now() - 9 * HOUR, **ANNA)

    take_many(
        inside,
        {"email": "anna@example.net", "last_name": "Newer"},
        {"email": "anna@example.net", "last_name": "Older", "city": "Roma"},
        ages=(1, 2),
    )

    assert Contact.objects.values_list("last_name", "city").get() == ("Newer", "Roma")


def test_an_older_event_does_not_overwrite_what_the_batch_has_just_created(inside: Place) -> None:
    take_many(inside, ANNA, ANNA | {"last_name": "Older", "city": "Roma"}, ages=(1, 2))

    assert Contact.objects.values_list("last_name", "city").get() == ("Rossi", "Roma")


def test_what_a_batch_created_and_changed_is_as_new_as_the_change(inside: Place) -> None:
    take_many(inside, ANNA, ANNA | {"last_name": "Newest"}, ages=(3, 1))

    take(inside, at=timezone.now() - 2 * HOUR, email="anna@example.net", last_name="Between")

    assert Contact.objects.get().last_name == "Newest"


def test_a_field_changed_twice_in_one_batch_keeps_both_changes_and_one_entry_in_the_trail(inside: Place) -> None:
    take(inside, **ANNA)

    take_many(inside, ANNA | {"last_name": "Bianchi"}, ANNA | {"last_name": "Neri"})

    changes = FieldChange.objects.order_by("created_at", "pk").values_list("old", "new")
    assert list(changes) == [("Rossi", "Bianchi"), ("Bianchi", "Neri")]
    entry = AuditEntry.objects.get(action="contact_updated")
    assert (entry.before, entry.after) == ({"last_name": "Rossi"}, {"last_name": "Neri"})


@pytest.mark.parametrize("key", [{"email": "family@example.net"}, {"phone": FIRST}])
def test_three_surnames_in_one_batch_make_the_key_suspect(inside: Place, key: dict[str, str]) -> None:
    receptions = take_many(inside, *({**key, "last_name": name} for name in ("Rossi", "Verdi", "Neri")))

    assert Contact.objects.get().has_suspect_key
    assert [[warning.code for warning in one.warnings] for one in receptions] == [[], [], ["suspect_key"]]


def test_the_third_surname_on_a_key_is_warned_of(inside: Place) -> None:
    answers = [take(inside, last_name=name, email="anna@example.net") for name in ("Rossi", "Verdi", "Neri")]

    assert [[warning.code for warning in one.warnings] for one in answers] == [[], [], ["suspect_key"]]


def test_who_left_the_shared_phone_within_the_batch_is_in_no_pair(inside: Place) -> None:
    take(inside, email="bruno@example.net", phone=FIRST)

    take_many(inside, {"email": "carla@example.net", "phone": FIRST}, {"email": "carla@example.net", "phone": SECOND})

    assert not DuplicatePair.objects.exists()
