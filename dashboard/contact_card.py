"""The contact's card as its page shows it (R-CRM-1 to 3): who, how often, how reliable, whether we may write."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import upcoming
from consent import reading
from crm import allergies, bin, groups, tags, visits  # noqa: A004 - the contacts' bin
from crm.allergies import Allergies
from crm.channel import Channel
from crm.details import DETAILS
from crm.models import Contact
from crm.tags import HeldTag
from dashboard import (
    consent_marks,
    contact_figures,
    contact_standing,
    followers,
    special_days,
    suggestion,
    tag_marks,
)
from dashboard.context import Shell
from dashboard.tag_marks import TagMark
from outreach import suggesting
from outreach.following import FOLLOWS
from outreach.suggesting import PAST
from tenants import questions
from tenants.models import Venue
from tenants.questions import Answers

# All that a card shows beside the contact itself, its consents and its open tab.
QUESTIONS = (
    DETAILS,
    groups.PLACES,
    visits.BREAKDOWN,
    *PAST,
    FOLLOWS,
    upcoming.COUNT,
    *contact_standing.QUESTIONS,
)


def ask(contact: Contact) -> Answers:
    return questions.ask(QUESTIONS, [contact.pk], timezone.now())


def content(contact: Contact, answers: Answers, shell: Shell) -> dict[str, Any]:
    """The context of `dashboard/contacts/card.html`, without its tab."""
    venues, known = shell.venues, answers[DETAILS][contact.pk]
    consents = reading.current([contact], venues=venues, now=timezone.now())[contact.pk]
    past = suggesting.pasts_of([contact.pk], answers)[contact.pk]
    return {
        "section": "contacts",
        "card": head(contact, known.allergies),
        **tag_content(known.tags, shell),
        **group_content(answers[groups.PLACES]),
        "stats": contact_figures.of(contact, venues, answers[visits.BREAKDOWN], past.dealings.no_show_rate),
        "venue_stats": contact_figures.by_venue(contact, venues),
        **contact_standing.content(answers, venues),
        "consents": consent_marks.of(consents, venues),
        **suggestion.content(contact, past, consents, venues),
        **followers.content(answers[FOLLOWS].get(contact.pk, ()), venues),
        "upcoming_count": answers[upcoming.COUNT],
    }


def head(contact: Contact, known: Allergies | None = None) -> dict[str, Any]:
    """Who it is: `card` in the templates. `known` is left out where they are not shown."""
    return {
        "id": contact.pk,
        "name": str(contact),
        "nickname": contact.nickname,
        "code": contact.code,
        "email": contact.email,
        "phone": contact.phone,
        "phone_extension": contact.phone_extension,
        "language": contact.language,
        "birthday": contact.birthday,
        "anniversary": contact.anniversary,
        "address_lines": [line for line in (contact.address, f"{contact.postcode} {contact.city}".strip()) if line],
        "company": contact.company,
        "notes": contact.notes,
        "allergies": _allergies(known) if known else [],
        "is_suspect": contact.has_suspect_key,
        "is_deleted": not contact.is_active,
        "erase_on": contact.erase_on,
        "bin_until": contact.deleted_at and contact.deleted_at + bin.KEPT_FOR,
        "first_contact_on": contact.first_contact_on,
        "first_channel_label": Channel(contact.first_channel).label,
        "last_channel_label": Channel(contact.last_channel).label,
        "registered_at": contact.registered_at,
        "special_day": special_days.near(contact, timezone.localdate()),
    }


def _allergies(known: Allergies) -> list[str]:
    """Who may not read what they are sees that there is something (R-PRIV-3)."""
    return known.texts() if allergies.may_be_read() else [_("Allergy")]


def tag_content(held: list[HeldTag], shell: Shell) -> dict[str, Any]:
    """The context of the tag editor: the tags set, and those that can still be."""
    keys = {one.key for one in held}
    others = [tag for tag in shell.tags if tag.key not in keys]
    return {
        "tags": [_as_this_role_may_see(mark) for mark in tag_marks.of(held)],
        "tag_choices": [{"key": tag.key, "label": tags.label_of(tag)} for tag in others],
    }


def group_content(places: list[groups.Place]) -> dict[str, Any]:
    """The context of the group editor: the contact's groups, and those it can still be put into."""
    return {
        "own_groups": [place for place in places if place.is_taken],
        "group_choices": [place for place in places if not place.is_taken],
    }


def _as_this_role_may_see(mark: TagMark) -> TagMark:
    """An allergy's text is health data: who may not read it sees that there is one, and cannot take it off (R-PRIV-3)."""
    return mark if not mark.is_allergy or allergies.may_be_read() else tag_marks.anonymous(mark, _("Allergy"))


def local_day(at: datetime.datetime, venues: list[Venue]) -> datetime.date:
    return timezone.localdate(at, venues[0].zone)
