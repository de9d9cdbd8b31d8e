"""The forms of an order taken by staff, its items, and of a refund."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.channel import Channel
from dashboard.booking_forms import GUEST_FIELDS, GuestFields
from dashboard.long_text import LongTextField
from dashboard.minor_units import MinorUnitsField
from orders.models import Order, OrderKind
from orders.totals import Item

CHANNELS = (Channel.ORDER_PHONE, Channel.STAFF)
MOST_ITEMS, MOST_OF_ONE = 100, 999
BLANK_ROWS = 2


class OrderForm(GuestFields):
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of order"),
        choices=lambda: [(one.value, capfirst(str(one.label))) for one in OrderKind],
        initial=OrderKind.TAKEAWAY,
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("How it came"),
        choices=lambda: [(one.value, capfirst(str(one.label))) for one in CHANNELS],
        initial=Channel.ORDER_PHONE,
    )
    notes = LongTextField(
        label=gettext_lazy("Notes"),
        max_length=1000,
        required=False,
        rows=2,
        help_text=gettext_lazy("When it is fetched, where it goes, what to leave out."),
    )
    is_confirmed = forms.BooleanField(required=False, label=gettext_lazy("Take the order all the same"))

    language = None  # type: ignore[assignment]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if not values.get("contact") and not any(values.get(name) for name in GUEST_FIELDS[:4]):
            self.add_error("last_name", _("Say whose order it is: a name is enough."))
        return values


class ItemForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Item"), max_length=200)
    quantity = forms.IntegerField(label=gettext_lazy("Quantity"), min_value=1, max_value=MOST_OF_ONE, initial=1)
    price = MinorUnitsField(label=gettext_lazy("Price of one"))

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        price = self.fields["price"]
        assert isinstance(price, MinorUnitsField)  # noqa: S101 - declared above
        price.currency = currency


class ItemRows(forms.BaseFormSet):  # type: ignore[type-arg]
    """The rows of an order; those left blank are none."""

    def clean(self) -> None:
        if not any(self.errors) and not self.items():
            raise ValidationError(_("Say what was ordered: at least one item."))

    def items(self) -> tuple[Item, ...]:
        """The rows that are whole, as the rules take them."""
        rows = [form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data.get("name")]
        return tuple(Item(row["name"], row["quantity"], row["price"]) for row in rows)


ItemFormSet = forms.formset_factory(
    ItemForm, formset=ItemRows, extra=BLANK_ROWS, max_num=MOST_ITEMS, validate_max=True, absolute_max=MOST_ITEMS
)


class RefundForm(forms.Form):
    amount_minor = MinorUnitsField(label=gettext_lazy("Amount"), at_least=1)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount = self.fields["amount_minor"]
        assert isinstance(amount, MinorUnitsField)  # noqa: S101 - declared above
        amount.currency = order.currency
