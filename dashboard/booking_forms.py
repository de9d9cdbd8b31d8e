"""The forms of a booking, a walk-in, a queue entry, and of a booking's edit."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking, BookingKind
from crm.channel import Channel
from crm.guest_data import Guest
from dashboard.filter_panel import OFFERED_LANGUAGES
from dashboard.long_text import LongTextField
from dashboard.templatetags.coperto import language_name
from tenants.models import Venue

SIZES_AT_ONE_TOUCH = range(1, 9)
LARGEST_PARTY = 1000
STAFF_CHANNELS = (Channel.PHONE, Channel.STAFF, Channel.WEB, Channel.GOOGLE, Channel.THIRD_PARTY)
GUEST_FIELDS = ("first_name", "last_name", "phone", "email", "language")
OWN_FIELDS = ("party_size", "notes", "table", "occasion")


def _looked_up(**attrs: Any) -> forms.TextInput:
    """A field whose words are looked up among the contacts while staff type (R-ID-8)."""
    return forms.TextInput(attrs={"data-lookup": "", "autocomplete": "off", **attrs})


def _capital(channels: Iterable[Channel]) -> list[tuple[str, str]]:
    return [(one.value, capfirst(str(one.label))) for one in channels]


class GuestFields(forms.Form):
    contact = forms.UUIDField(required=False, widget=forms.HiddenInput)
    first_name = forms.CharField(label=_("First name"), max_length=100, required=False, widget=_looked_up())
    last_name = forms.CharField(label=_("Last name"), max_length=100, required=False, widget=_looked_up())
    phone = forms.CharField(label=_("Phone"), max_length=200, required=False, widget=_looked_up(inputmode="tel"))
    email = forms.CharField(label=_("E-mail"), max_length=500, required=False, widget=_looked_up(inputmode="email"))
    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = self.fields.get("language")
        if isinstance(language, forms.ChoiceField):
            language.choices = [("", _("not known")), *((code, language_name(code)) for code in OFFERED_LANGUAGES)]

    def snapshot(self) -> dict[str, Any]:
        """The guest data exactly as they were typed, for the booking to keep."""
        return {name: self.cleaned_data[name] for name in GUEST_FIELDS if self.cleaned_data.get(name)}

    def guest(self) -> Guest:
        return Guest(**self.snapshot())


class PartyFields(forms.Form):
    party_size = forms.IntegerField(label=_("Guests"), required=False, min_value=1, max_value=LARGEST_PARTY)
    party_size_other = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=LARGEST_PARTY,
        widget=forms.NumberInput(attrs={"placeholder": _("more"), "aria-label": _("Another number of guests")}),
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        values["party_size"] = values.get("party_size_other") or values.get("party_size")
        if not values["party_size"] and not self.errors:
            self.add_error("party_size", _("Say how many guests."))
        return values


class MomentFields(forms.Form):
    date = forms.DateField(
        label=_("Date"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        # The ends of the calendar overflow in other zones.
        validators=[MinValueValidator(datetime.date(1900, 1, 1)), MaxValueValidator(datetime.date(2200, 12, 31))],
    )
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def starts_at(self, venue: Venue) -> datetime.datetime:
        """The instant, read as the venue's wall clock."""
        return datetime.datetime.combine(self.cleaned_data["date"], self.cleaned_data["time"], tzinfo=venue.zone)


class TableFields(forms.Form):
    table = forms.CharField(label=_("Table"), max_length=40, required=False)
    occasion = forms.CharField(label=_("Occasion"), max_length=80, required=False)
    notes = LongTextField(label=_("Notes"), max_length=1000, required=False, rows=2)


class WalkInForm(TableFields, GuestFields, PartyFields):
    """A walk-in or a queue entry: only the party size is needed (R-ID-8)."""

    occasion = None  # type: ignore[assignment]


class ReservationForm(TableFields, GuestFields, MomentFields, PartyFields):
    channel = forms.ChoiceField(label=_("How they booked"), choices=lambda: _capital(STAFF_CHANNELS))

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not values.get("contact") and not any(values.get(name) for name in GUEST_FIELDS[:4]):
            self.add_error("last_name", _("Say who is coming: a name is enough."))
        return values


class EditForm(TableFields, GuestFields, MomentFields, PartyFields):
    """What can be corrected on a booking. The contact is changed by linking, not here."""

    contact = None  # type: ignore[assignment]


FORMS: dict[str, type[WalkInForm | ReservationForm]] = {
    BookingKind.RESERVATION: ReservationForm,
    BookingKind.WALK_IN: WalkInForm,
    BookingKind.QUEUE: WalkInForm,
}


def initial_of(booking: Booking, venue: Venue) -> dict[str, Any]:
    starts_at = booking.starts_at.astimezone(venue.zone)
    size = booking.party_size
    place = "party_size" if size in SIZES_AT_ONE_TOUCH else "party_size_other"
    return {
        place: size,
        "date": starts_at.date(),
        "time": starts_at.time(),
        "table": booking.table,
        "occasion": booking.occasion,
        "notes": booking.notes,
        **{name: booking.guest.get(name, "") for name in GUEST_FIELDS},
    }
