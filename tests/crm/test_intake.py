"""What an intake may change (R-WRITE-1, R-WRITE-2), suspect keys (R-ID-7), contacts staff chose (R-ID-8), imports' modes."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from crm import editing, tags
from crm.channel import Channel
from crm.guest_data import CrmSync, EmailInUse, Mode, PhoneInUse, UnknownContact
from crm.models import Contact, ContactTag, FieldChange
from tests.crm.guests import ANNA, BRUNO, take
from tests.personas import Place

HOUR = datetime.timedelta(hours=1)


def test_empty_never_erases(inside: Place) -> None:
    take(inside, **ANNA, city="Roma")

    assert take(inside, email="anna@example.net").crm_sync is CrmSync.UNCHANGED
    assert Contact.objects.values_list("first_name", "phone", "city").get() == ("Anna", "+393331042217", "Roma")


def test_tags_nickname_notes_and_first_channel_are_never_touched(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact
    tags.add(anna, "vip")
    editing.edit(anna, {"nickname": "la notaia", "notes": "Quiet room"})

    take(inside, channel=Channel.PHONE, **(ANNA | {"last_name": "Bianchi"}))

    contact = Contact.objects.get()
    assert (contact.last_name, contact.nickname, contact.notes) == ("Bianchi", "la notaia", "Quiet room")
    assert (contact.first_channel, contact.last_channel) == ("web", "phone")
    assert ContactTag.objects.count() == 1


def test_an_event_older_than_the_fields_last_change_does_not_overwrite_it(inside: Place) -> None:
    now = timezone.now()
    take(inside, at=now - 3 * HOUR, **ANNA)
    take(inside, at=now - HOUR, email="anna@example.net", last_name="Bianchi")

    late = take(inside, at=now - 2 * HOUR, email="anna@example.net", last_name="Verdi", city="Roma")

    assert late.crm_sync is CrmSync.UPDATED
    assert Contact.objects.values_list("last_name", "city").get() == ("Bianchi", "Roma")


def test_an_older_event_does_not_overwrite_what_the_first_one_brought(inside: Place) -> None:
    now = timezone.now()
    take(inside, at=now - HOUR, **ANNA)

    take(inside, at=now - 2 * HOUR, email="anna@example.net", last_name="Verdi")

    assert Contact.objects.get().last_name == "Rossi"


def test_an_older_event_moves_the_first_contact_date(inside: Place) -> None:
    take(inside, **ANNA)

    take(inside, at=datetime.datetime(2024, 5, 1, 22, 30, tzinfo=datetime.UTC), email="anna@example.net")

    assert Contact.objects.get().first_contact_on == datetime.date(2024, 5, 2)


def test_each_change_is_in_the_history_with_its_source_and_creation_is_not(inside: Place) -> None:
    take(inside, **ANNA)
    take(inside, channel=Channel.PHONE, email="anna@example.net", last_name="Bianchi", city="Roma")

    rows = FieldChange.objects.values_list("field", "old", "new", "channel").order_by("field")
    assert list(rows) == [("city", "", "Roma", "phone"), ("last_name", "Rossi", "Bianchi", "phone")]


def test_a_made_up_phone_is_one_contact_and_flagged(inside: Place) -> None:
    first = take(inside, last_name="Rossi", phone="012345678")
    second = take(inside, last_name="Verdi", phone="012345678")

    assert [warning.code for warning in first.warnings] == ["suspect_key"]
    assert second.contact == first.contact
    assert Contact.objects.get().has_suspect_key


def test_three_surnames_on_one_key_within_90_days_are_suspect(inside: Place) -> None:
    for surname in ("Rossi", "Verdi"):
        take(inside, last_name=surname, email="anna@example.net")
    assert not Contact.objects.get().has_suspect_key

    take(inside, last_name="Neri", email="anna@example.net")

    assert Contact.objects.get().has_suspect_key


def test_the_contact_that_staff_chose_wins_over_the_keys(inside: Place) -> None:
    take(inside, **ANNA)
    bruno = take(inside, **BRUNO).known_contact

    chosen = take(inside, options={"chosen": bruno.pk}, first_name="Bruno", last_name="Verdini")

    assert chosen.contact == bruno
    assert Contact.objects.get(pk=bruno.pk).last_name == "Verdini"


@pytest.mark.parametrize(
    ("guest", "error"),
    [
        ({"email": "anna@example.net"}, EmailInUse),
        ({"email": "", "phone": "+393409998887"}, PhoneInUse),
    ],
)
def test_a_chosen_contact_does_not_take_the_keys_of_another(
    inside: Place, guest: dict[str, Any], error: type[EmailInUse]
) -> None:
    take(inside, **ANNA)
    take(inside, last_name="Neri", phone="+393409998887")
    bruno = take(inside, **BRUNO).known_contact

    with pytest.raises(error):
        take(inside, options={"chosen": bruno.pk}, **guest)


def test_a_chosen_contact_in_the_bin_or_of_a_stranger_is_unknown(inside: Place) -> None:
    with pytest.raises(UnknownContact):
        take(inside, options={"chosen": inside.id}, **ANNA)


@pytest.mark.parametrize(
    ("mode", "known", "unknown"),
    [
        (Mode.CREATE, CrmSync.SKIPPED_MODE, CrmSync.CREATED),
        (Mode.UPDATE, CrmSync.UPDATED, CrmSync.SKIPPED_MODE),
        (Mode.UPSERT, CrmSync.UPDATED, CrmSync.CREATED),
    ],
)
def test_an_import_does_what_its_mode_says(inside: Place, mode: Mode, known: CrmSync, unknown: CrmSync) -> None:
    take(inside, **ANNA)

    options = {"mode": mode}
    assert take(inside, options=options, channel=Channel.IMPORT, **(ANNA | {"city": "Roma"})).crm_sync is known
    assert take(inside, options=options, channel=Channel.IMPORT, **BRUNO).crm_sync is unknown


def test_an_unchanged_import_rewrites_nothing(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact

    again = take(inside, channel=Channel.IMPORT, **ANNA)

    assert again.crm_sync is CrmSync.UNCHANGED
    assert Contact.objects.get().updated_at == anna.updated_at


def test_a_new_phone_does_not_keep_the_extension_of_the_old_one(inside: Place) -> None:
    take(inside, email="anna@example.net", phone="+39 06 4567890 int. 12")
    assert Contact.objects.get().phone_extension == "12"

    take(inside, email="anna@example.net", phone="+393331042217")

    assert Contact.objects.values_list("phone", "phone_extension").get() == ("+393331042217", "")


def test_the_same_phone_without_its_extension_keeps_it(inside: Place) -> None:
    take(inside, email="anna@example.net", phone="+39 06 4567890 int. 12")

    assert take(inside, email="anna@example.net", phone="+39064567890").crm_sync is CrmSync.UNCHANGED
    assert Contact.objects.get().phone_extension == "12"


def test_the_last_channel_is_that_of_the_latest_event(inside: Place) -> None:
    now = timezone.now()
    take(inside, at=now, channel=Channel.PHONE, **ANNA)

    take(inside, at=now - HOUR, channel=Channel.WIFI, **ANNA)

    assert Contact.objects.values_list("first_channel", "last_channel").get() == ("phone", "phone")


def test_a_phone_alone_registers_nobody(inside: Place) -> None:
    take(inside, **ANNA)

    take(inside, last_name="Rossi", phone="+393331042217", registered_at=timezone.now())

    assert Contact.objects.values_list("kind", "registered_at").get() == ("unregistered", None)


def test_what_nobody_sees_is_empty_and_never_erases(inside: Place) -> None:
    take(inside, **ANNA, city="Roma")

    take(inside, email="anna@example.net", first_name="\u200b", last_name=" \u00a0 ", city="Reggio  Emilia\x00")

    assert Contact.objects.values_list("first_name", "last_name", "city").get() == ("Anna", "Rossi", "Reggio Emilia")


def test_a_name_that_its_normal_form_lengthens_is_stored(inside: Place) -> None:
    take(inside, email="anna@example.net", first_name="\u0958" * 100, last_name="\ufdfa" * 100)

    assert len(Contact.objects.get().first_name) == 100
