"""`consents/renewals/`: implied consents that end within a month, for who writes to these guests in time (R-CONSENT-3)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
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
        due = _due(parameters.get("venue"))
        rows = ConsentStatus.objects.filter(pk__in=due)
        return self.page(
            rows, lambda found: _represent(found, due), by="changed_at", table=self.ORDERINGS, parameters=parameters
        )


def _due(venue_id: UUID | None) -> Mapping[UUID, datetime.date]:
    """By the id of the status; of one venue, or of all that the actor sees."""
    named = venue_id or scope.actor().venue_id
    places: list[Venue] = venues.oldest_first() if named is None else [references.venue(named)]
    now = timezone.now()
    return {status_id: last for venue in places for status_id, last in renewals.due(venue, at=now).items()}


def _represent(rows: Sequence[ConsentStatus], due: Mapping[UUID, datetime.date]) -> list[dict[str, Any]]:
    holders = renewals.holders(rows)
    return [
        {
            "venue": one.venue_id,
            "channel": one.channel,
            "address": one.address,
            "contact": holders[one.address].pk if one.address in holders else None,
            "changed_at": one.changed_at,
            "expires_on": due[one.pk],
        }
        for one in rows
    ]
