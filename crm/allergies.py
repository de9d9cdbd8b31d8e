"""The allergy mark, the strongest one there is, and who may read the text behind it (R-CRM-1, R-PRIV-3).

An allergy or diet is kept as a tag of the tenant's own, such as "Allergy" or "Allergy: nuts". Everybody who sees the guest
sees the mark; the text is health data: for owner and manager, and for hosts on bookings from yesterday on.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from uuid import UUID

from crm.models import Tag
from crm.tags import HeldTag
from tenants import scope
from tenants.permissions import Permission

# The word for it in our languages, at the beginning of the tag's key: allergy, allergia, allergie, alergia.
PREFIXES = ("allerg", "alerg")


def is_allergy(tag: Tag) -> bool:
    return names_allergy(tag.key)


def names_allergy(key: str) -> bool:
    """Whether a tag with this key is one of allergy. No system tag is."""
    return key.startswith(PREFIXES)


def texts(held: Iterable[HeldTag]) -> list[str]:
    """The labels of the allergy tags among these."""
    return [tag.label for tag in held if names_allergy(tag.key)]


def readable(keys: Iterable[str]) -> list[str]:
    """The keys of tags that the actor in force may read: an allergy's says what it is."""
    return [key for key in keys if may_be_read() or not names_allergy(key)]


def unreadable() -> list[UUID]:
    """The tags of allergies, for an actor who may not read them; none for who may."""
    if may_be_read():
        return []
    return [pk for pk, key in Tag.objects.values_list("pk", "key") if names_allergy(key)]


def may_be_read(service_date: datetime.date | None = None, *, today: datetime.date | None = None) -> bool:
    """Whether the actor in force may read the text; `service_date` when it is read on a booking of that day."""
    actor = scope.actor()
    if actor.may(Permission.HEALTH_READ):
        return True
    if service_date is None or today is None:
        return False
    return actor.may(Permission.BOOKINGS_WRITE) and service_date >= today - datetime.timedelta(days=1)
