"""`segments/`: saved sets of the guest list's filters, live (R-CRM-5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api import pagination, shape
from api.endpoint import Endpoint
from api.given_filters import GivenFilters, every_fault
from api.pagination import PageShape
from api.permissions import Required
from api.schema import describe
from crm import saved_filters, segments
from crm.models import Segment
from tenants.permissions import Permission


class SegmentDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    filters = serializers.DictField(help_text="Parameters of the guest list.")
    contact_count = serializers.IntegerField(help_text="As of now, 10001 at the most.")
    is_intact = serializers.BooleanField(help_text="False when a filter has lost what it names: it then finds nobody.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Segment"


class SegmentShape(shape.Shape):
    name = shape.Text(max_length=80)
    filters = GivenFilters()

    class Meta:
        ref_name = "SegmentInput"


EXAMPLE = {"name": "Polish regulars", "filters": {"language": "pl", "tag": ["regular"], "visits_min": 6}}


class SegmentList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.CONTACTS_READ, "POST": Permission.GROUPS_MANAGE}
    ORDERINGS = pagination.orderings(name=("name", "id"))

    @describe("List the segments", query=PageShape, answer=pagination.listing(SegmentDocument))
    def get(self, request: Request) -> HttpResponse:
        return self.page(saved_filters.visible(), represent, by="name", table=self.ORDERINGS)

    @describe("Save filters as a segment", body=SegmentShape, answer=SegmentDocument, status=201, example=EXAMPLE)
    def post(self, request: Request) -> HttpResponse:
        values = self.body(SegmentShape)
        with every_fault():
            segment = segments.create(values["name"], values["filters"])
        return self.answer(represent([segment])[0], status=201)


class SegmentDetail(Endpoint):
    required: ClassVar[Required] = {
        "GET": Permission.CONTACTS_READ,
        "PATCH": Permission.GROUPS_MANAGE,
        "DELETE": Permission.GROUPS_MANAGE,
    }

    @describe("Read a segment", answer=SegmentDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        return self.answer(represent([_find(id)])[0])

    @describe("Change a segment", body=SegmentShape, answer=SegmentDocument, example={"filters": {"visits_min": 8}})
    def patch(self, request: Request, id: UUID) -> HttpResponse:
        segment = _find(id)
        values = self.body(SegmentShape, partial=True)
        with every_fault():
            segments.edit(segment, name=values.get("name"), saved=values.get("filters"))
        return self.answer(represent([segment])[0])

    @describe("Delete a segment; its contacts stay", status=204)
    def delete(self, request: Request, id: UUID) -> HttpResponse:
        segment = _find(id)
        self.empty_query()
        segments.delete(segment)
        return self.answer(status=204)


def represent(rows: Sequence[Segment]) -> list[dict[str, Any]]:
    counts = segments.counts(rows)
    return [
        {
            "id": segment.pk,
            "name": segment.name,
            "filters": segment.filters,
            "contact_count": counts.get(segment.pk, 0),
            "is_intact": segment.pk in counts,
            "created_at": segment.created_at,
            "updated_at": segment.updated_at,
        }
        for segment in rows
    ]


def _find(id: UUID) -> Segment:
    return saved_filters.visible().get(pk=id)
