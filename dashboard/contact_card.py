"""The contact's card as its page shows it (R-CRM-1 to 3): who, how often, how reliable, whether we may write."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import OPEN, Booking
from consent import reading
from crm import allergies, bin, groups, tags  # noqa: A004 - the contacts' bin
from crm.channel import Channel
from crm.models import Contact, ContactGroup, ContactTag, Tag
from dashboard import (
    consent_marks,
    contact_figures,
    contact_standing,
    followers,
    special_days,
    suggestion,
    tag_marks,
)
from dashboard.tag_marks import TagMark
from tenants.models import Venue


def content(contact: Contact, venues: list[Venue]) -> dict[str, Any]:
    """The context of `dashboard/contacts/card.html`, without its tab."""
    contact_tags = list(ContactTag.objects.select_related("tag").filter(contact=contact))
    consents = reading.current([contact], now=timezone.now())[contact.pk]
    return {
        "section": "contacts",
        "card": head(contact, contact_tags),
        **tag_content(contact, contact_tags),
        **group_content(contact),
        "stats": contact_figures.of(contact, venues),
        "venue_stats": contact_figures.by_venue(contact, venues),
        **contact_standing.content(contact, venues),
        "consents": consent_marks.of(consents, venues),
        **suggestion.content(contact, consents, venues),
        **followers.content(contact, venues),
        "upcoming_count": Booking.objects.filter(
            contact=contact, starts_at__gte=timezone.now(), status__in=OPEN
        ).count(),
    }


def head(contact: Contact, contact_tags: list[ContactTag]) -> dict[str, Any]:
    """Who it is: `card` in the templates."""
    labels = allergies.texts(one.tag for one in contact_tags)
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
        "allergies": [_("Allergy")] if labels and not allergies.may_be_read() else labels,
        "is_suspect": contact.has_suspect_key,
        "is_deleted": not contact.is_active,
        "bin_until": contact.deleted_at and contact.deleted_at + bin.KEPT_FOR,
        "first_contact_on": contact.first_contact_on,
        "first_channel_label": Channel(contact.first_channel).label,
        "last_channel_label": Channel(contact.last_channel).label,
        "registered_at": contact.registered_at,
        "special_day": special_days.near(contact, timezone.localdate()),
    }


def tag_content(contact: Contact, contact_tags: list[ContactTag] | None = None) -> dict[str, Any]:
    """The context of the tag editor: the tags set, and those that can still be."""
    if contact_tags is None:
        contact_tags = list(ContactTag.objects.select_related("tag").filter(contact=contact))
    held = {one.tag_id for one in contact_tags}
    others = [tag for tag in Tag.objects.order_by("-is_system", "label", "key") if tag.pk not in held]
    return {
        "tags": [_as_this_role_may_see(mark) for mark in tag_marks.of(contact_tags)],
        "tag_choices": [{"key": tag.key, "label": tags.label_of(tag)} for tag in others],
    }


def group_content(contact: Contact) -> dict[str, Any]:
    """The context of the group editor: the contact's groups, and those it can still be put into."""
    own = groups.of(contact)
    others = ContactGroup.objects.exclude(pk__in=[group.pk for group in own]).order_by("name", "id")
    return {
        "own_groups": [{"id": group.pk, "name": group.name} for group in own],
        "group_choices": [{"id": group.pk, "name": group.name} for group in others],
    }


def _as_this_role_may_see(mark: TagMark) -> TagMark:
    """An allergy's text is health data: who may not read it sees that there is one, and cannot take it off (R-PRIV-3)."""
    return mark if not mark.is_allergy or allergies.may_be_read() else tag_marks.anonymous(mark, _("Allergy"))


def local_day(at: datetime.datetime, venues: list[Venue]) -> datetime.date:
    return timezone.localdate(at, venues[0].zone)
