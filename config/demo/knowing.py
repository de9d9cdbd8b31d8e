"""What the demo's house knows of its guests: tags, notes, groups, segments, discounts, who may not order, who wants no mail."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from config.demo.house import House
from consent import unsubscribing
from consent.status import ConsentChannel
from crm import editing, groups, segments, tags
from crm.models import Contact, ContactKind
from orders import blocking, discounts
from orders.models import DiscountKind
from outreach import message_templates, sending, suggesting
from outreach.models import MessageChannel, MessageKind

NOTES = ("Prefers the quiet room.", "Always asks for the fish of the day.", "Ask after the book.", "Drinks no wine.")
GROUPS = ("Wine club", "Neighbors", "Christmas cards")
READERS = "Agreed to our e-mails"
SEGMENTS: dict[str, dict[str, Any]] = {
    READERS: {"consent_status": "explicit", "consent_channel": "email"},
    "Spent more than 200 €": {"spend_min": 20_000},
    "To call: rating fell": {"rating_dropped": True},
    "Pizza lovers": {"bought_category": "Pizze"},
    "Italian regulars": {"language": "it", "visits_min": 4},
}
DISCOUNTS = ({"name": "Friends of the house", "percent": 10}, {"name": "Neighbors", "percent": 5})
# More would be much reading, and nothing new.
MOST_DECORATED = 300


def write(house: House) -> None:
    """All of it, for guests of the list who are known by a name."""
    dice = house.dice("knowing")
    people = list(Contact.objects.exclude(kind=ContactKind.ANONYMOUS).order_by("first_contact_on", "email", "phone"))
    people = dice.sample(people, min(len(people), MOST_DECORATED))
    _tag(people, dice)
    _note(people, dice)
    _unsubscribe(house, people)
    _gather(people, dice)
    _favor(people)
    _ask_for_opinions(house, people)


def _tag(people: Sequence[Contact], dice: random.Random) -> None:
    tags.create("Allergy")
    keys = [*tags.SYSTEM_TAGS, "allergy"]
    for contact in people[: len(people) // 3]:
        for key in dice.sample(keys, dice.choice((1, 1, 2))):
            tags.add(contact, key)


def _note(people: Sequence[Contact], dice: random.Random) -> None:
    for contact in people[-8:]:
        editing.edit(contact, {"notes": dice.choice(NOTES)})
    for contact in people[:1]:
        editing.edit(contact, {"nickname": "la notaia"})


def _unsubscribe(house: House, people: Sequence[Contact]) -> None:
    for contact in [one for one in people if one.email][: len(people) // 12]:
        unsubscribing.unsubscribe(contact, venue=house.venues[0], channel=ConsentChannel.EMAIL, at=house.now)


def _gather(people: Sequence[Contact], dice: random.Random) -> None:
    for name in GROUPS:
        members = dice.sample(people, len(people) // 8)
        groups.add(groups.create(name), [contact.pk for contact in members])
    for name, saved in SEGMENTS.items():
        segments.create(name, saved)


def _favor(people: Sequence[Contact]) -> None:
    """Two discounts with their holders, and one guest who may not order any more."""
    for number, values in enumerate(DISCOUNTS):
        discount = discounts.create({**values, "kind": DiscountKind.PERCENT})
        for contact in people[number * 3 : number * 3 + 3]:
            discounts.fix(contact, discount)
    for contact in people[-1:]:
        blocking.block(contact)


def _ask_for_opinions(house: House, people: Sequence[Contact]) -> None:
    """Three guests who were here lately are asked how they liked it; the worker sends it."""
    reachable = [contact for contact in people[len(people) // 12 :] if contact.email]
    pasts = suggesting.pasts((contact.pk for contact in reachable), at=house.now)
    latest = sorted(
        (contact for contact in reachable if pasts[contact.pk].may_be_asked),
        key=lambda one: str(pasts[one.pk].dealings.last_day),
    )
    template = message_templates.suggested(MessageKind.ASK_OPINION, language="it", channel=MessageChannel.EMAIL)
    for contact in latest[-3:]:
        venue = sending.usual_venue(contact)
        sending.send(sending.Draft(contact, venue, MessageChannel.EMAIL, template), at=house.now)
