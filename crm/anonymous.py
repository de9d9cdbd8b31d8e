"""Anonymous contacts: users of the app without e-mail and phone, known by a numeric code (R-CRM-8; source M).

The code is drawn at random, so that it tells neither how many users there are nor another one's code, and is short enough
to be read aloud. The unique constraint decides between two draws of one code, and the loser draws again.
"""

from __future__ import annotations

import datetime
import secrets

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from audit.recording import Event
from crm import profile, search_index, statistics
from crm.channel import Channel
from crm.models import Contact, ContactKind
from tenants import rows, uniqueness
from tenants.models import Venue
from tenants.refusal import Refusal

# Eight digits: with a million users a draw fails one time in ninety.
SMALLEST_CODE, LARGEST_CODE = 10_000_000, 99_999_999
MOST_DRAWS = 50


class CodeTaken(Refusal):
    """Never told to anybody while codes are left."""

    code = "try_again"
    status = 503
    default_message = _("Too much at once; send the request again.")


def create(channel: Channel, venue: Venue, *, at: datetime.datetime) -> Contact:
    """A new anonymous contact, first met at the venue `at` this time."""
    for _draw in range(MOST_DRAWS):
        contact = _contact(channel, venue, at)
        try:
            _insert(contact, venue)
        except CodeTaken:
            continue
        return contact
    raise CodeTaken


def _contact(channel: Channel, venue: Venue, at: datetime.datetime) -> Contact:
    contact = Contact(
        kind=ContactKind.ANONYMOUS,
        code=str(draw_code()),
        first_channel=channel,
        last_channel=channel,
        first_contact_on=timezone.localdate(at, venue.zone),
        last_activity_at=at,
        profile_at=at,
    )
    profile.derive(contact)
    return contact


def draw_code() -> int:
    return SMALLEST_CODE + secrets.randbelow(LARGEST_CODE - SMALLEST_CODE + 1)


def _insert(contact: Contact, venue: Venue) -> None:
    event = Event(Action.CONTACT_CREATED, contact, after={"channel": contact.first_channel})
    with uniqueness.refuse("one_contact_per_code", CodeTaken()):
        counters = [statistics.of_new(contact, venue, {})]
        rows.insert([contact], search_index.tokens([contact]), counters, [recording.entry(event)])
