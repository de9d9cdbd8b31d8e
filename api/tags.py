"""`tags/`: the nine system tags and the tenant's own (R-CRM-6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api import pagination, shape
from api.endpoint import Endpoint
from api.pagination import PageShape
from api.permissions import Required
from api.schema import describe
from crm import tags
from crm.models import Tag
from tenants.permissions import Permission


class TagDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    key = serializers.CharField(help_text="Stable, made from the first label.")
    label = serializers.CharField(help_text="System tags in the reader's language.")  # type: ignore[assignment]
    is_system = serializers.BooleanField()

    class Meta:
        ref_name = "Tag"


class TagShape(shape.Shape):
    label = shape.Text(max_length=40)  # type: ignore[assignment]

    class Meta:
        ref_name = "TagInput"


class TagList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.CONTACTS_READ, "POST": Permission.TAGS_MANAGE}
    ORDERINGS = pagination.orderings(key=("key", "id"))

    @describe("List the tags", query=PageShape, answer=pagination.listing(TagDocument))
    def get(self, request: Request) -> HttpResponse:
        rows: QuerySet[Tag] = Tag.objects.all()
        return self.page(rows, represent, by="key", table=self.ORDERINGS)

    @describe("Make a tag", body=TagShape, answer=TagDocument, status=201, example={"label": "Terrace"})
    def post(self, request: Request) -> HttpResponse:
        return self.answer(represent([tags.create(self.body(TagShape)["label"])])[0], status=201)


class TagDetail(Endpoint):
    """The address takes the tag's key or its id."""

    required: ClassVar[Required] = {
        "GET": Permission.CONTACTS_READ,
        "PATCH": Permission.TAGS_MANAGE,
        "DELETE": Permission.TAGS_MANAGE,
    }

    @describe("Read a tag", answer=TagDocument)
    def get(self, request: Request, key: str) -> HttpResponse:
        return self.answer(represent([_find(key)])[0])

    @describe("Rename a tag of your own; its key stays", body=TagShape, answer=TagDocument, example={"label": "Garden"})
    def patch(self, request: Request, key: str) -> HttpResponse:
        tag = _find(key)
        tags.rename(tag, self.body(TagShape)["label"])
        return self.answer(represent([tag])[0])

    @describe("Delete a tag of your own from every contact", status=204)
    def delete(self, request: Request, key: str) -> HttpResponse:
        tag = _find(key)
        self.empty_query()
        tags.delete(tag)
        return self.answer(status=204)


def represent(rows: Sequence[Tag]) -> list[dict[str, Any]]:
    return [{"id": tag.pk, "key": tag.key, "label": tags.label_of(tag), "is_system": tag.is_system} for tag in rows]


def _find(key: str) -> Tag:
    wanted = Q(pk=key) if shape.CANONICAL_ID.fullmatch(key) else Q(key=key.replace("\0", ""))
    found: Tag = Tag.objects.get(wanted)
    return found
