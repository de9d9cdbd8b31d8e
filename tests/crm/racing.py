"""What the processes of the races do; each imports this after Django is set up in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone

from bookings import lifecycle, taking
from bookings.models import BookingKind, BookingStatus
from crm import intake
from crm.channel import Channel
from crm.intake import Guest, Intake
from tenants import scope
from tenants.models import Venue


def take_and_arrive(tenant_id: str, venue_id: str, guest: dict[str, Any], rounds: int) -> list[str]:
    """Take a booking of this guest and mark it arrived, each in a transaction of its own."""
    syncs = []
    for _round in range(rounds):
        with scope.enter(UUID(tenant_id), scope.SYSTEM):
            venue = Venue.objects.get(pk=venue_id)
            draft = taking.Draft(venue, BookingKind.RESERVATION, Channel.WEB, 2, guest=Guest(**guest), snapshot=guest)
            taken = taking.take(draft)
        with scope.enter(UUID(tenant_id), scope.SYSTEM):
            lifecycle.set_status(taken.booking, BookingStatus.ARRIVED)
        syncs.append(str(taken.crm_sync))
    return syncs


def receive_batch(tenant_id: str, venue_id: str, guests: list[dict[str, Any]]) -> list[str]:
    """Take in a batch of guests in one transaction."""
    with scope.enter(UUID(tenant_id), scope.SYSTEM):
        venue = Venue.objects.get(pk=venue_id)
        now = timezone.now()
        receptions = intake.receive_many([Intake(Guest(**guest), Channel.WEB, venue, now) for guest in guests])
        return [str(reception.crm_sync) for reception in receptions]
