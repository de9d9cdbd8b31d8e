"""Venues and their settings: zone, country, currency, consent regime, the hour a day starts (R-VISIT-2, R-CONSENT-3)."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from tenants.models import ConsentRegime, Venue
from tenants.refusal import Refusal

EDITABLE = (
    "name",
    "country",
    "timezone",
    "currency",
    "consent_regime",
    "double_opt_in",
    "day_starts_at",
    "no_show_grace_minutes",
    "ordering_paused",
)
DOUBLE_OPT_IN_COUNTRIES = frozenset({"IT"})


class VenueNameInUse(Refusal):
    code = "name_in_use"
    status = 409
    default_message = _("Another venue has this name.")


class UnknownTimeZone(Refusal):
    code = "unknown_timezone"
    status = 400
    default_message = _("This is no time zone. Use a name such as Europe/Rome.")


def create(*, name: str, country: str, timezone: str, currency: str, **settings: Any) -> Venue:
    """Add a venue. Regime and double opt-in follow the country unless given."""
    _check_timezone(timezone)
    _check_name(name, venue=None)
    venue = Venue(
        name=name,
        country=country,
        timezone=timezone,
        currency=currency,
        **{**defaults_of(country), **settings},
    )
    venue.save(force_insert=True)
    recording.record(Action.VENUE_CREATED, venue, after=_state(venue), venue_id=venue.pk)
    return venue


def update(venue: Venue, changes: Mapping[str, Any]) -> Venue:
    """Change a venue's settings. Raises VenueNameInUse, UnknownTimeZone."""
    if "timezone" in changes:
        _check_timezone(changes["timezone"])
    if "name" in changes:
        _check_name(changes["name"], venue=venue)
    before = _state(venue)
    for name, value in changes.items():
        setattr(venue, name, value)
    old, new = recording.changed(before, _state(venue))
    if new:
        venue.save(update_fields=list(new))
        recording.record(Action.VENUE_UPDATED, venue, before=old, after=new, venue_id=venue.pk)
    return venue


def defaults_of(country: str) -> dict[str, Any]:
    """The consent regime and double opt-in a country starts with."""
    regime = ConsentRegime.CASL if country == "CA" else ConsentRegime.GDPR
    return {"consent_regime": regime, "double_opt_in": country in DOUBLE_OPT_IN_COUNTRIES}


def _check_timezone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise UnknownTimeZone(field="timezone")


def _check_name(name: str, *, venue: Venue | None) -> None:
    others = Venue.objects.filter(name=name)
    if venue is not None:
        others = others.exclude(pk=venue.pk)
    if others.exists():
        raise VenueNameInUse(field="name")


def _state(venue: Venue) -> dict[str, Any]:
    return {name: getattr(venue, name) for name in EDITABLE}
