"""The tabs of a contact's card: bookings, visits explained, changes (R-CRM-3, R-VISIT-3, R-VISIT-4, R-WRITE-2)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from bookings.models import OPEN, Booking, BookingStatus
from crm import history, visits
from crm.channel import Channel
from crm.models import Contact, FieldChange, Visit, VisitSource, VisitSourceKind
from dashboard.templatetags.coperto import birthday, clock, language_name, phone
from tenants import keyset
from tenants.models import Venue
from tenants.scope import ActorKind

PAGE_SIZE = 25
LABELS = {
    "bookings": gettext_lazy("Bookings"),
    "visits": pgettext_lazy("tab", "Visits"),
    "changes": gettext_lazy("Changes"),
}
BY_START = keyset.orderings(starts_at=("starts_at", "id"))
BY_DAY = keyset.orderings(local_date=("local_date", "id"))
BY_TIME = keyset.orderings(created_at=("created_at", "id"))
TONES = {
    BookingStatus.CONFIRMED: "blue",
    BookingStatus.ARRIVED: "green",
    BookingStatus.FINISHED: "green",
    BookingStatus.NO_SHOW: "red",
}
FIELD_LABELS = {
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "phone_extension": gettext_lazy("Extension"),
    "language": gettext_lazy("Language"),
    "birthday": gettext_lazy("Birthday"),
    "anniversary": gettext_lazy("Anniversary"),
    "address": gettext_lazy("Address"),
    "postcode": gettext_lazy("Postcode"),
    "city": gettext_lazy("City"),
    "company": gettext_lazy("Company"),
    "nickname": gettext_lazy("Nickname"),
    "notes": gettext_lazy("Notes"),
}
FORMATS = {"phone": phone, "birthday": birthday, "anniversary": birthday, "language": language_name}


class CardTabs:
    """One contact's tabs at the place that the URL names."""

    def __init__(self, contact: Contact, venues: list[Venue], *, address: str, board: str) -> None:
        self.contact, self.address, self.board = contact, address, board
        self.venues = {venue.pk: venue for venue in venues}

    def content(self, wanted: str, cursor: str | None) -> dict[str, Any]:
        """The context of `dashboard/contacts/tabs.html`."""
        current = wanted if wanted in LABELS else "bookings"
        fill = {"bookings": self._bookings, "visits": self._visits, "changes": self._changes}[current]
        counts = {"bookings": self.contact.stats.booking_count, "visits": self.contact.stats.visit_count}
        return {
            "tabs": [
                {"label": label, "url": self._url(key), "is_current": key == current, "count": counts.get(key)}
                for key, label in LABELS.items()
            ],
            "tab_template": f"dashboard/contacts/tab_{current}.html",
            **fill(cursor),
        }

    def _bookings(self, cursor: str | None) -> dict[str, Any]:
        now = timezone.now()
        own = Booking.objects.filter(contact=self.contact)
        upcoming = own.filter(starts_at__gte=now, status__in=OPEN)
        past = own.exclude(pk__in=upcoming.values("pk"))
        found = _page(past, cursor, "-starts_at", BY_START)
        return {
            "upcoming": [] if cursor else [self._booking(one) for one in upcoming.order_by("starts_at", "id")],
            "past": [self._booking(one) for one in found.rows],
            "older_url": found.next and self._url("bookings", found.next),
        }

    def _booking(self, booking: Booking) -> dict[str, Any]:
        venue = self.venues[booking.venue_id]
        place = {"date": booking.service_date.isoformat(), "venue": venue.pk, "booking": booking.pk}
        return {
            "starts_at": booking.starts_at.astimezone(venue.zone),
            "party_size": booking.party_size,
            "venue": venue.name,
            "channel_label": Channel(booking.channel).label,
            "notes": booking.notes,
            "status_label": BookingStatus(booking.status).label,
            "tone": TONES.get(BookingStatus(booking.status), ""),
            "board_url": f"{self.board}?{urlencode(place)}#b-{booking.pk}",
        }

    def _visits(self, cursor: str | None) -> dict[str, Any]:
        found = _page(Visit.objects.filter(contact=self.contact), cursor, "-local_date", BY_DAY)
        sources: dict[Any, list[str]] = {visit.pk: [] for visit in found.rows}
        for source in VisitSource.objects.filter(visit__in=list(sources)).order_by("happened_at", "id"):
            visit = next(one for one in found.rows if one.pk == source.visit_id)
            sources[visit.pk].append(self._source(source, self.venues[visit.venue_id]))
        return {
            "breakdown": self._breakdown(),
            "visits": [
                {"on": one.local_date, "venue": self.venues[one.venue_id].name, "sources": sources[one.pk]}
                for one in found.rows
            ],
            "older_url": found.next and self._url("visits", found.next),
        }

    def _source(self, source: VisitSource, venue: Venue) -> str:
        label = VisitSourceKind(source.kind).label
        return f"{label} {clock(source.happened_at.astimezone(venue.zone))}"

    def _breakdown(self) -> list[dict[str, Any]]:
        """Why the counter differs from the bookings: always with the parts that make it up."""
        parts = visits.breakdown(self.contact)
        counted = self.contact.stats.visit_count
        rows = [
            (counted, ngettext("visit", "visits", counted), True),
            (parts.bookings, _("by bookings"), True),
            (parts.orders, _("by orders"), bool(parts.orders)),
            (parts.wifi_only, _("by WiFi only, not in the bookings"), bool(parts.wifi_only)),
            (parts.imported, _("imported, counted apart"), bool(parts.imported)),
            (
                parts.distinct_days,
                ngettext("different day", "different days", parts.distinct_days),
                parts.distinct_days != counted,
            ),
        ]
        return [{"count": count, "label": label} for count, label, is_shown in rows if is_shown]

    def _changes(self, cursor: str | None) -> dict[str, Any]:
        found = _page(history.of(self.contact), cursor, "-created_at", BY_TIME)
        return {
            "changes": [self._change(one) for one in found.rows],
            "older_url": found.next and self._url("changes", found.next),
        }

    def _change(self, change: FieldChange) -> dict[str, Any]:
        show = FORMATS.get(change.field, str)
        zone = next(iter(self.venues.values())).zone
        return {
            "id": change.pk,
            "at": change.created_at.astimezone(zone),
            "field_label": FIELD_LABELS.get(change.field, change.field),
            "before": show(change.old) if change.old else "",
            "after": show(change.new) if change.new else "",
            "source_label": Channel(change.channel).label,
            "who": change.actor_label if change.actor_kind in (ActorKind.USER, ActorKind.KEY) else "",
            "can_revert": self.contact.is_active and getattr(self.contact, change.field) != change.old,
        }

    def _url(self, tab: str, cursor: str | None = None) -> str:
        return f"{self.address}?{urlencode({'tab': tab, **({'cursor': cursor} if cursor else {})})}"


def _page(rows: QuerySet[Any], cursor: str | None, by: str, table: dict[str, keyset.Ordering]) -> keyset.Page[Any]:
    """A page after the cursor; one that belongs elsewhere starts at the beginning."""
    try:
        return keyset.page(rows, cursor=cursor, by=by, table=table, limit=PAGE_SIZE)
    except keyset.BrokenCursor:
        return keyset.page(rows, cursor=None, by=by, table=table, limit=PAGE_SIZE)


def tabs_of(contact: Contact, venues: list[Venue], slug: str) -> CardTabs:
    return CardTabs(
        contact,
        venues,
        address=reverse("dashboard:contact", args=[slug, contact.pk]),
        board=reverse("dashboard:board", args=[slug]),
    )
