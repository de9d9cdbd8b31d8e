"""`wifi-sessions/`: the logins of a venue's guest WiFi, as its portal tells them (R-ID-1, R-VISIT-1)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api import guest_data, references, shape
from api.endpoint import Endpoint
from api.guest_data import GuestShape, ReceptionDocument
from api.permissions import Required
from api.schema import describe
from tenants.permissions import Permission
from wifi import connecting
from wifi.connecting import Login
from wifi.models import WifiSession


class WifiSessionShape(shape.Shape):
    venue = shape.Id()
    provider = shape.OptionalText(max_length=40)
    external_id = shape.OptionalText(max_length=120, help_text="Unique for ever per venue and provider.")
    connected_at = shape.Instant(required=False, allow_null=True, help_text="Now when absent; not in the future.")
    guest = guest_data.GuestShape(required=False, allow_null=True)
    marketing_opt_in = guest_data.MarketingOptInShape(required=False, allow_null=True)

    class Meta:
        ref_name = "NewWifiSession"


class WifiSessionDocument(ReceptionDocument):
    """`connected_at` carries the venue's offset. Without an e-mail and a phone there is no contact, and no visit."""

    id = serializers.UUIDField()
    venue = serializers.UUIDField()
    provider = serializers.CharField()
    external_id = serializers.CharField()
    connected_at = serializers.DateTimeField()
    service_date = serializers.DateField(help_text="The venue's day of `connected_at`, on which the visit counts.")
    guest = GuestShape(help_text="The guest data as they came.")

    class Meta:
        ref_name = "WifiSession"


EXAMPLE = {
    "venue": "0198c5a0-0000-7000-8000-000000000000",
    "provider": "unifi",
    "external_id": "5f1e7c",
    "connected_at": "2026-12-24T20:04:00+01:00",
    "guest": {"first_name": "Anna", "email": "anna@example.com"},
    "marketing_opt_in": {"email": True, "wording": "wifi-2026-01"},
}


class WifiSessionList(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.WIFI_CREATE}

    @describe(
        "Take in a WiFi login: its guest into the list, and a visit of the day",
        description="201 for a new login; 200 with the first one when the external id is known.",
        body=WifiSessionShape,
        answer=WifiSessionDocument,
        status=(201, 200),
        example=EXAMPLE,
    )
    def post(self, request: Request) -> HttpResponse:
        connected = connecting.connect(_login(self.body(WifiSessionShape)))
        session = connected.session
        self.subject = session.contact_id
        content = _document(session) | guest_data.reception(
            contact=session.contact_id, crm_sync=connected.crm_sync, warnings=connected.warnings
        )
        return self.answer(content, status=201 if connected.is_new else 200)


def _login(values: dict[str, Any]) -> Login:
    given = values.get("guest") or {}
    return Login(
        opt_in=guest_data.opt_in(values.get("marketing_opt_in")),
        venue=references.venue(values["venue"]),
        connected_at=values.get("connected_at"),
        guest=guest_data.of(given),
        snapshot=guest_data.snapshot(given),
        provider=values.get("provider", ""),
        external_id=values.get("external_id", ""),
    )


def _document(session: WifiSession) -> dict[str, Any]:
    return {
        "id": session.pk,
        "venue": session.venue_id,
        "provider": session.provider,
        "external_id": session.external_id,
        "connected_at": session.connected_at.astimezone(session.venue.zone),
        "service_date": session.service_date,
        "guest": session.guest,
    }
