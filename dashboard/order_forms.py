"""The forms of an order taken by staff, its items, and of a refund."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.channel import Channel
from dashboard.booking_forms import GUEST_FIELDS, GuestFields
from dashboard.long_text import LongTextField
from dashboard.minor_units import MinorUnitsField
from orders.models import Order, OrderKind
from orders.totals import Item, Tax

CHANNELS = (Channel.ORDER_PHONE, Channel.STAFF)
# As many as an order may have that comes from elsewhere, so that each can be corrected.
MOST_ITEMS, MOST_OF_ONE = 500, 10_000
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


class OrderEditForm(GuestFields):
    """What can be corrected on an order. The contact is changed by linking, not here.

    The taxes are fields `tax_0`, `tax_1` ...: what was sent holds no more once the items have changed. `version` is that of
    the order as it stood on the page.
    """

    contact = None  # type: ignore[assignment]
    language = None  # type: ignore[assignment]
    version = forms.IntegerField(widget=forms.HiddenInput)
    notes = LongTextField(label=gettext_lazy("Notes"), max_length=1000, required=False, rows=2)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        known = {name: order.guest.get(name, "") for name in GUEST_FIELDS}
        initial = {"version": order.version, "notes": order.notes, **known}
        initial |= {f"tax_{place}": tax["amount_minor"] for place, tax in enumerate(order.taxes)}
        super().__init__(*args, initial=initial, **kwargs)
        self.order = order
        for place, tax in enumerate(order.taxes):
            self.fields[f"tax_{place}"] = MinorUnitsField(label=_tax_label(tax), currency=order.currency)

    def clean_version(self) -> int:
        version: int = self.cleaned_data["version"]
        if version != self.order.version:
            said = _("A colleague changed this order meanwhile. Open it again to see how it stands now.")
            raise ValidationError(said, code="changed_elsewhere")
        return version

    @property
    def tax_fields(self) -> list[forms.BoundField]:
        return [self[f"tax_{place}"] for place in range(len(self.order.taxes))]

    def taxes(self) -> tuple[Tax, ...]:
        """The taxes with the amounts that were typed; a faulty one has its own."""
        typed = getattr(self, "cleaned_data", {})
        return tuple(
            Tax(tax["name"], typed.get(f"tax_{place}", tax["amount_minor"]), tax["is_included"])
            for place, tax in enumerate(self.order.taxes)
        )


def _tax_label(tax: dict[str, Any]) -> str:
    return _("%(name)s, included") % {"name": tax["name"]} if tax["is_included"] else str(tax["name"])


class ItemForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Item"), max_length=200)
    quantity = forms.IntegerField(label=gettext_lazy("Quantity"), min_value=1, max_value=MOST_OF_ONE, initial=1)
    price = MinorUnitsField(label=gettext_lazy("Price of one"))
    category = forms.CharField(max_length=120, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        price = self.fields["price"]
        assert isinstance(price, MinorUnitsField)  # noqa: S101 - declared above
        price.currency = currency

    def has_changed(self) -> bool:
        """A row with neither item nor price is none, whatever else stands in it."""
        return any((self[name].data or "").strip() for name in ("name", "price"))


class ItemRows(forms.BaseFormSet):  # type: ignore[type-arg]
    """The rows of an order; those left blank are none."""

    def initial_form_count(self) -> int:
        """Rows that were sent are all alike: one that the order had may be left blank, too."""
        return 0 if self.is_bound else super().initial_form_count()

    def clean(self) -> None:
        if not any(self.errors) and not self.items():
            raise ValidationError(_("Say what was ordered: at least one item."))

    def items(self) -> tuple[Item, ...]:
        """The rows that are whole, as the rules take them."""
        rows = [form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data.get("name")]
        return tuple(Item(row["name"], row["quantity"], row["price"], row["category"]) for row in rows)


ItemFormSet = forms.formset_factory(
    ItemForm, formset=ItemRows, extra=BLANK_ROWS, max_num=MOST_ITEMS, validate_max=True, absolute_max=MOST_ITEMS
)


def item_rows(data: QueryDict | None, *, currency: str, items: Iterable[Item] = ()) -> ItemRows:
    """The rows of an order: those that were sent, else one for each item that it has."""
    initial = [
        {"name": one.name, "quantity": one.quantity, "price": one.unit_price_minor, "category": one.category}
        for one in items
    ]
    made: Any = ItemFormSet(data, prefix="items", initial=None if data else initial, form_kwargs={"currency": currency})
    rows: ItemRows = made
    rows.extra = 1 if initial else BLANK_ROWS
    return rows


class RefundForm(forms.Form):
    amount_minor = MinorUnitsField(label=gettext_lazy("Amount"), at_least=1)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount = self.fields["amount_minor"]
        assert isinstance(amount, MinorUnitsField)  # noqa: S101 - declared above
        amount.currency = order.currency
