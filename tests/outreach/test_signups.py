"""Promotion sign-ups: the guest into the list, and what the box says (R-ID-1, R-ID-2, R-VISIT-1, R-CONSENT-2)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from audit.actions import Action
from audit.models import AuditEntry
from consent.models import ConsentEntry, ConsentStatus
from consent.recording import OptIn
from crm import facets
from crm.channel import Channel
from crm.guest_data import CrmSync, Guest
from crm.models import Contact, ContactStats
from outreach import signing_up
from outreach.arrival import Arrived, Sender
from outreach.models import PromotionSignup
from tenants import scope
from tenants.permissions import PRESET_PERMISSIONS, Permission, Preset, Role
from tenants.scope import Actor, ActorKind, PermissionMissing
from tests.personas import Place

ANNA: dict[str, Any] = {
    "first_name": "Anna",
    "last_name": "Rossi",
    "email": "anna@example.net",
    "phone": "333 104 2217",
}
NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
WIDGET = Actor(kind=ActorKind.KEY, label="widget", permissions=PRESET_PERMISSIONS[Preset.WIDGET])


def sign_up(
    place: Place, guest: dict[str, Any] = ANNA, *, opt_in: OptIn | None = None, by: Actor = WIDGET
) -> Arrived[PromotionSignup]:
    sender = Sender(place.venue, Guest(**guest), guest, opt_in)
    with scope.enter(place.id, by):
        return signing_up.sign_up(sender, promotion="Truffle week", at=NOON)


def test_a_signup_makes_a_contact_by_the_channel_promotion_and_no_visit(inside: Place) -> None:
    arrived = sign_up(inside)

    anna = Contact.objects.get()
    signup = PromotionSignup.objects.get()
    assert arrived.crm_sync is CrmSync.CREATED
    assert (anna.email, anna.first_channel, f"{anna.first_contact_on}") == (
        ANNA["email"],
        Channel.PROMOTION,
        "2026-11-20",
    )
    assert (signup.contact_id, signup.promotion, signup.guest, signup.signed_up_at) == (
        anna.pk,
        "Truffle week",
        ANNA,
        NOON,
    )
    assert ContactStats.objects.get(contact=anna).visit_count == 0
    entry = AuditEntry.objects.get(action=Action.PROMOTION_SIGNED_UP)
    assert (entry.object_id, entry.after, entry.venue_id) == (signup.pk, {"promotion": "Truffle week"}, inside.venue.pk)


def test_a_known_guest_signs_up_as_themselves(inside: Place) -> None:
    first = sign_up(inside)

    second = sign_up(inside, {**ANNA, "last_name": "Bianchi"})

    anna = Contact.objects.get()
    assert (second.crm_sync, anna.last_name) == (CrmSync.UPDATED, "Bianchi")
    assert first.sent.contact_id == second.sent.contact_id == anna.pk
    assert PromotionSignup.objects.count() == 2


def test_without_a_key_the_signup_keeps_its_guest_and_has_no_contact(inside: Place) -> None:
    arrived = sign_up(inside, {"first_name": "Anna"}, opt_in=OptIn(email=True))

    assert (arrived.crm_sync, arrived.sent.contact, arrived.sent.guest) == (
        CrmSync.NO_IDENTITY,
        None,
        {"first_name": "Anna"},
    )
    assert (Contact.objects.count(), ConsentEntry.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("opt_in", "statuses"),
    [
        (OptIn(email=True, sms=True), {"email": "explicit", "sms": "explicit"}),
        (OptIn(email=True, sms=False), {"email": "explicit"}),
        (OptIn(email=True), {"email": "explicit"}),
        (OptIn(email=False, sms=False), {}),
        (None, {}),
    ],
)
def test_only_a_ticked_box_is_a_consent(inside: Place, opt_in: OptIn | None, statuses: dict[str, Any]) -> None:
    inside.venue.double_opt_in = False

    sign_up(inside, opt_in=opt_in)

    assert dict(ConsentStatus.objects.values_list("channel", "status")) == statuses
    assert set(ConsentEntry.objects.values_list("event", "source")) == (
        {("signed_up_ticked", "promotion")} if statuses else set()
    )


def test_a_ticked_box_does_not_undo_an_unsubscription_until_confirmed(inside: Place) -> None:
    inside.venue.double_opt_in = False
    sign_up(inside, opt_in=OptIn(email=True))
    ConsentStatus.objects.update(status="unsubscribed")

    sign_up(inside, opt_in=OptIn(email=True))

    row = ConsentStatus.objects.get()
    assert (row.status, row.pending_since) == ("unsubscribed", NOON)


def test_only_who_acts_for_the_guest_can_say_what_the_guest_ticked(inside: Place) -> None:
    with pytest.raises(PermissionMissing) as refused:
        sign_up(inside, opt_in=OptIn(email=True), by=inside.actor(Role.OWNER))

    assert refused.value.extra == {"permission": Permission.GUEST_ACTION}


def test_the_signups_of_a_merges_loser_become_the_winners(inside: Place) -> None:
    loser, winner = (sign_up(inside, {"email": f"{name}@example.net"}).sent.contact for name in ("a", "b"))
    assert loser is not None
    assert winner is not None
    [facet] = [one for one in facets.registered() if one.name == "outreach"]

    facet.reassign(loser, winner)

    assert list(PromotionSignup.objects.values_list("contact", flat=True)) == [winner.pk, winner.pk]
    assert PromotionSignup.objects.filter(updated_at__gt=NOON).count() == 1
