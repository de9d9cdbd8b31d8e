"""A contact's statistics as the API shows them (R-CRM-2): counts without data are 0, everything else is null."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import Any

from rest_framework import serializers

from crm import figures
from crm.figures import Figures, Spend
from crm.models import Contact

COUNTS = ("visit_count", "booking_count", "cancelled_count", "no_show_count", "order_count")
FIGURES = tuple(field.name for field in fields(Figures))
SPEND = tuple(field.name for field in fields(Spend))
_counts, _figures, _spend = attrgetter(*COUNTS), attrgetter(*FIGURES), attrgetter(*SPEND)


class SpendDocument(serializers.Serializer[Any]):
    currency = serializers.CharField()
    total_minor = serializers.IntegerField()

    class Meta:
        ref_name = "Spend"


class CurrencySpendDocument(SpendDocument):
    """Amounts are never added across currencies: here is each by itself."""

    purchase_count = serializers.IntegerField(help_text="Fulfilled orders, and receipts that are not of an order.")
    by_source = serializers.DictField(child=serializers.IntegerField(), help_text="web, phone, pos: minor units.")

    class Meta:
        ref_name = "CurrencySpend"


class VenueStatsDocument(serializers.Serializer[Any]):
    venue = serializers.UUIDField()
    visit_count = serializers.IntegerField()
    booking_count = serializers.IntegerField()
    cancelled_count = serializers.IntegerField()
    no_show_count = serializers.IntegerField()
    order_count = serializers.IntegerField()
    spend = SpendDocument(many=True)

    class Meta:
        ref_name = "VenueStats"


class StatsDocument(serializers.Serializer[Any]):
    """Counts without data are 0; sums, averages, intervals and dates without data are null."""

    visit_count = serializers.IntegerField()
    imported_visit_count = serializers.IntegerField(help_text="The baseline of an import, shown apart.")
    last_visit_on = serializers.DateField(allow_null=True)
    booking_count = serializers.IntegerField()
    cancelled_count = serializers.IntegerField()
    no_show_count = serializers.IntegerField()
    no_show_rate_180d = serializers.FloatField(allow_null=True)
    order_count = serializers.IntegerField()
    spend_total_minor = serializers.IntegerField(allow_null=True)
    average_ticket_minor = serializers.IntegerField(allow_null=True)
    purchase_interval_days = serializers.FloatField(allow_null=True)
    last_purchase_on = serializers.DateField(allow_null=True)
    review_average = serializers.FloatField(allow_null=True)
    google_rating = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField(allow_null=True, help_text="Of the latest purchase.")
    spend = CurrencySpendDocument(many=True)
    by_venue = VenueStatsDocument(many=True)

    class Meta:
        ref_name = "Stats"


def of(contact: Contact, no_show_rate: float | None) -> dict[str, Any]:
    """The statistics of a contact that is loaded with them."""
    stats = contact.stats
    read = figures.of(stats)
    return {
        **dict(zip(COUNTS, _counts(stats), strict=True)),
        "imported_visit_count": contact.imported_visit_count,
        "no_show_rate_180d": None if no_show_rate is None else round(no_show_rate, 4),
        **dict(zip(FIGURES, _figures(read), strict=True)),
        "spend": [dict(zip(SPEND, _spend(one), strict=True)) for one in figures.spend(stats)],
        "by_venue": [{"venue": venue, **_venue_stats(own)} for venue, own in sorted(stats.by_venue.items())],
    }


def _venue_stats(own: dict[str, Any]) -> dict[str, Any]:
    spent = [{"currency": currency, "total_minor": total} for currency, total in sorted(own.get("spend", {}).items())]
    return {**{name: own.get(name, 0) for name in COUNTS}, "spend": spent}
