"""Users of the app in the outreach tests, and what the processes of their races do."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone

from crm import anonymous, editing, identity
from crm.channel import Channel
from crm.guest_data import Guest
from crm.models import Contact
from outreach import following, registering
from outreach.models import Follower
from tenants import scope
from tenants.models import Venue
from tests.personas import Place

ANNA: dict[str, Any] = {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.net"}


def follower_of(place: Place, external_id: str = "app-1", *, venue: int = 0) -> Follower:
    """A user of the app who follows a venue of the place; the scope is open."""
    return following.follow(place.venues[venue], external_id, at=timezone.now()).follower


def follow(tenant_id: str, venue_ids: list[str], external_id: str) -> list[str]:
    """Follow these venues, each in a transaction of its own; the contact after each."""
    contacts = []
    for venue_id in venue_ids:
        with scope.enter(UUID(tenant_id), scope.SYSTEM):
            venue = Venue.objects.get(pk=venue_id)
            followed = following.follow(venue, external_id, at=timezone.now())
            contacts.append(str(followed.follower.contact_id))
    return contacts


def make_anonymous(tenant_id: str, venue_id: str, count: int, codes: int) -> list[str]:
    """Make so many anonymous contacts where there are only so many codes; the codes they got."""
    anonymous.LARGEST_CODE = anonymous.SMALLEST_CODE + codes - 1
    drawn = []
    for _number in range(count):
        with scope.enter(UUID(tenant_id), scope.SYSTEM):
            venue = Venue.objects.get(pk=venue_id)
            drawn.append(anonymous.create(Channel.FOLLOW, venue, at=timezone.now()).code)
    return drawn


def log_in(tenant_id: str, external_id: str, guest: dict[str, Any]) -> str:
    """Log a user in as this guest, vouched for; the contact it is then."""
    with scope.enter(UUID(tenant_id), scope.SYSTEM):
        follower = Follower.objects.select_related("contact").get(external_id=external_id)
        return str(registering.register(follower, Guest(**guest), at=timezone.now()).follower.contact_id)


def edit_and_lock(tenant_id: str, contact_ids: list[str], rounds: int) -> str:
    """Lock these contacts together, and edit each by hand, again and again."""
    for number in range(rounds):
        with scope.enter(UUID(tenant_id), scope.SYSTEM):
            identity.open_book((), [UUID(one) for one in contact_ids])
        for one in contact_ids:
            with scope.enter(UUID(tenant_id), scope.SYSTEM):
                editing.edit(Contact.objects.get(pk=one), {"nickname": f"round {number}"})
    return "edited"


def either(name: str, *arguments: Any) -> str:
    """One of the two above, so that a race has both."""
    return log_in(*arguments) if name == "log_in" else edit_and_lock(*arguments)
