"""The tenant's list of discounts, and the one a contact has for good (R-ORDER-3; source U)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from crm import identity
from crm.editing import NotInList
from crm.models import Contact
from orders.models import AppliedDiscount, Discount, DiscountKind, FixedDiscount
from staff import places
from tenants import uniqueness
from tenants.refusal import Refusal

EDITABLE = ("name", "kind", "percent", "amount_minor", "currency", "is_active")
NO_VALUE = {"percent": None, "amount_minor": None, "currency": ""}
FULL_PERCENT = 100


class DiscountNameInUse(Refusal):
    code = "name_in_use"
    status = 409
    default_message = _("Another discount has this name.")


class PercentNeeded(Refusal):
    code = "percent_needed"
    status = 400
    default_message = _("Give a percent from 1 to 100, and no amount.")


class AmountNeeded(Refusal):
    code = "amount_needed"
    status = 400
    default_message = _("Give an amount of 1 or more with its currency, and no percent.")


class UnknownDiscount(Refusal):
    code = "unknown_discount"
    status = 400
    default_message = _("There is no such discount, or it is not active.")


def create(values: Mapping[str, Any]) -> Discount:
    """Add a discount. Raises DiscountNameInUse, PercentNeeded, AmountNeeded, places.UnknownCurrency."""
    discount = Discount(**values)
    _check(discount)
    with uniqueness.refuse("one_discount_per_name", DiscountNameInUse(field="name")):
        discount.save(force_insert=True)
    recording.record(Action.DISCOUNT_CREATED, discount, after=_state(discount))
    return discount


def update(discount: Discount, changes: Mapping[str, Any]) -> Discount:
    """Change a discount; orders it was applied to stay as they are. Raises what `create` raises.

    Of another kind it loses what belonged to the former one.
    """
    discount = Discount.objects.select_for_update(no_key=True).get(pk=discount.pk)
    before = _state(discount)
    if changes.get("kind", discount.kind) != discount.kind:
        changes = {**NO_VALUE, **changes}
    for name, value in changes.items():
        setattr(discount, name, value)
    _check(discount)
    old, new = recording.changed(before, _state(discount))
    if new:
        with uniqueness.refuse("one_discount_per_name", DiscountNameInUse(field="name")):
            discount.save(update_fields=EDITABLE)
        recording.record(Action.DISCOUNT_UPDATED, discount, before=old, after=new)
    return discount


def delete(discount: Discount) -> None:
    """Take a discount off the list and from every contact; orders keep what it took off them.

    Locks it first: whoever gives it to a contact or an order at this moment is waited for, or finds it gone.
    """
    discount = Discount.objects.select_for_update().get(pk=discount.pk)
    recording.record(Action.DISCOUNT_DELETED, discount, before=_state(discount))
    AppliedDiscount.objects.filter(discount=discount).update(discount=None)
    FixedDiscount.objects.filter(discount=discount).delete()
    discount.delete()


def fix(contact: Contact, discount: Discount | None) -> None:
    """Give a contact this discount on all its orders, in place of the one it has, or none. The same changes nothing.

    Raises NotInList for a contact in the bin, UnknownDiscount for one that is not active.
    """
    if not identity.lock(contact).is_active:
        raise NotInList
    if discount is not None:
        discount = kept(discount.pk)
        if discount is None:
            raise UnknownDiscount(field="discount")
    held = FixedDiscount.objects.select_related("discount").filter(contact=contact).first()
    former = None if held is None else held.discount
    if former == discount:
        return
    if held is not None:
        held.delete()
    if discount is not None:
        FixedDiscount(contact=contact, discount=discount).save(force_insert=True)
    recording.record(Action.FIXED_DISCOUNT_SET, contact, before=_named(former), after=_named(discount))


def kept(discount_id: UUID) -> Discount | None:
    """The discount as it is now, locked so that nobody deletes it before the transaction ends; None when not in use.

    The contact, and the order it is for, are locked before it.
    """
    active = Discount.objects.select_for_update(no_key=True).filter(is_active=True)
    found: Discount | None = active.filter(pk=discount_id).first()
    return found


def reduction(discount: Discount, *, items_minor: int, currency: str) -> int:
    """What a discount takes off items of so many minor units: never more than they cost, half a unit rounded up."""
    if not discount.is_active:
        return 0
    if discount.kind == DiscountKind.PERCENT:
        return (items_minor * (discount.percent or 0) + FULL_PERCENT // 2) // FULL_PERCENT
    return min(discount.amount_minor or 0, items_minor) if discount.currency == currency else 0


def _check(discount: Discount) -> None:
    if discount.kind == DiscountKind.PERCENT:
        if not 1 <= (discount.percent or 0) <= FULL_PERCENT or discount.amount_minor is not None or discount.currency:
            raise PercentNeeded(field="percent")
        return
    if (discount.amount_minor or 0) < 1 or discount.percent is not None:
        raise AmountNeeded(field="amount_minor")
    places.check({"currency": discount.currency})


def _state(discount: Discount) -> dict[str, Any]:
    return {name: getattr(discount, name) for name in EDITABLE}


def _named(discount: Discount | None) -> dict[str, Any]:
    return {"discount": None if discount is None else str(discount.pk)}


def names_of(contact_ids: Collection[UUID]) -> dict[UUID, str]:
    """The active fixed discounts of these contacts, for those that have one."""
    held = FixedDiscount.objects.filter(contact__in=contact_ids, discount__is_active=True)
    return dict(held.values_list("contact", "discount__name"))
