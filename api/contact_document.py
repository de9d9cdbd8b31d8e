"""A contact as the API shows it: the card of R-CRM-1 with its statistics (R-CRM-2) and consents (R-CONSENT-1).

A page of contacts costs the same few queries as one contact. Members that later parts fill (loyalty, orders) are
there with what is true today: none, 0 or null.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from api import follower_document, stats_document, tag_details
from api.follower_document import FollowDocument
from api.guest_data import ReceptionDocument
from api.stats_document import StatsDocument
from api.tag_details import TagDetailDocument
from consent import reading as consents
from consent.models import Source
from consent.reading import ConsentItem
from consent.status import ConsentChannel, Status
from consent.suppression import OF_ADDRESSES
from crm import allergies, health, special_dates
from crm.allergies import Allergies
from crm.channel import Channel
from crm.details import DETAILS, Details
from crm.models import Contact, ContactKind
from crm.special_dates import SpecialDate, SpecialDateKind
from orders import standing
from orders.models import DiscountKind
from orders.standing import STANDINGS, Standing
from outreach import suggesting
from outreach.following import FOLLOWS
from outreach.suggesting import PAST, Past, Suggestion
from tenants import keyed_hash, questions
from tenants.venues import OLDEST_FIRST

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
    "erase_on",
    "created_at",
    "updated_at",
)
NULLABLE = ("email", "phone", "language", "birthday", "anniversary")
DISCOUNT = ("id", "name", "kind", "percent", "amount_minor", "currency")
# Of `erasure_asked` the contact's own `erase_on` tells.
CONSENT = tuple(field.name for field in fields(ConsentItem) if field.name != "erasure_asked")
_profile, _nullable, _consent_values = attrgetter(*PROFILE), attrgetter(*NULLABLE), attrgetter(*CONSENT)
# All that a page of contacts shows beside their own rows.
QUESTIONS = (OLDEST_FIRST, DETAILS, STANDINGS, FOLLOWS, *PAST, OF_ADDRESSES)
NOT_YET: dict[str, Any] = {
    "loyalty": {"card_number": None, "balance": 0},
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
    marketable = serializers.BooleanField(help_text="Never while the contact has a day to be cleared, `erase_on`.")
    expires_on = serializers.DateField(allow_null=True)
    undeliverable = serializers.BooleanField(help_text="Mail to this address came back: nothing is marketable there.")

    class Meta:
        ref_name = "Consent"


class LoyaltyDocument(serializers.Serializer[Any]):
    card_number = serializers.CharField(allow_null=True)
    balance = serializers.IntegerField()

    class Meta:
        ref_name = "Loyalty"


class SuggestedMessageDocument(serializers.Serializer[Any]):
    kind = serializers.CharField(allow_null=True)
    reason = serializers.CharField(
        help_text="Why this one; or why none: open_booking, already_asked, not_reachable, erasure_asked..."
    )

    class Meta:
        ref_name = "SuggestedMessage"


class AppliedFixedDiscountDocument(serializers.Serializer[Any]):
    """The discount that is on every order of the contact; one that is not active is none."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(DiscountKind.choices)
    percent = serializers.IntegerField(allow_null=True)
    amount_minor = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField(allow_null=True)

    class Meta:
        ref_name = "FixedDiscount"


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
    tag_details = TagDetailDocument(many=True)
    groups = serializers.ListField(child=serializers.UUIDField())
    first_channel = serializers.ChoiceField(Channel.choices)
    last_channel = serializers.ChoiceField(Channel.choices)
    first_contact_on = serializers.DateField()
    registered_at = serializers.DateTimeField(allow_null=True)
    is_ordering_blocked = serializers.BooleanField()
    has_suspect_key = serializers.BooleanField()
    is_duplicate = serializers.BooleanField()
    fixed_discount = AppliedFixedDiscountDocument(allow_null=True)
    consents = ConsentDocument(many=True)
    loyalty = LoyaltyDocument()
    stats = StatsDocument()
    suggested_message = SuggestedMessageDocument()
    follows = FollowDocument(many=True)
    special_dates = SpecialDateDocument(many=True)
    has_allergies = serializers.BooleanField(help_text="By the text below, or by a tag of allergy.")
    allergies = serializers.CharField(
        allow_null=True, help_text="Allergies and diet; null for none, and for who may not read them (health_read)."
    )
    merged_from = serializers.ListField(
        child=serializers.UUIDField(), help_text="Ids that answer with this contact, since they were merged into it."
    )
    deleted_at = serializers.DateTimeField(allow_null=True, help_text="Set while the contact is in the bin.")
    erase_on = serializers.DateField(
        allow_null=True, help_text="The day from which the personal data are cleared, when that was put off."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Contact"


def represent(rows: Sequence[Contact]) -> list[dict[str, Any]]:
    """The contacts, which come from `crm.listing.with_figures`."""
    if not rows:
        return []
    ids = [contact.pk for contact in rows]
    now, addresses = timezone.now(), consents.addresses(rows)
    answers = questions.ask(QUESTIONS, ids, now, addresses, keyed_hash.of_all(addresses))
    known, follows, standings = answers[DETAILS], answers[FOLLOWS], answers[STANDINGS]
    pasts, places = suggesting.pasts_of(ids, answers), answers[OLDEST_FIRST]
    current = consents.of_standing(rows, answers[OF_ADDRESSES], venues=places, now=now)
    today, may_read = timezone.localdate(now, places[0].zone), allergies.may_be_read()
    return [
        {
            **_of_contact(contact, known[contact.pk], today, may_read=may_read),
            **_of_dealings(contact, pasts[contact.pk], current[contact.pk]),
            "follows": [follower_document.follow(one) for one in follows.get(contact.pk, ())],
            **_standing(standings.get(contact.pk, standing.NOTHING_SPECIAL)),
        }
        for contact in rows
    ]


def _of_contact(contact: Contact, known: Details, today: datetime.date, *, may_read: bool) -> dict[str, Any]:
    return {
        "id": contact.pk,
        **dict(zip(PROFILE, _profile(contact), strict=True)),
        **{name: value or None for name, value in zip(NULLABLE, _nullable(contact), strict=True)},
        "is_duplicate": known.is_duplicate,
        **tag_details.of(known.tags),
        "groups": known.groups,
        "merged_from": known.merged_from,
        "special_dates": [_special_date(one) for one in special_dates.of(contact, today)],
        "has_allergies": bool(known.allergies),
        "allergies": _allergies(known.allergies) if may_read else None,
    }


def _of_dealings(contact: Contact, past: Past, current: Sequence[ConsentItem]) -> dict[str, Any]:
    return {
        "consents": [_consent(item) for item in current],
        "stats": stats_document.of(contact, past.dealings.no_show_rate),
        "suggested_message": _suggestion(suggesting.of(contact, past, current)),
        **NOT_YET,
    }


def _allergies(known: Allergies) -> str | None:
    return health.text_of(known.contact_id, known.note) or None


def _suggestion(suggested: Suggestion) -> dict[str, Any]:
    return {"kind": suggested.kind, "reason": suggested.reason}


def _standing(own: Standing) -> dict[str, Any]:
    discount = own.fixed_discount
    shown = None if discount is None else {name: getattr(discount, name) or None for name in DISCOUNT}
    return {"is_ordering_blocked": own.is_blocked, "fixed_discount": shown}


def _consent(item: ConsentItem) -> dict[str, Any]:
    """Not `asdict`, which copies deeply: it took a sixth of a page's time."""
    return dict(zip(CONSENT, _consent_values(item), strict=True))


def _special_date(one: SpecialDate) -> dict[str, Any]:
    return {"kind": one.kind, "date": one.date, "days_until": one.days_until}
