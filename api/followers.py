"""`followers/`: who follows venues in an app, and how anonymous users register, log in and write (R-CRM-8, R-CRM-9)."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from api import follower_document, guest_data, message_document, pagination, references, shape
from api.endpoint import Endpoint
from api.follower_document import FollowerDocument, RegistrationDocument
from api.message_document import MessageDocument
from api.pagination import ChangesShape
from api.permissions import Required
from api.schema import describe
from crm import identity, suspicion
from crm.guest_data import CrmSync
from outreach import app_messages, confirming, following, registering
from outreach.models import SUBJECT_LENGTH, TEXT_LENGTH, Follow, Follower
from outreach.registering import Registered, RegistrationStatus
from tenants import scope
from tenants.permissions import Permission

ORDERINGS = pagination.orderings(created_at=("created_at", "id"), updated_at=("updated_at", "id"))


class FollowerShape(shape.Shape):
    venue = shape.Id()
    external_id = shape.Text(max_length=120, help_text="The app's own id of its user: one contact for each.")
    followed_at = shape.Instant(required=False, allow_null=True, help_text="Now when absent; not in the future.")

    class Meta:
        ref_name = "NewFollower"


class FollowerQuery(ChangesShape):
    venue = shape.Id(required=False, help_text="Those who follow this venue.")
    contact = shape.Id(required=False)
    external_id = shape.Text(required=False, max_length=120)
    ordering = serializers.ChoiceField([(name, name) for name in ORDERINGS], required=False)


class RegistrationShape(shape.Shape):
    guest = guest_data.GuestShape()
    verified = shape.Flag(
        required=False,
        default=False,
        help_text="The app vouches that the e-mail, or else the phone, is its user's own. Else a code is mailed.",
    )

    class Meta:
        ref_name = "RegistrationInput"


class ConfirmationShape(shape.Shape):
    code = shape.Text(max_length=20, help_text="The six digits that were mailed.")

    class Meta:
        ref_name = "ConfirmationInput"


class FollowerMessageShape(shape.Shape):
    venue = shape.Id()
    subject = shape.OptionalText(max_length=SUBJECT_LENGTH)
    text = shape.Text(max_length=TEXT_LENGTH)

    class Meta:
        ref_name = "NewFollowerMessage"


LOOKUPS = {"contact": "contact_id", "external_id": "external_id", "updated_since": "updated_at__gte"}
EXAMPLE = {
    "venue": "0198c5a0-0000-7000-8000-000000000000",
    "external_id": "app-user-48213",
    "followed_at": "2026-11-20T18:30:00+01:00",
}
GUEST_EXAMPLE = {"guest": {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.com"}, "verified": False}


class FollowerList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.CONTACTS_READ, "POST": Permission.FOLLOWERS_WRITE}

    @describe("List followers of the app", query=FollowerQuery, answer=pagination.listing(FollowerDocument))
    def get(self, request: Request) -> HttpResponse:
        parameters = self.query(FollowerQuery)
        rows = visible().filter(**{LOOKUPS[name]: value for name, value in parameters.items() if name in LOOKUPS})
        if "venue" in parameters:
            rows = rows.filter(_follows(parameters["venue"]))
        usual = "updated_at" if "updated_since" in parameters else "created_at"
        return self.page(rows, follower_document.represent, by=usual, table=ORDERINGS, parameters=parameters)

    @describe(
        "Let a user of the app follow a venue: an anonymous contact with a code",
        description="201 for a new following; 200 when the user followed the venue already, whose first date stays.",
        body=FollowerShape,
        answer=FollowerDocument,
        status=(201, 200),
        example=EXAMPLE,
    )
    def post(self, request: Request) -> HttpResponse:
        values = self.body(FollowerShape)
        followed = following.follow(
            references.venue(values["venue"]),
            values["external_id"],
            followed_at=values.get("followed_at"),
            at=timezone.now(),
        )
        self.subject = followed.follower.contact_id
        content = _document(followed.follower) | _received(followed.follower, followed.crm_sync)
        return self.answer(content, status=201 if followed.is_new else 200)


class FollowerDetail(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.CONTACTS_READ}

    @describe("Read a follower", answer=FollowerDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        return self.answer(follower_document.document(visible().get(pk=id)))


class FollowerFollow(Endpoint):
    required: ClassVar[Required] = {"DELETE": Permission.FOLLOWERS_WRITE}

    @describe("End the following of a venue; the contact stays", status=204)
    def delete(self, request: Request, id: UUID, venue: UUID) -> HttpResponse:
        follower = visible().get(pk=id)
        if scope.actor().venue_id not in (None, venue):
            raise Follow.DoesNotExist
        self.empty_query()
        following.unfollow(follower, venue, at=timezone.now())
        return self.answer(status=204)


class FollowerMessages(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.FOLLOWERS_WRITE}

    @describe(
        "Take in what a user of the app writes to a venue, anonymous ones too",
        body=FollowerMessageShape,
        answer=MessageDocument,
        status=201,
        example={"venue": EXAMPLE["venue"], "text": "Do you have a table in the garden?"},
    )
    def post(self, request: Request, id: UUID) -> HttpResponse:
        follower = visible().get(pk=id)
        values = self.body(FollowerMessageShape)
        message = app_messages.write(
            follower,
            references.venue(values["venue"]),
            values["text"],
            subject=values.get("subject", ""),
            at=timezone.now(),
        )
        self.subject = message.contact_id
        return self.answer(message_document.represent([message])[0], status=201)


class FollowerRegistration(Endpoint):
    """To register and to log in are one act."""

    required: ClassVar[Required] = {"POST": Permission.FOLLOWERS_WRITE}

    @describe(
        "Register a user of the app, or log it in",
        description=(
            "With `verified` the anonymous contact becomes a registered one, or is merged into the contact that is known. "
            "Without it a code is mailed and the answer is 202, the same for known and unknown guests."
        ),
        body=RegistrationShape,
        answer=RegistrationDocument,
        status=(200, 202),
        example=GUEST_EXAMPLE,
    )
    def post(self, request: Request, id: UUID) -> HttpResponse:
        follower = visible().get(pk=id)
        values = self.body(RegistrationShape)
        guest, now = guest_data.of(values["guest"]), timezone.now()
        self.subject = follower.contact_id
        if values["verified"]:
            return _answer(self, registering.register(follower, guest, at=now))
        confirming.ask(follower, guest, at=now)
        warnings = suspicion.of_keys(identity.check(guest.email, guest.phone, following.home_of(follower).country))
        return self.answer(
            {"status": RegistrationStatus.PENDING_CONFIRMATION.value, "warnings": guest_data.about_input(warnings)},
            status=202,
        )


class FollowerConfirmation(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.FOLLOWERS_WRITE}

    @describe(
        "Tell the code that was mailed, which completes the registration",
        description="Six digits, good for 24 hours and five tries.",
        body=ConfirmationShape,
        answer=RegistrationDocument,
        example={"code": "048213"},
    )
    def post(self, request: Request, id: UUID) -> HttpResponse:
        follower = visible().get(pk=id)
        return _answer(self, confirming.confirm(follower, self.body(ConfirmationShape)["code"], at=timezone.now()))


def visible() -> QuerySet[Follower]:
    """The tenant's followers, or those of the one venue that the key is bound to."""
    bound = scope.actor().venue_id
    rows: QuerySet[Follower] = Follower.objects.select_related("contact").prefetch_related("follows")
    return rows if bound is None else rows.filter(_follows(bound))


def _follows(venue_id: UUID) -> Exists:
    return Exists(Follow.objects.filter(venue=venue_id, follower=OuterRef("pk")))


def _answer(endpoint: Endpoint, registered: Registered) -> HttpResponse:
    follower = registered.follower
    endpoint.subject = follower.contact_id
    content = {"status": registered.status.value, "follower": _document(follower)} | guest_data.reception(
        contact=follower.contact_id, crm_sync=registered.crm_sync, warnings=registered.warnings
    )
    return endpoint.answer(content)


def _document(follower: Follower) -> dict[str, Any]:
    """The follower as it is now written, seen by whoever wrote it."""
    written = Follower.objects.select_related("contact").prefetch_related("follows").get(pk=follower.pk)
    return follower_document.document(written)


def _received(follower: Follower, sync: CrmSync) -> dict[str, Any]:
    return guest_data.reception(contact=follower.contact_id, crm_sync=sync, warnings=[])
