"""Implied consents that end within a month, by venue, and one touch to write before they do (R-CONSENT-3)."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from consent import renewals
from consent.models import ConsentStatus
from consent.renewals import Ending
from consent.status import ConsentChannel
from dashboard import context, pages
from outreach.models import MessageKind
from tenants.models import Venue
from tenants.permissions import Permission

# Those that end first; the list of contacts behind the link holds all.
SHOWN = 100


@pages.page(Permission.CONTACTS_READ)
def listing(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    places = renewals.venues_with_renewals(context.of(request).venues)
    content = {
        "section": "contacts",
        "places": [_place(venue, renewals.due(venue, at=now, limit=SHOWN)) for venue in places],
    }
    return render(request, "dashboard/contacts/renewals.html", content)


def _place(venue: Venue, due: Ending) -> dict[str, Any]:
    statuses = {one.pk: one for one in ConsentStatus.objects.filter(pk__in=due.first)}
    holders = renewals.holders(list(statuses.values()))
    shown = ((statuses[pk], expires_on) for pk, expires_on in due.first.items() if pk in statuses)
    return {
        "venue": venue,
        "count": due.count,
        "rows": [_row(venue, one, holders.get(one.address), expires_on) for one, expires_on in shown],
        "list_query": urlencode({"consent_renewal": venue.pk}),
    }


def _row(venue: Venue, status: ConsentStatus, contact: Any, expires_on: datetime.date) -> dict[str, Any]:
    words = {"venue": venue.pk, "channel": status.channel, "template": MessageKind.INVITE.value}
    return {
        "contact": contact,
        "address": status.address,
        "channel_label": ConsentChannel(status.channel).label,
        "is_sms": status.channel == ConsentChannel.SMS,
        "expires_on": expires_on,
        "write_query": urlencode(words),
    }
