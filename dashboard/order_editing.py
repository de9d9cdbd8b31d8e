"""Correcting an order: its notes, what was ordered while it is open, the guest data on it (R-ORDER-1, R-WRITE-3, R-WRITE-4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from crm.guest_data import CrmSync
from dashboard import contacts, intake_warnings, orders, pages
from dashboard.booking_forms import GUEST_FIELDS
from dashboard.order_forms import ItemRows, OrderEditForm, item_rows
from orders import editing, lines, requoting
from orders.editing import Edited
from orders.models import Order
from orders.totals import Amounts
from tenants.permissions import Permission

BOTH = ("GET", "HEAD", "POST")


@pages.page(Permission.ORDERS_WRITE, methods=BOTH)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    order = orders.find(pk)
    form, rows = _forms(request, order)
    if request.method == "POST" and form.is_valid() and (rows is None or rows.is_valid()):
        with pages.attempt(form):
            edited = editing.edit(order, _changes(form, rows, order), **_guest_changes(form, order))
            _tell(request, edited)
            return pages.to(request, "order", pk)
    return _show(request, order, form, rows)


@pages.act(Permission.ORDERS_WRITE)
def total(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the rows make so far; the form asks after every change."""
    order = orders.find(pk)
    form, rows = _forms(request, order)
    form.full_clean()
    amounts = lines.amounts(order) if rows is None else requoting.amounts(order, rows.items(), form.taxes())
    return render(request, "dashboard/orders/edit_total.html", _sum(order, amounts))


def _forms(request: HttpRequest, order: Order) -> tuple[OrderEditForm, ItemRows | None]:
    """Without rows when what was ordered cannot be changed any more."""
    form = OrderEditForm(request.POST or None, order=order)
    if not editing.may_change_items(order):
        return form, None
    return form, item_rows(request.POST or None, currency=order.currency, items=lines.amounts(order).items)


def _changes(form: OrderEditForm, rows: ItemRows | None, order: Order) -> dict[str, Any]:
    """What staff changed: what was ordered goes as a whole, with the money that follows from it."""
    changes: dict[str, Any] = {"notes": form.cleaned_data["notes"]}
    former = lines.amounts(order)
    if rows is None or (rows.items(), form.taxes()) == (former.items, former.taxes):
        return changes
    amounts = requoting.amounts(order, rows.items(), form.taxes())
    return changes | {name: getattr(amounts, name) for name in ("items", "taxes", "discount_minor", "total_minor")}


def _guest_changes(form: OrderEditForm, order: Order) -> dict[str, Any]:
    touched = {name: form.cleaned_data[name] for name in GUEST_FIELDS[:4] if name in form.changed_data}
    return {"guest": form.guest(), "snapshot": touched} if touched and not order.is_final else {}


def _tell(request: HttpRequest, edited: Edited) -> None:
    messages.success(request, _("Saved."))
    if edited.crm_sync == CrmSync.SKIPPED_CONTACT_DELETED:
        messages.warning(request, _("The contact of this order is in the bin. Link the order to another one below."))
    intake_warnings.tell(request, edited.warnings)


def _show(request: HttpRequest, order: Order, form: OrderEditForm, rows: ItemRows | None) -> HttpResponse:
    has_changed = form.is_bound and "version" in form.errors
    for error in form.errors.pop("version", ()):
        form.add_error(None, error)
    content = {
        "section": "orders",
        "order": order,
        "form": form,
        "items": rows,
        "has_changed": has_changed,
        "conflict": contacts.conflict_of(form),
        **_sum(order, lines.amounts(order) if rows is None or not form.is_bound else _typed(order, form, rows)),
    }
    is_bad = form.is_bound and bool(form.errors or (rows is not None and not rows.is_valid()))
    return render(request, "dashboard/orders/edit.html", content, status=400 if is_bad else 200)


def _typed(order: Order, form: OrderEditForm, rows: ItemRows) -> Amounts:
    return requoting.amounts(order, rows.items(), form.taxes())


def _sum(order: Order, amounts: Amounts) -> dict[str, Any]:
    fixed = requoting.fixed_discount_of(order)
    return {"order": order, "amounts": amounts, "discount_name": "" if fixed is None else fixed.name}
