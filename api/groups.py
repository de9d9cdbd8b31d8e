"""`groups/`: lists of contacts kept by hand, and who is in them (R-CRM-5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api import contact_document, pagination, shape
from api.contact_document import ContactDocument
from api.endpoint import Endpoint
from api.pagination import PageShape
from api.permissions import Required
from api.schema import describe
from crm import groups, listing
from crm.models import ContactGroup
from tenants.permissions import Permission

# As many as a transaction may lock without others waiting for it.
MOST_AT_ONCE = 1000


class GroupDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    member_count = serializers.IntegerField(help_text="Contacts of the list; those in the bin are not counted.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Group"


class GroupShape(shape.Shape):
    name = shape.Text(max_length=80)

    class Meta:
        ref_name = "GroupInput"


class MembersShape(shape.Shape):
    contacts = shape.Sequence(child=shape.Id(), allow_empty=False, max_length=MOST_AT_ONCE)

    class Meta:
        ref_name = "GroupMembers"


EXAMPLE = {"contacts": ["0198c5a0-0000-7000-8000-000000000000"]}


class GroupList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.CONTACTS_READ, "POST": Permission.GROUPS_MANAGE}
    ORDERINGS = pagination.orderings(name=("name", "id"))

    @describe("List the groups", query=PageShape, answer=pagination.listing(GroupDocument))
    def get(self, request: Request) -> HttpResponse:
        return self.page(ContactGroup.objects.all(), represent, by="name", table=self.ORDERINGS)

    @describe("Make a group", body=GroupShape, answer=GroupDocument, status=201, example={"name": "Wine evenings"})
    def post(self, request: Request) -> HttpResponse:
        group = groups.create(self.body(GroupShape)["name"])
        return self.answer(represent([group])[0], status=201)


class GroupDetail(Endpoint):
    required: ClassVar[Required] = {
        "GET": Permission.CONTACTS_READ,
        "PATCH": Permission.GROUPS_MANAGE,
        "DELETE": Permission.GROUPS_MANAGE,
    }

    @describe("Read a group", answer=GroupDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        return self.answer(represent([ContactGroup.objects.get(pk=id)])[0])

    @describe("Rename a group", body=GroupShape, answer=GroupDocument, example={"name": "Wine friends"})
    def patch(self, request: Request, id: UUID) -> HttpResponse:
        group = ContactGroup.objects.get(pk=id)
        groups.rename(group, self.body(GroupShape)["name"])
        return self.answer(represent([group])[0])

    @describe("Delete a group; its contacts stay", status=204)
    def delete(self, request: Request, id: UUID) -> HttpResponse:
        group = ContactGroup.objects.get(pk=id)
        self.empty_query()
        groups.delete(group)
        return self.answer(status=204)


class GroupContacts(Endpoint):
    required: ClassVar[Required] = {
        "GET": Permission.CONTACTS_READ,
        "POST": Permission.GROUPS_MANAGE,
        "DELETE": Permission.GROUPS_MANAGE,
    }

    @describe("List a group's contacts", query=PageShape, answer=pagination.listing(ContactDocument))
    def get(self, request: Request, id: UUID) -> HttpResponse:
        rows = groups.members(ContactGroup.objects.get(pk=id))
        return self.page(rows, contact_document.represent, by=listing.USUAL, table=listing.ORDERINGS, load=listing.load)

    @describe(
        "Put contacts into a group; twice changes nothing",
        body=MembersShape,
        answer=GroupDocument,
        example=EXAMPLE,
    )
    def post(self, request: Request, id: UUID) -> HttpResponse:
        group = ContactGroup.objects.get(pk=id)
        groups.add(group, self.body(MembersShape)["contacts"])
        return self.answer(represent([group])[0])

    @describe("Take contacts out of a group", body=MembersShape, answer=GroupDocument, example=EXAMPLE)
    def delete(self, request: Request, id: UUID) -> HttpResponse:
        group = ContactGroup.objects.get(pk=id)
        groups.remove(group, self.body(MembersShape)["contacts"])
        return self.answer(represent([group])[0])


def represent(rows: Sequence[ContactGroup]) -> list[dict[str, Any]]:
    counts = groups.member_counts(group.pk for group in rows)
    return [
        {
            "id": group.pk,
            "name": group.name,
            "member_count": counts.get(group.pk, 0),
            "created_at": group.created_at,
            "updated_at": group.updated_at,
        }
        for group in rows
    ]
