"""Reports: how the list grows, who comes and comes back, what is sold; and the customer table (R-CRM-2, R-CRM-5; source U)."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm import overview
from crm.overview import VisitDay
from dashboard import context, customer_table, pages, plots
from dashboard.plots import Column, Plot, Series
from dashboard.templatetags.coperto import amount, day, money, month, percent
from orders import turnover
from tenants.models import Venue
from tenants.permissions import Permission

MONTHS, DAYS = 12, 30
DOORS = (
    Series("online", gettext_lazy("online"), "green"),
    Series("house", gettext_lazy("phone and house"), "blue"),
    Series("signups", gettext_lazy("WiFi, forms, app"), "plum"),
    Series("till", gettext_lazy("till"), "amber"),
    Series("lists", gettext_lazy("import and API"), "gray"),
)
VISITORS = (
    Series("returning", gettext_lazy("came back"), "green"),
    Series("first", gettext_lazy("first visit"), "blue"),
)


@pages.page(Permission.CONTACTS_READ)
def index(request: HttpRequest) -> HttpResponse:
    shell = context.of(request)
    venue = next((one for one in shell.venues if str(one.pk) == request.GET.get("venue")), None)
    reports = _reports(venue or shell.venue, None if venue is None else venue.pk)
    content = {"section": "reports", "venues": shell.venues, "venue": venue, "reports": reports}
    return render(request, "dashboard/reports/index.html", content)


@pages.page(Permission.CONTACTS_EXPORT)
def customers(request: HttpRequest) -> HttpResponse:
    content = customer_table.content(request.GET, request.path, context.of(request))
    return render(request, "dashboard/reports/customers.html", content)


def _reports(where: Venue, venue_id: UUID | None) -> list[dict[str, Any]]:
    """Of one venue or of all; `where` tells what day it is. A night's visits belong to the day before, contacts do not."""
    now = timezone.now()
    today = where.local_day(now)
    reports = [_new_contacts(timezone.localdate(now, where.zone)), _visits(today, venue_id)]
    if context.may(Permission.ORDERS_READ):
        reports += _sold(today, venue_id)
    return reports


def _new_contacts(today: datetime.date) -> dict[str, Any]:
    months = _months(today)
    found = overview.new_contacts(months[0], today)
    columns = [Column(month(one), found.get(one, {})) for one in months]
    count = sum(column.total for column in columns)
    text = ngettext("%(count)s in 12 months, whole group", "%(count)s in 12 months, whole group", count)
    plot = plots.stacked("contacts", _("New contacts by month"), _("contacts"), columns, DOORS, written=amount)
    return {"plot": plot, "summary": text % {"count": amount(count)}}


def _visits(today: datetime.date, venue_id: UUID | None) -> dict[str, Any]:
    since = today - datetime.timedelta(days=DAYS - 1)
    found = {one.on: one for one in overview.visits_by_day(since, today, venue_id)}
    days = [since + datetime.timedelta(days=number) for number in range(DAYS)]
    columns = [Column(day(one), _visitors(found.get(one))) for one in days]
    total = sum(column.total for column in columns)
    returning = sum(column.values["returning"] for column in columns)
    text = ngettext("%(count)s visit in 30 days", "%(count)s visits in 30 days", total) % {"count": amount(total)}
    share = _("%(share)s by guests who came back") % {"share": percent(returning / total)} if total else ""
    plot = plots.stacked("visits", _("Visits by day"), _("visits"), columns, VISITORS, written=amount)
    return {"plot": plot, "summary": ", ".join(filter(None, (text, share)))}


def _visitors(found: VisitDay | None) -> dict[str, int]:
    if found is None:
        return {"returning": 0, "first": 0}
    return {"returning": found.returning_count, "first": found.visit_count - found.returning_count}


def _sold(today: datetime.date, venue_id: UUID | None) -> list[dict[str, Any]]:
    """One plot for each currency: amounts are never added across them."""
    months = _months(today)
    sold = turnover.by_month(months[0], today, venue_id)
    return [_sold_in(currency, months, found) for currency, found in sold.items()]


def _sold_in(currency: str, months: list[datetime.date], found: turnover.Months) -> dict[str, Any]:
    series = [Series("sold", currency, "green")]
    columns = [Column(month(one), {"sold": found.get(one, 0)}) for one in months]
    plot: Plot = plots.stacked(
        f"sold-{currency.lower()}",
        _("Spend by month"),
        currency,
        columns,
        series,
        written=lambda minor: money(minor, currency),
    )
    total = money(sum(column.total for column in columns), currency)
    return {"plot": plot, "summary": _("%(amount)s in 12 months, orders and receipts") % {"amount": total}}


def _months(today: datetime.date) -> list[datetime.date]:
    """The first days of this month and the eleven before it."""
    number = today.year * 12 + today.month - 1
    return [datetime.date(one // 12, one % 12 + 1, 1) for one in range(number - MONTHS + 1, number + 1)]
