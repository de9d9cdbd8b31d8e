"""What consent holds on contacts: the ledger's lines of the addresses they had, and the filters by consent (R-CRM-5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import django_filters
from django.db import models
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consent import erasing, filters, personal_data, renewals, suppression
from consent.models import ConsentEntry
from consent.status import ConsentChannel, Status
from crm import facets
from crm.holdings import Place
from crm.models import Contact
from tenants import rows
from tenants.models import Venue


class ConsentFacet(facets.ContactFacet):
    name = "consent"

    def tables(self) -> Iterable[type[models.Model]]:
        return [ConsentEntry]

    def holdings(self) -> Iterable[Place]:
        return personal_data.HOLDINGS

    def export(self, contact_ids: list[UUID], nobodys: list[UUID]) -> dict[str, Any]:
        return personal_data.export(contact_ids)

    def activity(self) -> Iterable[str]:
        return personal_data.ACTIVITY

    def keys_of(self, contact: Contact) -> Iterable[str]:
        """The addresses it once had: erasing it wipes their ledger as well."""
        return erasing.written_under([contact.pk])

    def admit(self, contacts: Sequence[Contact]) -> Iterable[rows.Statement]:
        return suppression.name(contacts)

    def erase(self, contact_ids: list[UUID]) -> None:
        erasing.erase(contact_ids)

    def erase_fact(self, kind: str, fact_id: UUID) -> bool:
        return kind == personal_data.CONSENT and erasing.erase_status(fact_id)

    def filters(self) -> dict[str, django_filters.Filter]:
        return {
            "consent_venue": django_filters.ModelChoiceFilter(
                method=_together, queryset=Venue.objects.all(), label=_("Consent given to")
            ),
            "consent_channel": django_filters.ChoiceFilter(
                method=_together, choices=ConsentChannel.choices, label=_("Consent for")
            ),
            "consent_status": django_filters.ChoiceFilter(method=_together, choices=Status.choices, label=_("Consent")),
            "consent_renewal": django_filters.ModelChoiceFilter(
                method=_together, queryset=Venue.objects.all(), label=_("Consent ends within a month at")
            ),
        }

    def narrow(self, contacts: QuerySet[Contact, Any], values: Mapping[str, Any]) -> QuerySet[Contact, Any]:
        venue = values.get("consent_venue")
        condition = filters.matching(
            status=values.get("consent_status"),
            channel=values.get("consent_channel"),
            venue=None if venue is None else venue.pk,
        )
        contacts = contacts.filter(condition)
        ending = values.get("consent_renewal")
        return contacts if ending is None else contacts.filter(renewals.contacts_due(ending, at=timezone.now()))


def _together(contacts: QuerySet[Contact, Any], name: str, value: object) -> QuerySet[Contact, Any]:
    """The first three mean one thing together: `narrow` acts on all at once."""
    return contacts


facets.register(ConsentFacet())
