"""A contact as the API shows it: the card of R-CRM-1 with its statistics (R-CRM-2) and consents (R-CONSENT-1).

A page of contacts costs the same few queries as one contact. Members that later parts fill (groups, loyalty, orders) are
there with what is true today: none, 0 or null.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers

from api.guest_data import ReceptionDocument
from consent import reading as consents
from consent.models import Source
from consent.reading import ConsentItem
from consent.status import ConsentChannel, Status
from crm import allergies, duplicates, editing, figures, special_dates, statistics, tags
from crm.channel import Channel
from crm.figures import Figures, Spend
from crm.models import Contact, ContactKind, ContactStats
from crm.special_dates import SpecialDateKind

PROFILE = (
    "kind",
    "code",
    "first_name",
    "last_name",
    "email",
    "phone",
    "phone_extension",
    "language",
    "birthday",
    "address",
    "postcode",
    "city",
    "company",
    "nickname",
    "notes",
    "first_channel",
    "last_channel",
    "first_contact_on",
    "registered_at",
    "has_suspect_key",
    "deleted_at",
    "created_at",
    "updated_at",
)
CONSENT = tuple(field.name for field in fields(ConsentItem))
COUNTS = ("visit_count", "booking_count", "cancelled_count", "no_show_count", "order_count")
FIGURES = tuple(field.name for field in fields(Figures))
SPEND = tuple(field.name for field in fields(Spend))
NOT_YET: dict[str, Any] = {
    "groups": [],
    "is_ordering_blocked": False,
    "fixed_discount": None,
    "loyalty": {"card_number": None, "balance": 0},
    "suggested_message": {"kind": None, "reason": None},
    "follows": [],
    "merged_from": [],
}


class SpecialDateDocument(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(SpecialDateKind.choices)
    date = serializers.CharField(help_text="YYYY-MM-DD, or --MM-DD without the year.")
    days_until = serializers.IntegerField(min_value=0)

    class Meta:
        ref_name = "SpecialDate"


class ConsentDocument(serializers.Serializer[Any]):
    venue = serializers.UUIDField()
    channel = serializers.ChoiceField(ConsentChannel.choices)
    address = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    pending_confirmation = serializers.BooleanField()
    changed_at = serializers.DateTimeField()
    source = serializers.ChoiceField(Source.choices)  # type: ignore[assignment]
    marketable = serializers.BooleanField()
    expires_on = serializers.DateField(allow_null=True)

    class Meta:
        ref_name = "Consent"


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


class LoyaltyDocument(serializers.Serializer[Any]):
    card_number = serializers.CharField(allow_null=True)
    balance = serializers.IntegerField()

    class Meta:
        ref_name = "Loyalty"


class SuggestedMessageDocument(serializers.Serializer[Any]):
    kind = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True)

    class Meta:
        ref_name = "SuggestedMessage"


class ContactDocument(ReceptionDocument):
    """`contact`, `crm_sync` and `warnings` are in answers that took guest data."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(ContactKind.choices)
    code = serializers.CharField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    email = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True, help_text="E.164")
    phone_extension = serializers.CharField()
    language = serializers.CharField(allow_null=True)
    birthday = serializers.CharField(allow_null=True, help_text="YYYY-MM-DD, or --MM-DD without the year.")
    anniversary = serializers.CharField(allow_null=True, help_text="YYYY-MM-DD, or --MM-DD without the year.")
    address = serializers.CharField()
    postcode = serializers.CharField()
    city = serializers.CharField()
    company = serializers.CharField()
    nickname = serializers.CharField()
    notes = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField(), help_text="Keys of tags.")
    groups = serializers.ListField(child=serializers.UUIDField())
    first_channel = serializers.ChoiceField(Channel.choices)
    last_channel = serializers.ChoiceField(Channel.choices)
    first_contact_on = serializers.DateField()
    registered_at = serializers.DateTimeField(allow_null=True)
    is_ordering_blocked = serializers.BooleanField()
    has_suspect_key = serializers.BooleanField()
    is_duplicate = serializers.BooleanField()
    fixed_discount = serializers.DictField(allow_null=True)
    consents = ConsentDocument(many=True)
    loyalty = LoyaltyDocument()
    stats = StatsDocument()
    suggested_message = SuggestedMessageDocument()
    follows = serializers.ListField(child=serializers.DictField())
    special_dates = SpecialDateDocument(many=True)
    has_allergies = serializers.BooleanField()
    merged_from = serializers.ListField(child=serializers.UUIDField())
    deleted_at = serializers.DateTimeField(allow_null=True, help_text="Set while the contact is in the bin.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Contact"


def represent(rows: Sequence[Contact]) -> list[dict[str, Any]]:
    """The contacts, which come from `crm.listing.with_figures`."""
    if not rows:
        return []
    ids = [contact.pk for contact in rows]
    rates, keys, flagged = statistics.no_show_rates(ids), tags.keys_of(ids), duplicates.flagged(ids)
    current, special = consents.current(rows, now=timezone.now()), _special_dates(rows)
    return [
        {
            "id": contact.pk,
            **{name: getattr(contact, name) for name in PROFILE},
            **{
                name: getattr(contact, name) or None
                for name in ("email", "phone", "language", "birthday", "anniversary")
            },
            "is_duplicate": contact.pk in flagged,
            "tags": allergies.readable(keys.get(contact.pk, [])),
            "consents": [_consent(item) for item in current.get(contact.pk, ())],
            "stats": _stats(contact, contact.stats, rates),
            **NOT_YET,
            "special_dates": special.get(contact.pk, []),
            "has_allergies": any(map(allergies.names_allergy, keys.get(contact.pk, []))),
        }
        for contact in rows
    ]


def _special_dates(rows: Sequence[Contact]) -> dict[UUID, list[dict[str, Any]]]:
    """The special dates of those who have any; what day it is at home is asked only then."""
    celebrated = [contact for contact in rows if contact.birthday or contact.anniversary]
    if not celebrated:
        return {}
    today = timezone.localdate(timezone=editing.home_venue().zone)
    return {contact.pk: [asdict(one) for one in special_dates.of(contact, today)] for contact in celebrated}


def _consent(item: ConsentItem) -> dict[str, Any]:
    """Not `asdict`, which copies deeply: it took a sixth of a page's time."""
    return {name: getattr(item, name) for name in CONSENT}


def _stats(contact: Contact, stats: ContactStats, rates: dict[UUID, float]) -> dict[str, Any]:
    rate, read = rates.get(contact.pk), figures.of(stats)
    return {
        **{name: getattr(stats, name) for name in COUNTS},
        "imported_visit_count": contact.imported_visit_count,
        "no_show_rate_180d": None if rate is None else round(rate, 4),
        **{name: getattr(read, name) for name in FIGURES},
        "spend": [{name: getattr(one, name) for name in SPEND} for one in figures.spend(stats)],
        "by_venue": [{"venue": venue, **_venue_stats(own)} for venue, own in sorted(stats.by_venue.items())],
    }


def _venue_stats(own: dict[str, Any]) -> dict[str, Any]:
    spent = [{"currency": currency, "total_minor": total} for currency, total in sorted(own.get("spend", {}).items())]
    return {**{name: own.get(name, 0) for name in COUNTS}, "spend": spent}
