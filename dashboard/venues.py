"""Settings: the venues."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from babel import Locale
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bookings import borders
from dashboard import context, pages
from staff import places, venues
from tenants.models import ConsentRegime, Tenant, Venue
from tenants.permissions import Permission

LATE_KITCHEN_STARTS = datetime.time(5)


class VenueForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=venues.NAME_LENGTH)
    country = forms.ChoiceField(
        label=_("Country"), help_text=_("Phones without a country code are read as of this country.")
    )
    timezone = forms.ChoiceField(label=_("Time zone"))
    currency = forms.ChoiceField(label=_("Currency"))
    consent_regime = forms.ChoiceField(label=_("Consent rules"), choices=ConsentRegime.choices)
    day_starts_at = forms.TimeField(
        label=_("The day starts at"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("05:00 for late kitchens: a guest at 1 a.m. belongs to the evening before."),
    )
    no_show_grace_minutes = forms.IntegerField(
        label=_("Minutes before a no-show is offered"), min_value=0, max_value=240
    )
    double_opt_in = forms.BooleanField(label=_("Ask guests to confirm their consent by a mailed link"), required=False)
    ordering_paused = forms.BooleanField(label=_("Online ordering is paused"), required=False)
    legal_name = forms.CharField(
        label=_("Legal name of the sender"),
        max_length=200,
        required=False,
        help_text=_("Every marketing message must say whom it is from. Without these three fields none is sent."),
    )
    postal_address = forms.CharField(label=_("Postal address"), max_length=300, required=False)
    contact_details = forms.CharField(label=_("Phone, e-mail or website for guests"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reader = Locale.parse((get_language() or "en").partition("-")[0])
        self._offer("country", places.countries(), reader.territories)
        self._offer("timezone", _zones(self.initial.get("timezone")), {})
        self._offer("currency", places.currencies(), reader.currencies)

    def suggest_sender(self, tenant: Tenant) -> None:
        """What the sender's data may look like: shown in the empty fields, and never taken over unasked."""
        examples = {"legal_name": tenant.name, "postal_address": _("Street and number, postcode and town, country")}
        for name, example in examples.items():
            self.fields[name].widget.attrs["placeholder"] = example

    def _offer(self, name: str, values: Iterable[str], names: Mapping[str, str]) -> None:
        """The values with their names in the reader's language, in the order of the names."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        labels = {value: f"{names[value]} ({value})" if value in names else value for value in values}
        field.choices = [(value, labels[value]) for value in sorted(labels, key=lambda one: labels[one].casefold())]


def _zones(present: str | None) -> set[str]:
    """Zones named for a place, and the venue's own; not the abbreviations and old names of the time zone database."""
    named = {zone for zone in places.time_zones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))}
    return named | {"UTC", present or "UTC"}


@pages.page(Permission.VENUES_MANAGE)
def listing(request: HttpRequest) -> HttpResponse:
    return _show(request, "venues", {"venues": Venue.objects.order_by("name", "id")})


@pages.page(Permission.VENUES_MANAGE, methods=("GET", "HEAD", "POST"))
def add(request: HttpRequest) -> HttpResponse:
    form = VenueForm(request.POST or None, initial=_proposal(request))
    form.suggest_sender(context.of(request).tenant)
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            venue = venues.create(**form.cleaned_data)
            messages.success(request, _("%(name)s is ready.") % {"name": venue.name})
            return pages.to(request, "venues")
    return _show(request, "venue_form", {"form": form, "venue": None}, status=400 if form.errors else 200)


@pages.page(Permission.VENUES_MANAGE, methods=("GET", "HEAD", "POST"))
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    venue = Venue.objects.get(pk=pk)
    form = VenueForm(request.POST or None, initial={name: getattr(venue, name) for name in VenueForm.base_fields})
    form.suggest_sender(context.of(request).tenant)
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            borders.update_venue(venue, form.cleaned_data)
            messages.success(request, _("Saved."))
            return pages.to(request, "venues")
    return _show(request, "venue_form", {"form": form, "venue": venue}, status=400 if form.errors else 200)


def _proposal(request: HttpRequest) -> dict[str, Any]:
    """A new venue is mostly like its neighbor."""
    near: Venue = context.of(request).venue
    tenant: Tenant = context.of(request).tenant
    return {
        "country": tenant.country,
        "timezone": near.timezone,
        "currency": near.currency,
        "day_starts_at": LATE_KITCHEN_STARTS,
        "no_show_grace_minutes": near.no_show_grace_minutes,
        "legal_name": near.legal_name,
        "postal_address": near.postal_address,
        "contact_details": near.contact_details,
        **venues.defaults_of(tenant.country),
    }


def _show(request: HttpRequest, template: str, content: dict[str, Any], *, status: int = 200) -> HttpResponse:
    content = {"section": "settings", "page": "venues", **content}
    return render(request, f"dashboard/settings/{template}.html", content, status=status)
