"""`settings/`: what an owner sets for the whole tenant (R-MERGE-2, R-PRIV-2)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api import shape
from api.endpoint import Endpoint
from api.permissions import Required
from api.schema import describe
from staff import tenant_settings
from tenants.models import Tenant
from tenants.permissions import Permission


class SettingsDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    country = serializers.CharField()
    language = serializers.CharField()
    auto_merge = serializers.BooleanField(help_text="Merge certain duplicates without asking.")
    retention_months = serializers.IntegerField(
        allow_null=True, help_text="Contacts without activity for so many months are anonymized; null keeps them."
    )

    class Meta:
        ref_name = "Settings"


class SettingsShape(shape.Shape):
    name = shape.Text(max_length=120)
    country = shape.Text(max_length=2)
    language = shape.Text(max_length=5)
    auto_merge = shape.Flag()
    retention_months = shape.Integer(allow_null=True)

    class Meta:
        ref_name = "SettingsInput"


class Settings(Endpoint):
    required: ClassVar[Required] = dict.fromkeys(("GET", "PATCH"), Permission.SETTINGS_MANAGE)

    @describe("Read the settings", answer=SettingsDocument)
    def get(self, request: Request) -> HttpResponse:
        return self.answer(represent(tenant_settings.current()))

    @describe(
        "Change the settings",
        body=SettingsShape,
        answer=SettingsDocument,
        example={"language": "it", "retention_months": 36},
    )
    def patch(self, request: Request) -> HttpResponse:
        return self.answer(represent(tenant_settings.update(self.body(SettingsShape, partial=True))))


def represent(tenant: Tenant) -> dict[str, Any]:
    names = ("id", "name", "slug", "country", "language", "auto_merge", "retention_months")
    return {name: getattr(tenant, name) for name in names}
