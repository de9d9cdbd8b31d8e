"""`consents/renewals/`: implied consents that end within a month, for who writes to these guests in time (R-CONSENT-3)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from api import pagination, references, shape
from api.endpoint import Endpoint
from api.pagination import PageShape
from api.permissions import Required
from api.schema import describe
from consent import renewals
from consent.models import ConsentStatus
from consent.status import ConsentChannel
from tenants import scope, venues
from tenants.models import Venue
from tenants.permissions import Permission


class RenewalDocument(serializers.Serializer[Any]):
    venue = serializers.UUIDField()
    channel = serializers.ChoiceField(ConsentChannel.choices)
    address = serializers.CharField()
    contact = serializers.UUIDField(allow_null=True)
    changed_at = serializers.DateTimeField()
    expires_on = serializers.DateField(help_text="The last day on which marketing may go there.")

    class Meta:
        ref_name = "Renewal"


class RenewalQuery(PageShape):
    venue = shape.Id(required=False)


class RenewalList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.CONTACTS_READ}
    ORDERINGS = pagination.orderings(changed_at=("changed_at", "id"))

    @describe(
        "List the implied consents that end within a month, the oldest first",
        query=RenewalQuery,
        answer=pagination.listing(RenewalDocument),
    )
    def get(self, request: Request) -> HttpResponse:
        parameters = self.query(RenewalQuery)
        now = timezone.now()
        rows = ConsentStatus.objects.filter(renewals.are_due(_venues(parameters.get("venue")), at=now))
        return self.page(
            rows, lambda found: _represent(found, now), by="changed_at", table=self.ORDERINGS, parameters=parameters
        )


def _venues(venue_id: UUID | None) -> list[Venue]:
    """The one that is named, or all that the actor sees."""
    named = venue_id or scope.actor().venue_id
    return venues.oldest_first() if named is None else [references.venue(named)]


def _represent(rows: Sequence[ConsentStatus], now: datetime.datetime) -> list[dict[str, Any]]:
    holders, last_days = renewals.holders(rows), renewals.last_days(rows, at=now)
    return [
        {
            "venue": one.venue_id,
            "channel": one.channel,
            "address": one.address,
            "contact": holders[one.address].pk if one.address in holders else None,
            "changed_at": one.changed_at,
            "expires_on": last_days[one.pk],
        }
        for one in rows
    ]
