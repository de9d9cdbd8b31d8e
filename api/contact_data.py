"""`contacts/{id}/data/`: everything that is held on a person, for the person (R-PRIV-2)."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from api import contacts
from api.endpoint import Endpoint
from api.permissions import Required
from api.schema import describe
from crm import data_export
from tenants.permissions import Permission


class ContactDataDocument(serializers.Serializer[Any]):
    """The sections that every app fills with what it holds; each a list but `profile` and `allergies`.

    Facts without a contact that name the guest stand among the guest's own.
    """

    generated_at = serializers.DateTimeField()
    left_out = serializers.ListField(
        child=serializers.CharField(),
        help_text="What is held and not in here: `allergies`, for who may not read them; tags and cells of allergies, too.",
    )
    profile = serializers.DictField()
    allergies = serializers.CharField(required=False, help_text="For who may read them (health_read).")
    merged = serializers.ListField(child=serializers.DictField(), help_text="Contacts that were merged into it.")
    identifiers = serializers.ListField(child=serializers.DictField())
    tags = serializers.ListField(child=serializers.DictField())
    lifted_tags = serializers.ListField(child=serializers.DictField(), help_text="Taken off by staff, and why.")
    groups = serializers.ListField(child=serializers.CharField())
    statistics = serializers.ListField(child=serializers.DictField())
    visits = serializers.ListField(child=serializers.DictField())
    reviews = serializers.ListField(child=serializers.DictField())
    changes = serializers.ListField(child=serializers.DictField())
    named_elsewhere = serializers.ListField(
        child=serializers.DictField(),
        help_text="Facts of others that name the guest: what they say of the guest alone.",
    )
    bookings = serializers.ListField(child=serializers.DictField())
    orders = serializers.ListField(child=serializers.DictField())
    receipts = serializers.ListField(child=serializers.DictField())
    ordering_blocks = serializers.ListField(child=serializers.DictField())
    ordering_attempts = serializers.ListField(child=serializers.DictField())
    fixed_discounts = serializers.ListField(child=serializers.DictField())
    wifi_sessions = serializers.ListField(child=serializers.DictField())
    promotion_signups = serializers.ListField(child=serializers.DictField())
    inquiries = serializers.ListField(child=serializers.DictField())
    messages = serializers.ListField(child=serializers.DictField())
    app_users = serializers.ListField(child=serializers.DictField())
    follows = serializers.ListField(child=serializers.DictField())
    campaigns = serializers.ListField(child=serializers.DictField())
    confirmations = serializers.ListField(
        child=serializers.DictField(), help_text="Codes that wait to be told, of an address that was given in the app."
    )
    consents = serializers.ListField(child=serializers.DictField())
    undeliverable_addresses = serializers.ListField(child=serializers.DictField())
    consent_ledger = serializers.ListField(child=serializers.DictField())
    imported_rows = serializers.ListField(child=serializers.DictField())

    class Meta:
        ref_name = "ContactData"


class ContactData(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.CONTACTS_EXPORT}

    @describe(
        "Everything that is held on a person, to be handed to them",
        description="Contacts that were merged into it are part of it. Each time is in the audit log.",
        answer=ContactDataDocument,
    )
    def get(self, request: Request, id: UUID) -> HttpResponse:
        contact = contacts.find(id)
        self.empty_query()
        held = data_export.of(contact)
        return self.answer({"generated_at": timezone.now(), **held}, headers={"Cache-Control": "no-store"})
