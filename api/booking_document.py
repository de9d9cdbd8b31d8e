"""A booking as the API shows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from api.guest_data import GuestShape, ReceptionDocument
from bookings.models import Booking, BookingKind, BookingStatus
from bookings.taking import Draft
from crm.channel import Channel


class BookingDocument(ReceptionDocument):
    """Instants of a booking carry the venue's offset. `contact`, `crm_sync` and `warnings` follow guest data."""

    id = serializers.UUIDField()
    venue = serializers.UUIDField()
    kind = serializers.ChoiceField(BookingKind.choices)
    channel = serializers.ChoiceField(Channel.choices)
    status = serializers.ChoiceField(BookingStatus.choices)
    starts_at = serializers.DateTimeField()
    service_date = serializers.DateField(help_text="The venue's day of `starts_at`.")
    party_size = serializers.IntegerField()
    notes = serializers.CharField()
    table = serializers.CharField()
    occasion = serializers.CharField()
    is_late = serializers.BooleanField()
    provider = serializers.CharField()
    external_id = serializers.CharField()
    guest = GuestShape(help_text="The guest data as they came.")
    arrived_at = serializers.DateTimeField(allow_null=True, required=False)
    status_at = serializers.DateTimeField(required=False, help_text="When it got its status.")
    status_by = serializers.CharField(required=False)
    created_at = serializers.DateTimeField(required=False)
    updated_at = serializers.DateTimeField(required=False)

    class Meta:
        ref_name = "Booking"


def represent(rows: Iterable[Booking]) -> list[dict[str, Any]]:
    """The bookings, whose venues are loaded."""
    return [_document(booking) for booking in rows]


def _document(booking: Booking) -> dict[str, Any]:
    zone = booking.venue.zone
    return {
        "id": booking.pk,
        "venue": booking.venue_id,
        "kind": booking.kind,
        "channel": booking.channel,
        "status": booking.status,
        "starts_at": booking.starts_at.astimezone(zone),
        "service_date": booking.service_date,
        "party_size": booking.party_size,
        "notes": booking.notes,
        "table": booking.table,
        "occasion": booking.occasion,
        "is_late": booking.is_late,
        "provider": booking.provider,
        "external_id": booking.external_id,
        "guest": booking.guest,
        "contact": booking.contact_id,
        "arrived_at": booking.arrived_at and booking.arrived_at.astimezone(zone),
        "status_at": booking.status_at.astimezone(zone),
        "status_by": booking.status_by,
        "created_at": booking.created_at,
        "updated_at": booking.updated_at,
    }


def receipt(booking: Booking, draft: Draft) -> dict[str, Any]:
    """What a widget hears of a booking: what it sent, and the id and status. Not what the row holds, which may be of
    somebody else who used the same external id."""
    starts_at = draft.starts_at or booking.starts_at
    return {
        "id": booking.pk,
        "venue": draft.venue.pk,
        "kind": draft.kind,
        "channel": draft.channel,
        "status": booking.status,
        "starts_at": starts_at.astimezone(draft.venue.zone),
        "service_date": draft.venue.local_day(starts_at),
        "party_size": draft.party_size,
        "notes": draft.notes,
        "table": draft.table,
        "occasion": draft.occasion,
        "is_late": False,
        "provider": draft.provider,
        "external_id": draft.external_id,
        "guest": draft.snapshot,
    }
