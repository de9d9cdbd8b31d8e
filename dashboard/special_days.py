"""Birthdays and anniversaries near a service, which the board and the card mark (R-CRM-1)."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext as _

from crm import special_dates
from crm.models import Contact
from crm.special_dates import SpecialDate, SpecialDateKind
from dashboard.templatetags.coperto import day_and_month


def near(contact: Contact, on: datetime.date) -> str:
    """`Birthday on 25 November`, for what comes within seven days of `on`; empty when nothing does."""
    return ", ".join(_text(one, on) for one in special_dates.near(contact, on))


def _text(one: SpecialDate, on: datetime.date) -> str:
    day = day_and_month(on + datetime.timedelta(days=one.days_until))
    if one.kind == SpecialDateKind.BIRTHDAY:
        return _("Birthday on %(day)s") % {"day": day} if one.days_until else _("Birthday today")
    return _("Anniversary on %(day)s") % {"day": day} if one.days_until else _("Anniversary today")
