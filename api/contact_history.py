"""What happened to a contact: its bookings, its visits with their sources, and the changes of its fields (R-CRM-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from api import booking_document, bookings, contacts, pagination
from api.booking_document import BookingDocument
from api.contact_document import ContactDocument
from api.endpoint import Endpoint
from api.pagination import PageShape
from api.permissions import Required
from api.schema import describe
from crm import history, visits
from crm.channel import Channel
from crm.models import FieldChange, Visit, VisitSourceKind
from tenants.permissions import Permission
from tenants.scope import ActorKind

WHEN = ("upcoming", "past")


class ContactBookingsQuery(PageShape):
    when = serializers.ChoiceField(
        [(one, one) for one in WHEN], required=False, help_text="Both, newest first, if absent."
    )


class VisitSourceDocument(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(VisitSourceKind.choices)
    id = serializers.UUIDField(help_text="The booking, order or WiFi session.")
    happened_at = serializers.DateTimeField()

    class Meta:
        ref_name = "VisitSource"


class VisitDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    venue = serializers.UUIDField()
    date = serializers.DateField(help_text="The venue's day.")
    sources = VisitSourceDocument(many=True)

    class Meta:
        ref_name = "Visit"


class BreakdownDocument(serializers.Serializer[Any]):
    """Why the counter says what it says: each visit once, under its strongest source; the imported baseline apart."""

    bookings = serializers.IntegerField()
    orders = serializers.IntegerField()
    wifi_only = serializers.IntegerField()
    imported = serializers.IntegerField()
    distinct_days = serializers.IntegerField()

    class Meta:
        ref_name = "VisitBreakdown"


class VisitListDocument(pagination.listing(VisitDocument)):  # type: ignore[misc]
    breakdown = BreakdownDocument()

    class Meta:
        ref_name = "VisitListWithBreakdown"


class ChangeActorDocument(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(ActorKind.choices)
    label = serializers.CharField()  # type: ignore[assignment]

    class Meta:
        ref_name = "ChangeActor"


class ChangeDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    field = serializers.CharField()
    old = serializers.CharField()
    new = serializers.CharField()
    channel = serializers.ChoiceField(Channel.choices)
    actor = ChangeActorDocument()
    changed_at = serializers.DateTimeField(help_text="The time of the event that brought the value.")
    created_at = serializers.DateTimeField(help_text="When it was written.")
    reverts = serializers.UUIDField(allow_null=True, help_text="The change that this one took back.")

    class Meta:
        ref_name = "Change"


class ContactBookingList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.BOOKINGS_READ}
    ORDERINGS = pagination.orderings(starts_at=("starts_at", "id"))

    @describe("A contact's bookings", query=ContactBookingsQuery, answer=pagination.listing(BookingDocument))
    def get(self, request: Request, id: UUID) -> HttpResponse:
        contact = contacts.find(id)
        parameters = self.query(ContactBookingsQuery)
        when, now = parameters.get("when"), timezone.now()
        rows = bookings.visible().filter(contact=contact)
        if when is not None:
            rows = rows.filter(starts_at__gte=now) if when == "upcoming" else rows.filter(starts_at__lt=now)
        by = "starts_at" if when == "upcoming" else "-starts_at"
        return self.page(rows, booking_document.represent, by=by, table=self.ORDERINGS, parameters=parameters)


class ContactVisitList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.CONTACTS_READ}
    ORDERINGS = pagination.orderings(date=("local_date", "id"))

    @describe(
        "A contact's visits, newest day first, and their breakdown",
        query=PageShape,
        answer=VisitListDocument,
    )
    def get(self, request: Request, id: UUID) -> HttpResponse:
        contact = contacts.find(id)
        rows: QuerySet[Visit] = Visit.objects.filter(contact=contact).prefetch_related("sources")
        page = pagination.page(request, rows, self.query(PageShape), by="-date", table=self.ORDERINGS)
        return self.answer(
            {
                "next": page.next,
                "previous": page.previous,
                "results": [_visit(visit) for visit in page.rows],
                "breakdown": asdict(visits.breakdown(contact)),
            }
        )


class ContactChangeList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.CONTACTS_READ}
    ORDERINGS = pagination.orderings(created_at=("created_at", "id"))

    @describe(
        "How a contact's fields changed, newest first", query=PageShape, answer=pagination.listing(ChangeDocument)
    )
    def get(self, request: Request, id: UUID) -> HttpResponse:
        return self.page(history.of(contacts.find(id)), _changes, by="-created_at", table=self.ORDERINGS)


class ContactChangeRevert(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.CONTACTS_WRITE}

    @describe("Give a field its old value back, as a change of its own", answer=ContactDocument)
    def post(self, request: Request, id: UUID, change: UUID) -> HttpResponse:
        contact = contacts.find(id)
        found = history.of(contact).select_related("contact").get(pk=change)
        self.check_version(contact.version)
        self.empty_body()
        self.subject = contact.pk
        return contacts.answer_with_reception(self, history.revert(found))


def _visit(visit: Visit) -> dict[str, Any]:
    sources = sorted(visit.sources.all(), key=lambda source: (source.happened_at, source.pk))
    return {
        "id": visit.pk,
        "venue": visit.venue_id,
        "date": visit.local_date,
        "sources": [{"kind": one.kind, "id": one.source_id, "happened_at": one.happened_at} for one in sources],
    }


def _changes(rows: Sequence[FieldChange]) -> list[dict[str, Any]]:
    return [
        {
            "id": change.pk,
            "field": change.field,
            "old": change.old,
            "new": change.new,
            "channel": change.channel,
            "actor": {"kind": change.actor_kind, "label": change.actor_label},
            "changed_at": change.changed_at,
            "created_at": change.created_at,
            "reverts": change.reverts_id,
        }
        for change in rows
    ]
