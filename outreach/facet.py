"""What outreach holds on contacts: sign-ups, inquiries, messages and followers, and the filter by followed venue (R-CRM-5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import django_filters
from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm import facets
from crm.facts import Snapshots
from crm.holdings import Place
from crm.models import Contact
from outreach import campaign_audience, erasing, leaving, personal_data
from outreach.models import CampaignRecipient, Follow, Follower, FormerContact, Inquiry, Message, PromotionSignup
from tenants.base import TenantModel
from tenants.models import Venue

# Tables whose rows of a merge's loser become the winner's as they are; they have `contact` and `updated_at`.
MOVED_WHOLE: tuple[type[TenantModel], ...] = (PromotionSignup, Inquiry, Message, Follower)


class OutreachFacet(facets.ContactFacet):
    name = "outreach"

    def tables(self) -> Iterable[type[models.Model]]:
        return [*MOVED_WHOLE, FormerContact, CampaignRecipient]

    def holdings(self) -> Iterable[Place]:
        return personal_data.HOLDINGS

    def export(self, contact_ids: list[UUID], nobodys: list[UUID]) -> dict[str, Any]:
        return personal_data.export(contact_ids, nobodys)

    def activity(self) -> Iterable[str]:
        return personal_data.ACTIVITY

    def reassign(self, loser: Contact, winner: Contact) -> None:
        now = timezone.now()
        for table in MOVED_WHOLE:
            table.objects.filter(contact=loser).update(contact=winner, updated_at=now)
        campaign_audience.reassign(loser, winner)

    def keys_of(self, contact: Contact) -> Iterable[str]:
        return leaving.keys_of(contact)

    def restore(self, contact: Contact) -> None:
        leaving.take_back(contact)

    def snapshots(self) -> Iterable[Snapshots]:
        return personal_data.SNAPSHOTS

    def erase(self, contact_ids: list[UUID]) -> None:
        campaign_audience.erase(contact_ids)
        erasing.erase(contact_ids)

    def erase_fact(self, kind: str, fact_id: UUID) -> bool:
        return erasing.erase_fact(kind, fact_id)

    def filters(self) -> dict[str, django_filters.Filter]:
        return {
            "following": django_filters.ModelChoiceFilter(
                method=_following, queryset=Venue.objects.all(), label=_("Follows in the app")
            )
        }


def _following(contacts: QuerySet[Contact, Any], name: str, value: Venue) -> QuerySet[Contact, Any]:
    followed = Follow.objects.filter(venue=value, follower__contact=OuterRef("pk"))
    return contacts.filter(Exists(followed))


facets.register(OutreachFacet())
