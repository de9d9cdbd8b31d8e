"""Settings: the discounts that a contact can have for good (R-ORDER-3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard import context, discount_marks, pages
from dashboard.minor_units import MinorUnitsField
from orders import discounts
from orders.models import Discount, DiscountKind, FixedDiscount
from tenants.permissions import Permission

BOTH = ("GET", "HEAD", "POST")


class DiscountForm(forms.Form):
    """A discount takes off a percent or an amount: the other field stays out."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    kind = forms.ChoiceField(
        label=gettext_lazy("What it takes off"),
        choices=[
            (DiscountKind.PERCENT, gettext_lazy("a percentage")),
            (DiscountKind.AMOUNT, gettext_lazy("an amount")),
        ],
    )
    percent = forms.IntegerField(label=gettext_lazy("Percent"), min_value=1, max_value=100, required=False)
    amount_minor = MinorUnitsField(label=gettext_lazy("Amount"), at_least=1, required=False)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount = self.fields["amount_minor"]
        assert isinstance(amount, MinorUnitsField)  # noqa: S101 - declared above
        amount.currency = currency
        self.currency = currency

    def values(self) -> dict[str, Any]:
        """As orders.discounts takes them: the field that the kind has no use for is empty."""
        values = dict(self.cleaned_data)
        if values["kind"] == DiscountKind.PERCENT:
            return {**values, "amount_minor": None, "currency": ""}
        return {**values, "percent": None, "currency": self.currency}


@pages.page(Permission.DISCOUNTS_MANAGE, methods=BOTH)
def listing(request: HttpRequest) -> HttpResponse:
    form = DiscountForm(request.POST or None, currency=context.of(request).venue.currency)
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            discount = discounts.create(form.values())
            messages.success(request, _("“%(label)s” can be given now.") % {"label": discount.name})
            return pages.to(request, "discounts")
    content = {"section": "settings", "page": "discounts", "form": form, "rows": _rows()}
    return render(request, "dashboard/settings/discounts.html", content, status=400 if form.errors else 200)


@pages.page(Permission.DISCOUNTS_MANAGE, methods=BOTH)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    discount = Discount.objects.get(pk=pk)
    names = ("name", "kind", "percent", "amount_minor")
    currency = discount.currency or context.of(request).venue.currency
    initial = {name: getattr(discount, name) for name in names}
    form = DiscountForm(request.POST or None, initial=initial, currency=currency)
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            discounts.update(discount, form.values())
            messages.success(request, _("Saved."))
            return pages.to(request, "discounts")
    content = {"section": "settings", "page": "discounts", "form": form, "discount": discount}
    return render(request, "dashboard/settings/discount_form.html", content, status=400 if form.errors else 200)


@pages.act(Permission.DISCOUNTS_MANAGE)
def use(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a discount out of use, or back into it: contacts keep it meanwhile."""
    discounts.update(Discount.objects.get(pk=pk), {"is_active": request.POST.get("active") == "yes"})
    messages.success(request, _("Saved."))
    return pages.to(request, "discounts")


@pages.act(Permission.DISCOUNTS_MANAGE)
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    discount = Discount.objects.get(pk=pk)
    label = discount.name
    discounts.delete(discount)
    messages.success(request, _("The discount “%(label)s” is gone from every contact.") % {"label": label})
    return pages.to(request, "discounts")


def _rows() -> list[dict[str, Any]]:
    """Those in use first, each with the number of contacts that have it."""
    held = dict(FixedDiscount.objects.values_list("discount").annotate(Count("id")))
    return [
        {
            "id": one.pk,
            "name": one.name,
            "takes_off": discount_marks.takes_off(one),
            "is_active": one.is_active,
            "contacts": held.get(one.pk, 0),
        }
        for one in Discount.objects.order_by("-is_active", "name")
    ]
