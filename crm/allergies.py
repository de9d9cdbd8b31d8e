"""The allergy mark, the strongest one there is, and who may read the text behind it (R-CRM-1, R-PRIV-3).

An allergy or diet is kept as the contact's own note (crm.health), or as a tag of the tenant's own, such as "Allergy" or
"Allergy: nuts". Everybody who sees the guest sees the mark; the text is health data: for owner and manager, and for hosts on
bookings from yesterday on.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from crm import health, search_text
from crm.models import Tag
from crm.sealing import Sealed
from crm.tags import HeldTag
from tenants import scope
from tenants.permissions import Permission

# The word for it in our languages, at the beginning of the tag's key: allergy, allergia, allergie, alergia.
PREFIXES = ("allerg", "alerg")


@dataclass(frozen=True, slots=True)
class Allergies:
    """What is known of a contact's allergies, true when there is something: labels of tags, and the note, sealed as it lies."""

    contact_id: UUID
    labels: list[str]
    note: Sealed | None

    def __bool__(self) -> bool:
        return bool(self.labels) or self.note is not None

    def texts(self) -> list[str]:
        """What they say, to be shown to who may read it alone. Raises sealing.Unreadable."""
        said = health.text_of(self.contact_id, self.note)
        return [*self.labels, *said.splitlines()]


def of(contact_id: UUID, held: Iterable[HeldTag], note: Sealed | None) -> Allergies:
    """By the tags that the contact has and by its note."""
    return Allergies(contact_id, [tag.label for tag in held if names_allergy(tag.key)], note)


def is_allergy(tag: Tag) -> bool:
    return names_allergy(tag.key)


def names_allergy(key: str) -> bool:
    """Whether a tag with this key is one of allergy. No system tag is."""
    return key.startswith(PREFIXES)


def readable(keys: Iterable[str]) -> list[str]:
    """The keys of tags that the actor in force may read: an allergy's says what it is."""
    return [key for key in keys if may_be_read() or not names_allergy(key)]


def unreadable() -> list[UUID]:
    """The tags of allergies, for an actor who may not read them; none for who may."""
    if may_be_read():
        return []
    return [pk for pk, key in Tag.objects.values_list("pk", "key") if names_allergy(key)]


def named_among(labels: Iterable[str]) -> set[str]:
    """Those of these labels, as people write them, that a tag of allergy has or would have."""
    own = {label.casefold() for key, label in Tag.objects.values_list("key", "label") if names_allergy(key)}
    return {one for one in labels if one.casefold() in own or names_allergy(search_text.fold(one).strip())}


def may_be_read(service_date: datetime.date | None = None, *, today: datetime.date | None = None) -> bool:
    """Whether the actor in force may read the text; `service_date` when it is read on a booking of that day."""
    actor = scope.actor()
    if actor.may(Permission.HEALTH_READ):
        return True
    if service_date is None or today is None:
        return False
    return actor.may(Permission.BOOKINGS_WRITE) and service_date >= today - datetime.timedelta(days=1)
