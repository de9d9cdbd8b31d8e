"""Venues and the tenant's settings: closed lists, defaults by country, what is recorded (R-VISIT-2, R-CONSENT-3, R-PRIV-4)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from audit.models import AuditEntry
from staff import places, tenant_settings, venues
from tenants.models import Tenant, Venue
from tenants.refusal import Refusal
from tests.personas import Place

pytestmark = pytest.mark.usefixtures("db")

BAR = {"name": "Bar", "country": "IT", "timezone": "Europe/Rome", "currency": "EUR"}


@pytest.mark.parametrize(
    ("country", "regime", "double_opt_in"), [("IT", "gdpr", True), ("FR", "gdpr", False), ("CA", "casl", False)]
)
def test_regime_and_double_opt_in_follow_the_country(
    inside: Place, country: str, regime: str, double_opt_in: bool
) -> None:
    venue = venues.create(**{**BAR, "country": country})

    assert (venue.consent_regime, venue.double_opt_in) == (regime, double_opt_in)


def test_what_is_given_wins_over_the_country(inside: Place) -> None:
    venue = venues.create(**BAR, double_opt_in=False, day_starts_at=datetime.time(5), no_show_grace_minutes=30)

    assert (venue.double_opt_in, venue.day_starts_at, venue.no_show_grace_minutes) == (False, datetime.time(5), 30)


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("country", "ZZ", places.UnknownCountry),
        ("country", "it", places.UnknownCountry),
        ("timezone", "Rome", places.UnknownTimeZone),
        ("currency", "FRF", places.UnknownCurrency),
        ("name", "  ", venues.VenueNameNeeded),
        ("name", "Centro", venues.VenueNameInUse),
    ],
)
def test_a_bad_value_names_its_field_and_changes_nothing(
    inside: Place, field: str, value: str, refusal: type[Refusal]
) -> None:
    mare = Venue.objects.get(name="Mare")
    before = Venue.objects.filter(pk=mare.pk).values().get()

    with pytest.raises(refusal) as creating:
        venues.create(**{**BAR, field: value})
    with pytest.raises(refusal) as updating:
        venues.update(mare, {field: value})

    assert (creating.value.field, updating.value.field) == (field, field)
    assert Venue.objects.filter(pk=mare.pk).values().get() == before
    assert Venue.objects.count() == 2


def test_another_tenants_venue_name_is_free(trattoria: Place, bistro: Place) -> None:
    with trattoria.enter():
        assert venues.create(**{**BAR, "name": "Plateau"}).name == "Plateau"


def test_a_change_is_recorded_with_before_and_after(inside: Place) -> None:
    venues.update(inside.venue, {"day_starts_at": datetime.time(5), "country": "IT"})

    entry = AuditEntry.objects.get(action="venue_updated")
    assert (entry.before, entry.after) == ({"day_starts_at": "00:00:00"}, {"day_starts_at": "05:00:00"})
    assert (entry.object_id, entry.venue_id) == (inside.venue.pk, inside.venue.pk)


def test_a_change_that_changes_nothing_is_not_recorded(inside: Place) -> None:
    venues.update(inside.venue, {"name": "Centro"})

    assert not AuditEntry.objects.filter(action="venue_updated").exists()


class TestTheTenantsSettings:
    def test_are_changed_and_recorded(self, inside: Place) -> None:
        tenant_settings.update({"auto_merge": True, "retention_months": 36, "language": "fr"})

        tenant = Tenant.objects.get()
        assert (tenant.auto_merge, tenant.retention_months, tenant.language) == (True, 36, "fr")
        entry = AuditEntry.objects.get(action="settings_updated")
        assert entry.before == {"auto_merge": False, "retention_months": None, "language": "it"}
        assert entry.after == {"auto_merge": True, "retention_months": 36, "language": "fr"}

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"retention_months": 0}, tenant_settings.RetentionOutOfRange),
            ({"retention_months": -1}, tenant_settings.RetentionOutOfRange),
            ({"retention_months": 241}, tenant_settings.RetentionOutOfRange),
            ({"language": "de"}, places.UnknownLanguage),
            ({"country": "XX"}, places.UnknownCountry),
            ({"name": ""}, tenant_settings.TenantNameNeeded),
        ],
    )
    def test_a_bad_value_names_its_field_and_changes_nothing(
        self, inside: Place, changes: dict[str, Any], refusal: type[Refusal]
    ) -> None:
        before = Tenant.objects.values().get()

        with pytest.raises(refusal) as refused:
            tenant_settings.update({"auto_merge": True, **changes})

        assert [refused.value.field] == list(changes)
        assert Tenant.objects.values().get() == before

    def test_the_address_of_the_pages_never_changes(self, inside: Place) -> None:
        tenant_settings.update({"name": "Osteria", "slug": "other"})

        tenant = Tenant.objects.get()
        assert (tenant.name, tenant.slug) == ("Osteria", "trattoria")


def test_the_lists_hold_what_the_world_uses_today() -> None:
    assert {"IT", "FR", "PL", "CA", "CH", "GB"} <= places.countries()
    assert {"EUR", "CAD", "PLN", "CHF", "GBP", "JPY"} <= places.currencies()
    assert not {"ITL", "FRF", "XXX", "XAU", "BTC"} & places.currencies()
    assert {"Europe/Rome", "America/Toronto", "America/St_Johns", "UTC"} <= places.time_zones()
