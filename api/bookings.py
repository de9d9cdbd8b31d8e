"""`bookings/`: reservations, walk-ins and the queue (R-ID-1, R-ID-8, R-WRITE-3, R-WRITE-4, R-VISIT-3)."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from api import guest_data, pagination, references, shape
from api.booking_document import BookingDocument, receipt, represent
from api.endpoint import Endpoint
from api.pagination import ChangesShape
from api.permissions import Required
from api.problems import refused_field
from api.schema import describe
from bookings import editing, lifecycle, linking, taking
from bookings.models import Booking, BookingKind, BookingStatus
from bookings.taking import Draft
from crm.channel import Channel
from tenants import scope
from tenants.permissions import Permission
from tenants.scope import ActorKind

LARGEST_PARTY = 1000
CHANNELS = (
    Channel.WEB,
    Channel.PHONE,
    Channel.STAFF,
    Channel.GOOGLE,
    Channel.THIRD_PARTY,
    Channel.WALK_IN,
    Channel.QUEUE,
    Channel.API,
)
CHANNEL_CHOICES = [(one.value, one.label) for one in CHANNELS]
# A widget acts for the guest at the screen: it cannot say that somebody is standing in the restaurant.
WIDGET_CHANNELS = frozenset({Channel.WEB, Channel.GOOGLE, Channel.THIRD_PARTY, Channel.QUEUE})
WIDGET_KINDS = frozenset({BookingKind.RESERVATION, BookingKind.QUEUE})
OWN_FIELDS = ("starts_at", "party_size", "notes", "table", "occasion")
ORDERINGS = pagination.orderings(starts_at=("starts_at", "id"), updated_at=("updated_at", "id"))


class BookingShape(shape.Shape):
    venue = shape.Id()
    kind = shape.Choice(choices=BookingKind.choices, required=False, default=BookingKind.RESERVATION)
    channel = shape.Choice(choices=CHANNEL_CHOICES, required=False)
    starts_at = shape.Instant(required=False, allow_null=True, help_text="Now, for walk_in and queue.")
    party_size = shape.Integer(min_value=1, max_value=LARGEST_PARTY)
    notes = shape.OptionalText(max_length=1000)
    table = shape.OptionalText(max_length=40)
    occasion = shape.OptionalText(max_length=80)
    provider = shape.OptionalText(max_length=40)
    external_id = shape.OptionalText(max_length=120, help_text="Unique for ever per venue and provider.")
    guest = guest_data.GuestShape(required=False, allow_null=True)
    contact = shape.Id(required=False, allow_null=True, help_text="Chosen by staff; not for widget keys.")
    marketing_opt_in = guest_data.MarketingOptInShape(required=False, allow_null=True)

    class Meta:
        ref_name = "NewBooking"


class BookingChangesShape(shape.Shape):
    starts_at = shape.Instant()
    party_size = shape.Integer(min_value=1, max_value=LARGEST_PARTY)
    notes = shape.OptionalText(max_length=1000)
    table = shape.OptionalText(max_length=40)
    occasion = shape.OptionalText(max_length=80)
    is_late = shape.Flag()
    guest = guest_data.GuestShape(allow_null=True)

    class Meta:
        ref_name = "BookingChanges"


class StatusShape(shape.Shape):
    status = shape.Choice(choices=BookingStatus.choices)
    at = shape.Instant(required=False, allow_null=True, help_text="The time of the tap; now when absent.")

    class Meta:
        ref_name = "BookingStatusChange"


class LinkShape(shape.Shape):
    contact = shape.Id(allow_null=True)

    class Meta:
        ref_name = "BookingLink"


class BookingQuery(ChangesShape):
    venue = shape.Id(required=False)
    date = shape.Day(required=False, help_text="The venue's day (`service_date`).")
    status = serializers.ListField(child=serializers.ChoiceField(BookingStatus.choices), required=False)
    contact = shape.Id(required=False)
    ordering = serializers.ChoiceField([(name, name) for name in ORDERINGS], required=False)


LOOKUPS = {
    "venue": "venue_id",
    "date": "service_date",
    "status": "status__in",
    "contact": "contact_id",
    "updated_since": "updated_at__gte",
}
EXAMPLE = {
    "venue": "0198c5a0-0000-7000-8000-000000000000",
    "kind": "reservation",
    "channel": "web",
    "starts_at": "2026-12-24T20:00:00+01:00",
    "party_size": 4,
    "guest": {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.com", "phone": "333 123 4567"},
    "marketing_opt_in": {"email": True, "wording": "newsletter-2026-01"},
}


class BookingList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.BOOKINGS_READ, "POST": Permission.BOOKINGS_CREATE}

    @describe("List bookings", query=BookingQuery, answer=pagination.listing(BookingDocument))
    def get(self, request: Request) -> HttpResponse:
        parameters = self.query(BookingQuery)
        wanted = {LOOKUPS[name]: value for name, value in parameters.items() if name in LOOKUPS}
        rows = visible().filter(**wanted)
        usual = "updated_at" if "updated_since" in parameters else "starts_at"
        return self.page(rows, represent, by=usual, table=ORDERINGS, parameters=parameters)

    @describe(
        "Take a booking, and its guest into the list",
        description="201 for a new booking; 200 with the first one when the external id is known.",
        body=BookingShape,
        answer=BookingDocument,
        status=(201, 200),
        example=EXAMPLE,
    )
    def post(self, request: Request) -> HttpResponse:
        draft = _draft(self.body(BookingShape))
        taken = taking.take(draft)
        self.subject = taken.booking.contact_id
        content = receipt(taken.booking, draft) if guest_data.is_widget() else represent([taken.booking])[0]
        content |= guest_data.reception(
            contact=taken.booking.contact_id, crm_sync=taken.crm_sync, warnings=taken.warnings
        )
        return self.answer(content, status=201 if taken.is_new else 200, version=taken.booking.version)


class BookingDetail(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.BOOKINGS_READ, "PATCH": Permission.BOOKINGS_WRITE}

    @describe("Read a booking", answer=BookingDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        booking = visible().get(pk=id)
        return self.answer(represent([booking])[0], version=booking.version)

    @describe(
        "Change a booking; its guest data reach the contact while it is open",
        body=BookingChangesShape,
        answer=BookingDocument,
        example={"party_size": 5, "table": "12", "guest": {"phone": "333 765 4321"}},
    )
    def patch(self, request: Request, id: UUID) -> HttpResponse:
        booking = visible().get(pk=id)
        self.check_version(booking.version)
        values = self.body(BookingChangesShape, partial=True)
        given = values.pop("guest", None)
        edited = editing.edit(
            booking,
            values,
            guest=None if given is None else guest_data.of(given),
            snapshot=None if given is None else guest_data.snapshot(given),
        )
        self.subject = edited.booking.contact_id
        content = represent([edited.booking])[0] | guest_data.reception(
            contact=edited.booking.contact_id, crm_sync=edited.crm_sync, warnings=edited.warnings
        )
        return self.answer(content, version=edited.booking.version)


class BookingStatusChange(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.BOOKINGS_WRITE}

    @describe(
        "Give a booking a status; any may follow any other",
        body=StatusShape,
        answer=BookingDocument,
        example={"status": "arrived", "at": "2026-12-24T20:04:00+01:00"},
    )
    def post(self, request: Request, id: UUID) -> HttpResponse:
        booking = visible().get(pk=id)
        self.check_version(booking.version)
        values = self.body(StatusShape)
        booking = lifecycle.set_status(booking, BookingStatus(values["status"]), at=values.get("at"))
        self.subject = booking.contact_id
        return self.answer(represent([booking])[0], version=booking.version)


class BookingContact(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.BOOKINGS_WRITE}

    @describe(
        "Link a booking to a contact, final ones too; null unlinks",
        body=LinkShape,
        answer=BookingDocument,
        example={"contact": "0198c5a0-0000-7000-8000-000000000000"},
    )
    def post(self, request: Request, id: UUID) -> HttpResponse:
        booking = visible().get(pk=id)
        self.check_version(booking.version)
        booking = linking.link(booking, self.body(LinkShape)["contact"])
        self.subject = booking.contact_id
        return self.answer(represent([booking])[0], version=booking.version)


def visible() -> QuerySet[Booking]:
    """The tenant's bookings, or those of the one venue that the key is bound to."""
    bound = scope.actor().venue_id
    rows: QuerySet[Booking] = Booking.objects.select_related("venue")
    return rows if bound is None else rows.filter(venue_id=bound)


