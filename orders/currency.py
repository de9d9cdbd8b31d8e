"""The currency of an order or a receipt is its venue's: amounts are never added across currencies (R-CRM-2). Source: ours."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from staff import places
from tenants.models import Venue
from tenants.refusal import Refusal


class OtherCurrency(Refusal):
    code = "other_currency"
    status = 400
    default_message = _("This is not the currency of the venue.")


def check(currency: str, venue: Venue) -> None:
    """Raise places.UnknownCurrency, or OtherCurrency for one that is not the venue's."""
    places.check({"currency": currency})
    if currency != venue.currency:
        message = _("This venue's amounts are in %(currency)s.") % {"currency": venue.currency}
        raise OtherCurrency(message, field="currency")
