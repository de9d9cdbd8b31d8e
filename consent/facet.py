"""What consent holds on contacts: the ledger's lines of the addresses they had, and the filters by consent (R-CRM-5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import django_filters
from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from consent import filters
from consent.models import ConsentEntry
from consent.status import ConsentChannel, Status
from crm import facets
from crm.models import Contact
from tenants.models import Venue


class ConsentFacet(facets.ContactFacet):
    name = "consent"

    def tables(self) -> Iterable[type[models.Model]]:
        return [ConsentEntry]

    def filters(self) -> dict[str, django_filters.Filter]:
        return {
            "consent_venue": django_filters.ModelChoiceFilter(
                method=_together, queryset=Venue.objects.all(), label=_("Consent given to")
            ),
            "consent_channel": django_filters.ChoiceFilter(
                method=_together, choices=ConsentChannel.choices, label=_("Consent for")
            ),
            "consent_status": django_filters.ChoiceFilter(method=_together, choices=Status.choices, label=_("Consent")),
        }

    def narrow(self, contacts: QuerySet[Contact, Any], values: Mapping[str, Any]) -> QuerySet[Contact, Any]:
        venue = values.get("consent_venue")
        condition = filters.matching(
            status=values.get("consent_status"),
            channel=values.get("consent_channel"),
            venue=None if venue is None else venue.pk,
        )
        return contacts.filter(condition)


def _together(contacts: QuerySet[Contact, Any], name: str, value: object) -> QuerySet[Contact, Any]:
    """The three mean one thing together: `narrow` acts on them at once."""
    return contacts


facets.register(ConsentFacet())
