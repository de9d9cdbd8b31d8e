"""Venues: their zone, country, currency, consent regime, the hour a day starts (R-VISIT-2, R-CONSENT-3);
and whom its messages are from (R-CONSENT-4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from staff import places
from tenants import uniqueness
from tenants.models import ConsentRegime, Venue
from tenants.refusal import Refusal

SENDER = ("legal_name", "postal_address", "contact_details")
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
    *SENDER,
)
DOUBLE_OPT_IN_COUNTRIES = frozenset({"IT"})
NAME_LENGTH = 120


class VenueNameInUse(Refusal):
    code = "name_in_use"
    status = 409
    default_message = _("Another venue has this name.")


class VenueNameNeeded(Refusal):
    code = "required"
    status = 400
    default_message = _("Give the venue a name of 1 to 120 characters.")


def create(*, name: str, country: str, timezone: str, currency: str, **settings: Any) -> Venue:
    """Add a venue. Regime and double opt-in follow the country unless given, the sender of its messages the first venue's.

    Raises VenueNameNeeded, VenueNameInUse and the refusals of staff.places.
    """
    values = {"name": name.strip(), "country": country, "timezone": timezone, "currency": currency, **settings}
    _check(values, venue=None)
    venue = Venue(**{**defaults_of(country), **_sender_of_first(), **values})
    with uniqueness.refuse("one_venue_per_name", VenueNameInUse(field="name")):
        venue.save(force_insert=True)
    recording.record(Action.VENUE_CREATED, venue, after=_state(venue), venue_id=venue.pk)
    return venue


def _sender_of_first() -> dict[str, str]:
    first = Venue.objects.order_by("created_at", "pk").first()
    return {} if first is None else {name: getattr(first, name) for name in SENDER}


def update(venue: Venue, changes: Mapping[str, Any]) -> Venue:
    """Change a venue's settings. Raises VenueNameNeeded, VenueNameInUse and the refusals of staff.places."""
    _check(changes, venue=venue)
    before = _state(venue)
    for name, value in changes.items():
        setattr(venue, name, value)
    old, new = recording.changed(before, _state(venue))
    if new:
        with uniqueness.refuse("one_venue_per_name", VenueNameInUse(field="name")):
            venue.save(update_fields=list(new))
        recording.record(Action.VENUE_UPDATED, venue, before=old, after=new, venue_id=venue.pk)
    return venue


def defaults_of(country: str) -> dict[str, Any]:
    """The consent regime and double opt-in a country starts with."""
    regime = ConsentRegime.CASL if country == "CA" else ConsentRegime.GDPR
    return {"consent_regime": regime, "double_opt_in": country in DOUBLE_OPT_IN_COUNTRIES}


def _check(values: Mapping[str, Any], *, venue: Venue | None) -> None:
    places.check(values)
    if "name" in values:
        _check_name(values["name"], venue=venue)


def _check_name(name: str, *, venue: Venue | None) -> None:
    if not 1 <= len(name.strip()) <= NAME_LENGTH:
        raise VenueNameNeeded(field="name")
    others = Venue.objects.filter(name=name)
    if venue is not None:
        others = others.exclude(pk=venue.pk)
    if others.exists():
        raise VenueNameInUse(field="name")


def _state(venue: Venue) -> dict[str, Any]:
    return {name: getattr(venue, name) for name in EDITABLE}
