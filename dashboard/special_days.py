"""Birthdays within seven days of a service, which the board and the card mark (R-CRM-1)."""

from __future__ import annotations

import calendar
import datetime

from django.utils.translation import gettext as _

from crm.models import Contact
from dashboard.templatetags.coperto import day_and_month

NEAR_DAYS = 7


def near(contact: Contact, on: datetime.date) -> str:
    """`Birthday on 25 November` when it lies within seven days of `on`, before or after; else nothing."""
    if not contact.birth_month:
        return ""
    for year in (on.year - 1, on.year, on.year + 1):
        day = _in_year(contact, year)
        if abs((day - on).days) <= NEAR_DAYS:
            return _("Birthday today") if day == on else _("Birthday on %(day)s") % {"day": day_and_month(day)}
    return ""


def _in_year(contact: Contact, year: int) -> datetime.date:
    """Who was born on 29 February celebrates on the 28th in common years."""
    last = calendar.monthrange(year, contact.birth_month)[1]
    return datetime.date(year, contact.birth_month, min(contact.birth_day, last))