def _draft(values: dict[str, Any]) -> Draft:
    kind = BookingKind(values["kind"])
    channel = Channel(values.get("channel") or _usual_channel(kind))
    if guest_data.is_widget():
        _check_widget(values, kind, channel)
    opt_in = guest_data.opt_in(values.get("marketing_opt_in"))
    given = values.get("guest")
    if kind == BookingKind.RESERVATION:
        _check_reservation(values)
    return Draft(
        venue=references.venue(values["venue"]),
        kind=kind,
        channel=channel,
        guest=guest_data.of(given or {}),
        snapshot=guest_data.snapshot(given or {}),
        contact=values.get("contact"),
        opt_in=opt_in,
        **{name: values[name] for name in (*OWN_FIELDS, "provider", "external_id") if values.get(name) is not None},
    )


def _usual_channel(kind: BookingKind) -> Channel:
    """The channel of a booking that does not name one."""
    if kind != BookingKind.RESERVATION:
        return Channel.WALK_IN if kind == BookingKind.WALK_IN else Channel.QUEUE
    if guest_data.is_widget():
        return Channel.WEB
    return Channel.STAFF if scope.actor().kind == ActorKind.USER else Channel.API


def _check_reservation(values: dict[str, Any]) -> None:
    if values.get("starts_at") is None:
        raise refused_field("starts_at", "required", _("Say when the table is wanted."))
    if values.get("guest") is None and values.get("contact") is None:
        raise refused_field("guest", "required", _("Say who is coming."))


def _check_widget(values: dict[str, Any], kind: BookingKind, channel: Channel) -> None:
    """What a public web page may not state (API.md, Conventions)."""
    is_faulty = {
        "kind": kind not in WIDGET_KINDS,
        "channel": channel not in WIDGET_CHANNELS,
        "contact": values.get("contact") is not None,
    }
    for field, refused in is_faulty.items():
        if refused:
            raise refused_field(field, "not_allowed", _("A widget key may not send this."))
    starts_at = values.get("starts_at")
    if starts_at is not None and starts_at < timezone.now():
        raise refused_field("starts_at", "in_past", _("Choose a time that is still to come."))
