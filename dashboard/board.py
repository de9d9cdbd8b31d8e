"""The day's board and the close of the day (R-SERVICE-1). Taps go to the API; these pages only show."""

from __future__ import annotations

import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from dashboard import context, day, pages
from dashboard.day import Day
from tenants.models import Venue
from tenants.permissions import Permission

# What the API takes for a booking, too.
FIRST_YEAR, LAST_YEAR = 1900, 2200


@pages.page(Permission.BOOKINGS_READ)
def board(request: HttpRequest) -> HttpResponse:
    content = {"section": "today", "day": _day(request), "marked": request.GET.get("booking", "")}
    return render(request, "dashboard/board/board.html", content)


@pages.page(Permission.BOOKINGS_READ)
def rows(request: HttpRequest) -> HttpResponse:
    """The board's moving parts alone, which the page asks for every few seconds."""
    content = {"day": _day(request), "marked": request.GET.get("booking", "")}
    return render(request, "dashboard/board/regions.html", content)


@pages.page(Permission.BOOKINGS_WRITE)
def close(request: HttpRequest) -> HttpResponse:
    found = _day(request)
    content = {"section": "today", "day": found, "open_rows": found.open_rows}
    is_refresh = bool(request.headers.get("HX-Request"))
    template = "close_regions" if is_refresh else "close"
    return render(request, f"dashboard/board/{template}.html", content)


def _day(request: HttpRequest) -> Day:
    venue, now = wanted_venue(request), timezone.now()
    return day.of(venue, wanted_date(request, venue, now), now=now)


def wanted_date(request: HttpRequest, venue: Venue, now: datetime.datetime) -> datetime.date:
    """The date in the address, or the venue's day that runs; a date at the end of the calendar has no neighbors."""
    try:
        wanted = datetime.date.fromisoformat(request.GET.get("date", ""))
    except ValueError:
        return venue.local_day(now)
    return wanted if FIRST_YEAR <= wanted.year <= LAST_YEAR else venue.local_day(now)


def wanted_venue(request: HttpRequest) -> Venue:
    """The venue in the address, where a link or a refresh names one; else the one chosen in the top bar."""
    shell = context.of(request)
    named = request.GET.get("venue")
    chosen: Venue = next((venue for venue in shell.venues if str(venue.pk) == named), shell.venue)
    if named == str(chosen.pk):
        request.session[context.session_name()] = named
    return chosen
