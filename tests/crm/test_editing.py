"""Contacts by hand (R-WRITE-5, R-ID-5) and taking a change back (R-WRITE-2)."""

from __future__ import annotations

import pytest

from crm import editing, history
from crm.guest_data import CrmSync, EmailInUse, Guest, PhoneInUse
from crm.models import Contact, ContactIdentifier, DuplicatePair, FieldChange
from tests.crm.guests import ANNA, BRUNO, take
from tests.personas import Place


def test_the_email_can_be_changed_and_finds_the_contact_from_then_on(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact

    editing.edit(anna, {"email": "Anna.Rossi@Example.org"})

    assert Contact.objects.get().email == "anna.rossi@example.org"
    assert take(inside, email="anna.rossi@example.org").contact == anna
    assert take(inside, last_name="Other", email="anna@example.net").crm_sync is CrmSync.CREATED


def test_the_email_of_another_contact_is_refused_with_its_id_and_nothing_changes(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact
    bruno = take(inside, **BRUNO).known_contact

    with pytest.raises(EmailInUse) as refused:
        editing.edit(bruno, {"email": "anna@example.net", "first_name": "Changed"})

    assert refused.value.extra == {"contact": str(anna.pk)}
    assert Contact.objects.get(pk=bruno.pk).first_name == "Bruno"


def test_the_phone_of_another_contact_without_email_is_refused_to_one_without_email(inside: Place) -> None:
    bruno = take(inside, **BRUNO).known_contact
    carla = take(inside, last_name="Neri", phone="+393409998887").known_contact

    with pytest.raises(PhoneInUse) as refused:
        editing.edit(carla, {"phone": "340 111 2223"})

    assert refused.value.extra == {"contact": str(bruno.pk)}


def test_families_share_a_phone_and_are_flagged(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact
    dario = take(inside, first_name="Dario", email="dario@example.net").known_contact

    editing.edit(dario, {"phone": "333 104 2217"})

    pair = DuplicatePair.objects.get()
    assert {pair.first_id, pair.second_id} == {anna.pk, dario.pk}
    assert pair.reasons == ["phone"]


@pytest.mark.parametrize("values", [{"phone": ""}, {"phone": "", "email": ""}])
def test_the_last_identifier_cannot_be_cleared(inside: Place, values: dict[str, str]) -> None:
    bruno = take(inside, **BRUNO).known_contact

    with pytest.raises(editing.LastIdentifier):
        editing.edit(bruno, values)

    assert Contact.objects.get().phone == "+393401112223"


def test_clearing_the_email_makes_the_phone_the_key(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact

    editing.edit(anna, {"email": ""})

    assert list(ContactIdentifier.objects.values_list("kind", "value", "is_key")) == [("phone", "+393331042217", True)]


@pytest.mark.parametrize(
    ("values", "error", "field"),
    [
        ({"email": "anna@gimail.con"}, editing.InvalidEmail, "email"),
        ({"phone": "3.93331234567E11"}, editing.InvalidPhone, "phone"),
    ],
)
def test_a_bad_key_is_a_field_error_here(
    inside: Place, values: dict[str, str], error: type[editing.InvalidEmail], field: str
) -> None:
    anna = take(inside, **ANNA).known_contact

    with pytest.raises(error) as refused:
        editing.edit(anna, values)

    assert refused.value.field == field


def test_adding_by_hand_needs_a_key(inside: Place) -> None:
    with pytest.raises(editing.IdentifierNeeded):
        editing.add(Guest(first_name="Anna"))


def test_adding_by_hand_a_known_key_updates_and_says_so(inside: Place) -> None:
    take(inside, **ANNA)

    added = editing.add(Guest(first_name="Annamaria", email="anna@example.net"), {"notes": "Quiet room"})

    assert added.crm_sync is CrmSync.UPDATED
    assert Contact.objects.values_list("first_name", "notes").get() == ("Annamaria", "Quiet room")


def test_a_change_is_taken_back_with_one_click_and_that_is_a_change_too(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact
    take(inside, first_name="Wrong", email="anna@example.net")
    change = FieldChange.objects.get()

    history.revert(change)

    assert Contact.objects.get().first_name == "Anna"
    newest, first = history.of(anna)
    assert (newest.old, newest.new, newest.reverts_id) == ("Wrong", "Anna", first.pk)


def test_an_edit_raises_the_version_and_the_same_values_do_not(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact

    assert editing.edit(anna, {"city": "Roma"}).contact.version == 2
    assert editing.edit(anna, {"city": "Roma"}).contact.version == 2
    assert FieldChange.objects.count() == 1


def test_adding_by_hand_writes_own_words_only_where_there_are_none(inside: Place) -> None:
    """It is an intake: nickname and notes of a known contact are never overwritten (R-WRITE-1)."""
    anna = take(inside, **ANNA).known_contact
    editing.edit(anna, {"notes": "Quiet room"})

    editing.add(Guest(email="anna@example.net"), {"nickname": "la notaia", "notes": "Something else"})

    assert Contact.objects.values_list("nickname", "notes").get() == ("la notaia", "Quiet room")


def test_words_typed_for_another_of_the_family_are_not_put_on_the_contact_of_the_phone(inside: Place) -> None:
    take(inside, **ANNA)

    added = editing.add(Guest(first_name="Luca", phone="333 104 2217"), {"notes": "Allergic to nuts"})

    assert [warning.code for warning in added.warnings] == ["name_changed"]
    assert Contact.objects.get().notes == ""


def test_a_corrected_key_is_no_longer_suspect(inside: Place) -> None:
    anna = take(inside, last_name="Rossi", email="anna@example.net", phone="012345678").known_contact
    assert anna.has_suspect_key

    editing.edit(anna, {"phone": "333 104 2217"})

    assert not Contact.objects.get().has_suspect_key


def test_a_key_of_many_surnames_stays_suspect_until_it_is_corrected(inside: Place) -> None:
    for surname in ("Rossi", "Verdi", "Neri"):
        take(inside, last_name=surname, email="anna@example.net")
    anna = Contact.objects.get()

    editing.edit(anna, {"city": "Roma"})
    assert Contact.objects.get().has_suspect_key

    editing.edit(anna, {"email": "anna.neri@example.net"})
    assert not Contact.objects.get().has_suspect_key
