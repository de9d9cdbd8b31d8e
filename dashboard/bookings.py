"""Taking and editing bookings by staff, and linking them to a contact (R-ID-8, R-WRITE-3, R-WRITE-4)."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import editing, linking, taking
from bookings.editing import Edited
from bookings.models import Booking, BookingKind
from bookings.taking import Draft, Taken
from crm.channel import Channel
from crm.guest_data import CrmSync
from dashboard import board, booking_forms, chosen_contact, contacts, context, intake_warnings, pages, sent_forms
from dashboard.booking_forms import EditForm, GuestFields, ReservationForm, WalkInForm
from dashboard.templatetags.coperto import long_day
from tenants.models import Venue
from tenants.permissions import Permission

BOTH = ("GET", "HEAD", "POST")
HEADINGS = {
    BookingKind.RESERVATION: (gettext_lazy("New booking"), gettext_lazy("Take the booking")),
    BookingKind.WALK_IN: (gettext_lazy("Walk-in"), gettext_lazy("They are here")),
    BookingKind.QUEUE: (gettext_lazy("Queue"), gettext_lazy("Add to the queue")),
}
USUAL_TIME = datetime.time(20)


@pages.page(Permission.BOOKINGS_CREATE, methods=BOTH)
def add(request: HttpRequest) -> HttpResponse:
    kind, venue = _kind(request), context.of(request).venue
    form = booking_forms.FORMS[kind](request.POST or None, initial=_proposal(request, venue))
    if request.method == "POST" and (answer := sent_forms.earlier(request)):
        return answer
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form, {"contact": "contact"}):
            taken = taking.take(_draft(form, kind, venue))
            _tell(request, taken)
            return sent_forms.done(request, _to_board(request, taken.booking))
    return _show(request, form, venue, {"kind": kind, "booking": None, "chosen": chosen_contact.of(request)})


@pages.page(Permission.BOOKINGS_WRITE, methods=BOTH)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    booking = Booking.objects.select_related("venue", "contact").get(pk=pk)
    form = EditForm(request.POST or None, initial=booking_forms.initial_of(booking, booking.venue))
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            edited = editing.edit(booking, _changes(form, booking.venue), **_guest_changes(form, booking))
            _tell_edited(request, edited)
            return _to_board(request, edited.booking)
    content = {"kind": booking.kind, "booking": booking, "guest_locked": booking.is_final, "chosen": None}
    return _show(request, form, booking.venue, content)


@pages.act(Permission.BOOKINGS_WRITE)
def link(request: HttpRequest, pk: UUID) -> HttpResponse:
    booking = linking.link(Booking.objects.get(pk=pk), chosen_contact.to_link(request))
    if booking.contact is None:
        messages.success(request, _("The booking now belongs to no contact."))
    else:
        messages.success(request, _("The booking now belongs to %(name)s.") % {"name": booking.contact})
    return _to_board(request, booking)


def _kind(request: HttpRequest) -> BookingKind:
    wanted = request.GET.get("kind", "")
    return BookingKind(wanted) if wanted in BookingKind.values else BookingKind.RESERVATION


def _proposal(request: HttpRequest, venue: Venue) -> dict[str, Any]:
    """A booking for the day that was looked at, for two, in the evening."""
    chosen = request.GET.get("contact", "")
    return {
        "party_size": 2,
        "date": board.wanted_date(request, venue, timezone.now()),
        "time": USUAL_TIME,
        "channel": Channel.PHONE,
        "contact": chosen,
    }


def _draft(form: WalkInForm | ReservationForm, kind: BookingKind, venue: Venue) -> Draft:
    values = form.cleaned_data
    usual = {BookingKind.WALK_IN: Channel.WALK_IN, BookingKind.QUEUE: Channel.QUEUE}
    return Draft(
        venue=venue,
        kind=kind,
        channel=usual.get(kind) or Channel(values["channel"]),
        starts_at=form.starts_at(venue) if isinstance(form, ReservationForm) else None,
        guest=form.guest(),
        snapshot=form.snapshot(),
        contact=values.get("contact"),
        **{name: values[name] for name in booking_forms.OWN_FIELDS if name in values},
    )


def _changes(form: EditForm, venue: Venue) -> dict[str, Any]:
    """Only what staff changed, so that a colleague's edit of another field stays."""
    touched = set(form.changed_data)
    changes = {name: form.cleaned_data[name] for name in booking_forms.OWN_FIELDS if name in touched}
    if touched & {"party_size", "party_size_other"}:
        changes["party_size"] = form.cleaned_data["party_size"]
    if touched & {"date", "time"}:
        changes["starts_at"] = form.starts_at(venue)
    return changes


def _guest_changes(form: EditForm, booking: Booking) -> dict[str, Any]:
    touched = {name: form.cleaned_data[name] for name in booking_forms.GUEST_FIELDS if name in form.changed_data}
    if not touched or booking.is_final:
        return {}
    return {"guest": form.guest(), "snapshot": touched}


def _tell(request: HttpRequest, taken: Taken) -> None:
    said = {
        BookingKind.RESERVATION: _("The booking is taken."),
        BookingKind.WALK_IN: _("They are on the board as arrived."),
        BookingKind.QUEUE: _("They are in the queue."),
    }
    messages.success(request, said[BookingKind(taken.booking.kind)])
    intake_warnings.tell(request, taken.warnings)


def _tell_edited(request: HttpRequest, edited: Edited) -> None:
    messages.success(request, _("Saved."))
    if edited.crm_sync == CrmSync.SKIPPED_CONTACT_DELETED:
        messages.warning(
            request, _("The contact of this booking is in the bin. Open the booking to link it to another one.")
        )
    intake_warnings.tell(request, edited.warnings)


def _show(request: HttpRequest, form: GuestFields, venue: Venue, extra: dict[str, Any]) -> HttpResponse:
    booking = extra["booking"]
    heading, save = HEADINGS[BookingKind(extra["kind"])]
    on = booking.service_date if booking else board.wanted_date(request, venue, timezone.now())
    content = {
        "section": "booking" if booking is None else "today",
        "heading": _("Edit booking") if booking else heading,
        "save_label": _("Save") if booking else save,
        "form": form,
        "sizes": booking_forms.SIZES_AT_ONE_TOUCH,
        "conflict": contacts.conflict_of(form),
        "back_url": _board_url(request, on, venue),
        "back_label": f"{capfirst(long_day(on))} · {venue.name}",
        "venue": venue,
        **extra,
    }
    return render(request, "dashboard/bookings/form.html", content, status=400 if form.errors else 200)


def _board_url(request: HttpRequest, on: datetime.date, venue: Venue) -> str:
    address = reverse("dashboard:board", args=[context.of(request).tenant.slug])
    return f"{address}?date={on:%Y-%m-%d}&venue={venue.pk}"


def _to_board(request: HttpRequest, booking: Booking) -> HttpResponseRedirect:
    query = f"date={booking.service_date:%Y-%m-%d}&venue={booking.venue_id}&booking={booking.pk}"
    return pages.to(request, "board", query=query)
