"""`reviews/` and `contacts/{id}/reviews/`: what guests thought, from 1 to 5 (R-CRM-2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from api import bookings, contacts, guest_data, pagination, references, shape
from api.endpoint import Endpoint
from api.guest_data import ReceptionDocument
from api.pagination import PageShape
from api.permissions import Required
from api.problems import refused_field
from api.schema import describe
from crm import reviewing
from crm.guest_data import CrmSync
from crm.models import Review, ReviewSource
from crm.reviewing import OfBooking, Opinion
from tenants import scope
from tenants.models import Venue
from tenants.permissions import Permission

AUTHORS = ("contact", "booking", "guest")
ORDERINGS = pagination.orderings(reviewed_at=("reviewed_at", "id"))
LOOKUPS = {"venue": "venue_id", "contact": "contact_id", "source": "source"}


class ReviewShape(shape.Shape):
    """`contact`, `booking` or `guest` tells whose it is: one of them, or none."""

    venue = shape.Id()
    source = shape.Choice(choices=ReviewSource.choices)  # type: ignore[assignment]
    external_id = shape.OptionalText(max_length=120, help_text="Unique for ever per venue and source.")
    rating = shape.Integer(min_value=1, max_value=5)
    text = shape.OptionalText(max_length=5000)
    reviewed_at = shape.Instant(required=False, allow_null=True, help_text="Now when absent; not in the future.")
    contact = shape.Id(required=False, allow_null=True)
    booking = shape.Id(required=False, allow_null=True)
    guest = guest_data.GuestShape(
        required=False, allow_null=True, help_text="Finds a known contact by e-mail, else phone; makes none."
    )

    class Meta:
        ref_name = "NewReview"


class ContactReviewQuery(PageShape):
    ordering = serializers.ChoiceField([(name, name) for name in ORDERINGS], required=False)


class ReviewQuery(ContactReviewQuery):
    venue = shape.Id(required=False)
    contact = shape.Id(required=False)
    source = serializers.ChoiceField(ReviewSource.choices, required=False)  # type: ignore[assignment]


class ReviewDocument(ReceptionDocument):
    """`reviewed_at` carries the venue's offset. `contact` is null where nobody could be told to have written it."""

    id = serializers.UUIDField()
    venue = serializers.UUIDField()
    source = serializers.ChoiceField(ReviewSource.choices)  # type: ignore[assignment]
    external_id = serializers.CharField()
    rating = serializers.IntegerField(min_value=1, max_value=5)
    text = serializers.CharField()
    booking = serializers.UUIDField(allow_null=True)
    reviewed_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Review"


EXAMPLE = {
    "venue": "0198c5a0-0000-7000-8000-000000000000",
    "source": "private",
    "rating": 4,
    "text": "Lovely evening, slow dessert.",
    "booking": "0198c5a0-0000-7000-8000-000000000000",
}


class ReviewList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.CONTACTS_READ, "POST": Permission.REVIEWS_CREATE}

    @describe("List reviews, newest first", query=ReviewQuery, answer=pagination.listing(ReviewDocument))
    def get(self, request: Request) -> HttpResponse:
        parameters = self.query(ReviewQuery)
        wanted = {LOOKUPS[name]: value for name, value in parameters.items() if name in LOOKUPS}
        rows = visible().filter(**wanted)
        return self.page(rows, represent, by="-reviewed_at", table=ORDERINGS, parameters=parameters)

    @describe(
        "Record a review",
        description="201 for a new review; 200 with the first one when the external id is known.",
        body=ReviewShape,
        answer=ReviewDocument,
        status=(201, 200),
        example=EXAMPLE,
    )
    def post(self, request: Request) -> HttpResponse:
        recorded = reviewing.record(_opinion(self.body(ReviewShape)))
        review = recorded.review
        self.subject = review.contact_id
        sync = CrmSync.NO_IDENTITY if review.contact_id is None else CrmSync.UNCHANGED
        content = _document(review) | guest_data.reception(
            contact=review.contact_id, crm_sync=sync, warnings=recorded.warnings
        )
        return self.answer(content, status=201 if recorded.is_new else 200)


class ContactReviewList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.CONTACTS_READ}

    @describe("A contact's reviews, newest first", query=ContactReviewQuery, answer=pagination.listing(ReviewDocument))
    def get(self, request: Request, id: UUID) -> HttpResponse:
        contact = contacts.find(id)
        parameters = self.query(ContactReviewQuery)
        rows = visible().filter(contact=contact)
        return self.page(rows, represent, by="-reviewed_at", table=ORDERINGS, parameters=parameters)


def visible() -> QuerySet[Review]:
    """The tenant's reviews, or those of the one venue that the key is bound to."""
    bound = scope.actor().venue_id
    rows: QuerySet[Review] = Review.objects.select_related("venue")
    return rows if bound is None else rows.filter(venue_id=bound)


def represent(rows: Iterable[Review]) -> list[dict[str, Any]]:
    """The reviews, whose venues are loaded."""
    return [{**_document(review), "contact": review.contact_id} for review in rows]


def _document(review: Review) -> dict[str, Any]:
    return {
        "id": review.pk,
        "venue": review.venue_id,
        "source": review.source,
        "external_id": review.external_id,
        "rating": review.rating,
        "text": review.text,
        "booking": review.booking_id,
        "reviewed_at": review.reviewed_at.astimezone(review.venue.zone),
        "created_at": review.created_at,
    }


def _opinion(values: Mapping[str, Any]) -> Opinion:
    named = [name for name in AUTHORS if values.get(name) is not None]
    if len(named) > 1:
        raise refused_field(named[1], "not_together", _("Name the contact, the booking or the guest, not several."))
    venue, booking, given = references.venue(values["venue"]), values.get("booking"), values.get("guest")
    return Opinion(
        venue=venue,
        source=ReviewSource(values["source"]),
        rating=values["rating"],
        reviewed_at=values.get("reviewed_at"),
        text=values.get("text", ""),
        external_id=values.get("external_id", ""),
        contact=values.get("contact"),
        booking=None if booking is None else _booking(booking, venue),
        guest=None if given is None else guest_data.of(given),
    )


def _booking(booking_id: UUID, venue: Venue) -> OfBooking:
    """The booking a review of this venue speaks of. Raises BadInput for one that is not its own."""
    found = bookings.visible().filter(pk=booking_id, venue=venue).values_list("pk", "contact_id").first()
    if found is None:
        raise refused_field("booking", "unknown_id", _("There is no such booking at this venue."))
    return OfBooking(*found)
