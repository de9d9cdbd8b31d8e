"""What a guest is still expected for, or waits for, is named before personal data are cleared (R-PRIV-1; source U).

It is either called off, by its own rules, or waited for: then the data go the day after the last of it.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm import facets
from crm.facets import Upcoming
from crm.mentions import Mention
from tenants.refusal import Refusal


class HasUpcoming(Refusal):
    code = "has_upcoming"
    status = 409
    default_message = _(
        "The guest is still expected: say whether the bookings and orders are cancelled, or the data cleared the day after."
    )


class Way(enum.StrEnum):
    """What is to become of bookings and orders that the guest is still expected for."""

    CANCEL = "cancel"
    ERASE_AFTER = "erase_after"


def of(contact_ids: Sequence[UUID], mentions: Iterable[Mention] = (), *, at: datetime.datetime) -> list[Upcoming]:
    """What these contacts are still expected for, the next first; by facts of nobody that name them as well."""
    own = [fact for facet in facets.registered() for fact in facet.upcoming(list(contact_ids), at=at)]
    nobodys = [one for one in mentions if one.contact is None]
    return _sorted([*own, *(fact for one in nobodys for fact in of_fact(one.kind, one.id, at=at))])


def of_fact(kind: str, fact_id: UUID, *, at: datetime.datetime) -> list[Upcoming]:
    """The fact itself, while its guest is still expected."""
    return _sorted(fact for facet in facets.registered() for fact in facet.upcoming_fact(kind, fact_id, at=at))


def check_decided(expected: Sequence[Upcoming], way: Way | None) -> None:
    """Raise HasUpcoming, with the list, while nobody said what becomes of it."""
    if expected and way is None:
        raise HasUpcoming(upcoming=[_shown(fact) for fact in expected])


def call_off(expected: Sequence[Upcoming], *, at: datetime.datetime) -> None:
    """Cancel all of these. Their contacts, and the others whose figures rest on them, are locked."""
    for facet in facets.registered():
        facet.call_off(expected, at=at)


def day_after(expected: Iterable[Upcoming]) -> datetime.date:
    """The day on which nobody is expected any more."""
    return max(fact.on for fact in expected) + datetime.timedelta(days=1)


def _sorted(found: Iterable[Upcoming]) -> list[Upcoming]:
    return sorted(found, key=lambda fact: (fact.at, fact.id))


def _shown(fact: Upcoming) -> dict[str, Any]:
    return {"kind": fact.kind, "id": str(fact.id), "venue": str(fact.venue_id), "at": fact.at.isoformat()}
