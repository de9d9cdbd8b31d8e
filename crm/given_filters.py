"""Filters of the guest list given by name, as segments save them and exports ask for: what is wrong with them (R-CRM-5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm import allergies, filters, listing, saved_filters, strict_filters
from crm.models import Segment
from crm.strict_filters import Fault
from tenants.refusal import Refusal


class FaultyFilters(Refusal):
    """`faults` are all that is wrong; the message is that of the first."""

    code = "invalid"
    status = 400

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults[0].message, field=f"filters.{faults[0].name}")
        self.faults = faults


def faults_of(given: Mapping[str, Any], *, besides: Collection[str] = ()) -> list[Fault]:
    """What is wrong with these filters: for each a text, number, true or false, or a list. `besides` are judged elsewhere."""
    if saved_filters.names_allergy(given) and not allergies.may_be_read():
        return [Fault("tag", "permission_denied", str(_("Only who may read allergies can ask for them.")))]
    known = set(filters.names())
    unknown = [Fault(name, "unknown_field", str(_("Unknown filter."))) for name in given if name not in known]
    query = strict_filters.as_query({name: value for name, value in given.items() if name not in besides})
    return [*unknown, *strict_filters.faults(filters.filtered_by_given(listing.active(), query), query)]


def ask_for_allergies(given: Mapping[str, Any]) -> bool:
    """Whether whom these filters leave says who has an allergy; a segment named among them stays as it is meanwhile."""
    named = strict_filters.as_query(given).getlist("segment")
    segments = (
        Segment.objects.select_for_update().filter(pk__in=named).values_list("filters", flat=True) if named else ()
    )
    return any(map(saved_filters.names_allergy, (given, *segments)))
