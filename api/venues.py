"""`venues/`: the establishments of the tenant and their settings (R-VISIT-2, R-CONSENT-3, R-CONSENT-4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api import pagination, shape
from api.endpoint import Endpoint
from api.pagination import PageShape
from api.permissions import Required
from api.schema import describe
from bookings import borders
from staff import venues
from tenants import scope
from tenants.models import ConsentRegime, Venue
from tenants.permissions import Permission


class VenueDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    country = serializers.CharField(help_text="ISO 3166: the region of phone numbers typed without a prefix.")
    timezone = serializers.CharField()
    currency = serializers.CharField()
    consent_regime = serializers.ChoiceField(ConsentRegime.choices)
    double_opt_in = serializers.BooleanField()
    day_starts_at = serializers.RegexField(
        r"^\d\d:\d\d$", help_text="The local time at which a day begins, for late kitchens."
    )
    no_show_grace_minutes = serializers.IntegerField()
    ordering_paused = serializers.BooleanField()
    legal_name = serializers.CharField(help_text="Whom marketing is from; without these three none is sent.")
    postal_address = serializers.CharField()
    contact_details = serializers.CharField(help_text="A phone, an e-mail or a web address.")

    class Meta:
        ref_name = "Venue"


class VenueShape(shape.Shape):
    name = shape.Text(max_length=120)
    country = shape.Text(max_length=2)
    timezone = shape.Text(max_length=64)
    currency = shape.Text(max_length=3)
    consent_regime = shape.Choice(choices=ConsentRegime.choices, required=False)
    double_opt_in = shape.Flag(required=False)
    day_starts_at = shape.Clock(required=False)
    no_show_grace_minutes = shape.Integer(required=False, min_value=0, max_value=1440)
    ordering_paused = shape.Flag(required=False)
    legal_name = shape.OptionalText(max_length=200)
    postal_address = shape.OptionalText(max_length=300)
    contact_details = shape.OptionalText(max_length=200)

    class Meta:
        ref_name = "VenueInput"


EXAMPLE = {"name": "Terrazza", "country": "IT", "timezone": "Europe/Rome", "currency": "EUR"}


class VenueList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.BOOKINGS_READ, "POST": Permission.VENUES_MANAGE}
    ORDERINGS = pagination.orderings(name=("name", "id"))

    @describe("List the venues", query=PageShape, answer=pagination.listing(VenueDocument))
    def get(self, request: Request) -> HttpResponse:
        return self.page(_visible(), represent, by="name", table=self.ORDERINGS)

    @describe("Add a venue", body=VenueShape, answer=VenueDocument, status=201, example=EXAMPLE)
    def post(self, request: Request) -> HttpResponse:
        venue = venues.create(**self.body(VenueShape))
        return self.answer(represent([venue])[0], status=201)


class VenueDetail(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.BOOKINGS_READ, "PATCH": Permission.VENUES_MANAGE}

    @describe("Read a venue", answer=VenueDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        return self.answer(represent([_visible().get(pk=id)])[0])

    @describe("Change a venue's settings", body=VenueShape, answer=VenueDocument, example={"day_starts_at": "05:00"})
    def patch(self, request: Request, id: UUID) -> HttpResponse:
        venue = _visible().get(pk=id)
        borders.update_venue(venue, self.body(VenueShape, partial=True))
        return self.answer(represent([venue])[0])


def represent(rows: Sequence[Venue]) -> list[dict[str, Any]]:
    return [
        {
            "id": venue.pk,
            "name": venue.name,
            "country": venue.country,
            "timezone": venue.timezone,
            "currency": venue.currency,
            "consent_regime": venue.consent_regime,
            "double_opt_in": venue.double_opt_in,
            "day_starts_at": venue.day_starts_at.strftime("%H:%M"),
            "no_show_grace_minutes": venue.no_show_grace_minutes,
            "ordering_paused": venue.ordering_paused,
            "legal_name": venue.legal_name,
            "postal_address": venue.postal_address,
            "contact_details": venue.contact_details,
        }
        for venue in rows
    ]


def _visible() -> QuerySet[Venue]:
    """All venues, or the one that the key is bound to."""
    bound = scope.actor().venue_id
    rows: QuerySet[Venue] = Venue.objects.all()
    return rows if bound is None else rows.filter(pk=bound)
