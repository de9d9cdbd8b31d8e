"""`privacy/requests/`: the register of requests to see or to erase what is held (R-PRIV-2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api import pagination, shape
from api.endpoint import Endpoint
from api.pagination import PageShape
from api.permissions import Required
from api.schema import describe
from crm import privacy_requests
from crm.models import PrivacyRequest, PrivacyRequestKind
from tenants.permissions import Permission

FIELDS = (
    *("id", "kind", "subject_name", "subject_address", "received_on", "due_on", "extension_reason"),
    *("done_on", "done_by", "notes", "created_at", "updated_at"),
)
DUE = "A month after it was received if absent; at most three, with an `extension_reason`."


class PrivacyRequestDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(PrivacyRequestKind.choices)
    subject_name = serializers.CharField(help_text="Empty once it is done.")
    subject_address = serializers.CharField(help_text="Empty once it is done; a search for it still finds the request.")
    received_on = serializers.DateField()
    due_on = serializers.DateField()
    extension_reason = serializers.CharField(help_text="Kept, as the proof of why it took longer: name nobody in it.")
    is_overdue = serializers.BooleanField()
    done_on = serializers.DateField(allow_null=True)
    done_by = serializers.CharField()
    notes = serializers.CharField(help_text="Empty once it is done.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    class Meta:
        ref_name = "PrivacyRequest"


class PrivacyRequestQuery(PageShape):
    kind = serializers.ChoiceField(PrivacyRequestKind.choices, required=False)
    is_done = serializers.BooleanField(required=False)


class NewPrivacyRequestShape(shape.Shape):
    kind = shape.Choice(choices=PrivacyRequestKind.choices)
    subject_name = shape.OptionalText(max_length=200)
    subject_address = shape.OptionalText(max_length=254, help_text="The e-mail, the phone or where the guest lives.")
    received_on = shape.Day(required=False, allow_null=True, help_text="Today if absent.")
    due_on = shape.Day(required=False, allow_null=True, help_text=DUE)
    extension_reason = shape.OptionalText(max_length=300)
    notes = shape.OptionalText(max_length=2000)

    class Meta:
        ref_name = "NewPrivacyRequest"


class PrivacyRequestChangesShape(shape.Shape):
    kind = shape.Choice(choices=PrivacyRequestKind.choices)
    subject_name = shape.OptionalText(max_length=200)
    subject_address = shape.OptionalText(max_length=254)
    received_on = shape.Day()
    due_on = shape.Day(help_text=DUE)
    extension_reason = shape.OptionalText(max_length=300)
    notes = shape.OptionalText(max_length=2000)
    done_on = shape.Day(help_text="Settles the request, for good: name, address and notes go.")

    class Meta:
        ref_name = "PrivacyRequestChanges"


EXAMPLE = {"kind": "access", "subject_name": "Anna Rossi", "subject_address": "anna@example.com", "notes": "By letter."}


class PrivacyRequestList(Endpoint):
    required: ClassVar[Required] = dict.fromkeys(("GET", "POST"), Permission.PRIVACY_MANAGE)
    ORDERINGS = pagination.orderings(
        due_on=("due_on", "id"), received_on=("received_on", "id"), created_at=("created_at", "id")
    )

    @describe(
        "List the requests, those due first",
        query=PrivacyRequestQuery,
        answer=pagination.listing(PrivacyRequestDocument),
    )
    def get(self, request: Request) -> HttpResponse:
        parameters = self.query(PrivacyRequestQuery)
        found = privacy_requests.register()
        if "kind" in parameters:
            found = found.filter(kind=parameters["kind"])
        if "is_done" in parameters:
            found = found.filter(done_on__isnull=not parameters["is_done"])
        return self.page(found, represent, by="due_on", table=self.ORDERINGS, parameters=parameters)

    @describe(
        "Enter a request",
        body=NewPrivacyRequestShape,
        answer=PrivacyRequestDocument,
        status=201,
        example=EXAMPLE,
    )
    def post(self, request: Request) -> HttpResponse:
        made = privacy_requests.create(self.body(NewPrivacyRequestShape))
        return self.answer(represent([made])[0], status=201)


class PrivacyRequestDetail(Endpoint):
    required: ClassVar[Required] = dict.fromkeys(("GET", "PATCH", "DELETE"), Permission.PRIVACY_MANAGE)

    @describe("Read a request", answer=PrivacyRequestDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        return self.answer(represent([privacy_requests.register().get(pk=id)])[0])

    @describe(
        "Change a request, put it off, or settle it with `done_on`",
        description="409 `request_done` for one that is done: it stays as it is.",
        body=PrivacyRequestChangesShape,
        answer=PrivacyRequestDocument,
        example={"done_on": "2026-11-26"},
    )
    def patch(self, request: Request, id: UUID) -> HttpResponse:
        found = privacy_requests.register().get(pk=id)
        edited = privacy_requests.edit(found, self.body(PrivacyRequestChangesShape, partial=True))
        return self.answer(represent([edited])[0])

    @describe("Take out a request that was entered by mistake; 409 for one that is done", status=204)
    def delete(self, request: Request, id: UUID) -> HttpResponse:
        found = privacy_requests.register().get(pk=id)
        self.empty_query()
        privacy_requests.delete(found)
        return self.answer(status=204)


def represent(found: Sequence[PrivacyRequest]) -> list[dict[str, Any]]:
    today = privacy_requests.today()
    return [
        {
            **{name: getattr(one, name) for name in FIELDS},
            "is_overdue": not one.is_done and one.due_on < today,
        }
        for one in found
    ]
