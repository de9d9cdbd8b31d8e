"""Edits of orders, and what of them reaches the contact (R-WRITE-3, R-WRITE-4, R-WRITE-6, R-ORDER-1)."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import AuditEntry
from crm import bin as contact_bin
from crm import editing as contact_editing
from crm.guest_data import CrmSync, EmailInUse, EmailLocked, Guest, PhoneInUse, UnknownContact
from crm.models import Contact, ContactIdentifier
from orders import editing, fulfilment, linking, refunding
from orders.editing import OrderSettled
from orders.models import FINAL, OPEN, Order, OrderLine, OrderStatus
from orders.totals import Item, TotalMismatch
from tests.orders.tables import ANNA, BEER, BRUNO, PIZZA, take
from tests.personas import Place


def edit(order: Order, /, **guest: Any) -> editing.Edited:
    return editing.edit(order, {}, guest=Guest(**guest), snapshot=guest)


def in_status(place: Place, status: OrderStatus) -> Order:
    order = take(place).order
    if status == OrderStatus.REFUNDED:
        return refunding.refund(order, 2200)
    return fulfilment.set_status(order, status)


@pytest.mark.parametrize("status", sorted(FINAL))
def test_an_edit_of_a_final_order_never_reaches_the_contact(inside: Place, status: OrderStatus) -> None:
    edited = edit(in_status(inside, status), last_name="Bianchi", email="new@example.net")

    assert edited.crm_sync is CrmSync.SKIPPED_FINAL_STATUS
    assert edited.order.guest == {**ANNA, "last_name": "Bianchi", "email": "new@example.net"}
    assert Contact.objects.values_list("last_name", "email").get() == ("Rossi", "anna@example.net")


@pytest.mark.parametrize("status", sorted(OPEN))
def test_an_edit_of_an_open_order_does(inside: Place, status: OrderStatus) -> None:
    edited = edit(in_status(inside, status), last_name="Bianchi")

    assert edited.crm_sync is CrmSync.UPDATED
    assert Contact.objects.get().last_name == "Bianchi"


def test_it_is_the_status_before_the_edit_that_counts(inside: Place) -> None:
    order = in_status(inside, OrderStatus.FULFILLED)
    assert edit(order, last_name="Bianchi").crm_sync is CrmSync.SKIPPED_FINAL_STATUS

    fulfilment.set_status(order, OrderStatus.READY)

    assert edit(order, last_name="Bianchi").crm_sync is CrmSync.UPDATED


def test_a_changed_phone_changes_the_contacts_phone_and_its_key(inside: Place) -> None:
    edited = edit(take(inside, guest=BRUNO).order, phone="340 999 8887")

    assert edited.crm_sync is CrmSync.UPDATED
    assert Contact.objects.get().phone == "+393409998887"
    assert list(ContactIdentifier.objects.values_list("value", "is_key")) == [("+393409998887", True)]


def test_keys_of_others_are_refused(inside: Place) -> None:
    anna = take(inside).order
    neri = take(inside, guest={"last_name": "Neri", "phone": "+393409998887"}).order
    bruno = take(inside, guest=BRUNO).order

    with pytest.raises(EmailLocked):
        edit(anna, email="new@example.net")
    with pytest.raises(EmailInUse) as email_refused:
        edit(bruno, email="anna@example.net")
    with pytest.raises(PhoneInUse) as phone_refused:
        edit(bruno, phone="340 999 8887")

    assert email_refused.value.extra == {"contact": str(anna.contact_id)}
    assert phone_refused.value.extra == {"contact": str(neri.contact_id)}


def test_a_key_added_to_an_order_without_contact_is_an_intake_of_the_whole_guest(inside: Place) -> None:
    order = take(inside, guest={"first_name": "Anna", "last_name": "Rossi", "email": "anna@gimail.con"}).order

    edited = edit(order, phone="333 104 2217")

    assert edited.crm_sync is CrmSync.CREATED
    contact = Contact.objects.values_list("first_name", "last_name", "email", "phone").get()
    assert contact == ("Anna", "Rossi", "", "+393331042217")


def test_only_what_the_edit_changes_reaches_the_contact(inside: Place) -> None:
    order = take(inside).order
    contact_editing.edit(Contact.objects.get(), {"email": "new@example.net", "city": "Roma"})

    edited = edit(order, **(ANNA | {"last_name": "Bianchi"}))

    assert edited.crm_sync is CrmSync.UPDATED
    contact = Contact.objects.values_list("last_name", "email", "city").get()
    assert contact == ("Bianchi", "new@example.net", "Roma")


def test_an_edit_of_a_binned_contacts_order_says_so_and_a_link_helps(inside: Place) -> None:
    order = take(inside).order
    binned = Contact.objects.get()
    contact_bin.delete(binned)
    other = take(inside)
    assert other.crm_sync is CrmSync.CREATED

    assert edit(order, phone="340 999 8887").crm_sync is CrmSync.SKIPPED_CONTACT_DELETED
    with pytest.raises(UnknownContact):
        linking.link(other.order, binned.pk)

    linked = linking.link(order, other.order.contact_id)
    assert edit(linked, phone="340 999 8886").crm_sync is CrmSync.UPDATED


def test_what_was_ordered_is_replaced_as_a_whole(inside: Place) -> None:
    order = take(inside).order
    water = Item("Acqua", 1, 200)

    edited = editing.edit(order, {"items": (water, PIZZA), "total_minor": 1900})

    assert edited.crm_sync is CrmSync.UNCHANGED
    assert (edited.order.total_minor, edited.order.version) == (1900, 2)
    lines = OrderLine.objects.order_by("position").values_list("position", "item_key", "category_key")
    assert list(lines) == [(0, "acqua", ""), (1, "pizza margherita", "pizza")]
    entry = AuditEntry.objects.get(action="order_updated")
    assert (entry.before["total_minor"], entry.after["total_minor"]) == (2200, 1900)
    assert [item["name"] for item in entry.after["items"]] == ["Acqua", "Pizza Margherita"]


def test_what_was_ordered_must_add_up_again(inside: Place) -> None:
    order = take(inside).order

    with pytest.raises(TotalMismatch):
        editing.edit(order, {"discount_minor": 100})

    assert editing.edit(order, {"discount_minor": 100, "total_minor": 2100}).order.discount_minor == 100
    assert editing.edit(order, {"tip_minor": 300}).order.tip_minor == 300


@pytest.mark.parametrize("status", sorted(FINAL))
def test_the_money_of_a_final_order_changes_by_refunds_only(inside: Place, status: OrderStatus) -> None:
    order = in_status(inside, status)

    with pytest.raises(OrderSettled):
        editing.edit(order, {"items": (BEER,), "total_minor": 500})

    again = editing.edit(order, {"items": (PIZZA, BEER), "total_minor": 2200, "notes": "the same again"})
    assert (again.order.total_minor, again.order.notes) == (2200, "the same again")


def test_what_was_refunded_in_part_is_not_edited_either(inside: Place) -> None:
    order = refunding.refund(take(inside).order, 2000)

    with pytest.raises(OrderSettled):
        editing.edit(order, {"items": (BEER,), "total_minor": 500})


def test_an_edit_that_changes_nothing_leaves_no_trace(inside: Place) -> None:
    order = take(inside).order

    edited = editing.edit(order, {"notes": "", "items": (PIZZA, BEER)})

    assert edited.order.version == 1
    assert not AuditEntry.objects.filter(action="order_updated").exists()
