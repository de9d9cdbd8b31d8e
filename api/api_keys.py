"""`api-keys/`: the credentials of integrations; the key itself is in the answer to POST and never again (R-PRIV-3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api import pagination, references, shape
from api.endpoint import Endpoint
from api.pagination import PageShape
from api.permissions import Required
from api.schema import describe
from staff import api_keys
from tenants.models import ApiKey
from tenants.permissions import Permission, Preset


class ApiKeyDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    prefix = serializers.CharField(help_text="The part of the key that may be shown.")
    preset = serializers.ChoiceField(Preset.choices)
    permissions = serializers.ListField(child=serializers.ChoiceField(Permission.choices))
    venue = serializers.UUIDField(allow_null=True)
    origins = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "ApiKey"


class NewApiKeyDocument(ApiKeyDocument):
    api_key = serializers.CharField(help_text="The whole key, shown this once.")

    class Meta:
        ref_name = "NewApiKey"


class ApiKeyShape(shape.Shape):
    name = shape.Text(max_length=80)
    preset = shape.Choice(choices=Preset.choices)
    venue = shape.Id(required=False, allow_null=True)
    origins = shape.Sequence(child=shape.Text(max_length=200), required=False, max_length=50)
    expires_at = shape.Instant(required=False, allow_null=True)

    class Meta:
        ref_name = "ApiKeyInput"


EXAMPLE = {
    "name": "Booking form of the web site",
    "preset": "widget",
    "venue": "0198c5a0-0000-7000-8000-000000000000",
    "origins": ["https://www.example.com"],
}


class ApiKeyList(Endpoint):
    required: ClassVar[Required] = dict.fromkeys(("GET", "POST"), Permission.KEYS_MANAGE)
    shows_secret: ClassVar[bool] = True
    ORDERINGS = pagination.orderings(created_at=("created_at", "id"))

    @describe("List the API keys", query=PageShape, answer=pagination.listing(ApiKeyDocument))
    def get(self, request: Request) -> HttpResponse:
        return self.page(_keys(), represent, by="-created_at", table=self.ORDERINGS)

    @describe("Make an API key", body=ApiKeyShape, answer=NewApiKeyDocument, status=201, example=EXAMPLE)
    def post(self, request: Request) -> HttpResponse:
        values = self.body(ApiKeyShape)
        venue_id = values.pop("venue", None)
        venue = references.venue(venue_id) if venue_id else None
        key, text = api_keys.create(venue=venue, **values)
        return self.answer({**represent([key])[0], "api_key": text}, status=201)


class ApiKeyDetail(Endpoint):
    required: ClassVar[Required] = dict.fromkeys(("GET", "DELETE"), Permission.KEYS_MANAGE)

    @describe("Read an API key, without its secret", answer=ApiKeyDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        return self.answer(represent([_keys().get(pk=id)])[0])

    @describe("Revoke an API key at once", status=204)
    def delete(self, request: Request, id: UUID) -> HttpResponse:
        key = _keys().get(pk=id)
        self.empty_query()
        api_keys.revoke(key)
        return self.answer(status=204)


def represent(rows: Sequence[ApiKey]) -> list[dict[str, Any]]:
    return [
        {
            "id": key.pk,
            "name": key.name,
            "prefix": key.prefix,
            "preset": key.preset,
            "permissions": sorted(api_keys.permissions_of(key)),
            "venue": key.venue_id,
            "origins": key.origins,
            "expires_at": key.expires_at,
            "last_used_at": key.last_used_at,
            "revoked_at": key.revoked_at,
            "created_at": key.created_at,
        }
        for key in rows
    ]


def _keys() -> QuerySet[ApiKey]:
    rows: QuerySet[ApiKey] = ApiKey.objects.all()
    return rows
