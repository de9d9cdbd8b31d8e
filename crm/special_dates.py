"""A guest's special dates, birthday and anniversary, and when each comes next (R-CRM-1)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm import birthday
from crm.models import Contact

NEAR_DAYS = 7


class SpecialDateKind(models.TextChoices):
    BIRTHDAY = "birthday", _("Birthday")
    ANNIVERSARY = "anniversary", _("Anniversary")


@dataclass(frozen=True, slots=True)
class SpecialDate:
    """`date` is YYYY-MM-DD, or --MM-DD without the year; `days_until` counts from the day asked about, 0 being that day."""

    kind: SpecialDateKind
    date: str
    days_until: int


def of(contact: Contact, today: datetime.date) -> list[SpecialDate]:
    """The dates that are known, the next one first."""
    return sorted(_known(contact, today), key=lambda one: one.days_until)


def near(contact: Contact, today: datetime.date) -> list[SpecialDate]:
    """Those of today and the seven days after, which the board and the card mark."""
    return [one for one in of(contact, today) if one.days_until <= NEAR_DAYS]


def _known(contact: Contact, today: datetime.date) -> Iterator[SpecialDate]:
    for kind in SpecialDateKind:
        text: str = getattr(contact, kind.value)
        if text:
            yield SpecialDate(kind, text, birthday.days_until(birthday.parse_iso(text), today))
