"""`members/`: who works for the tenant, and in which role (R-PRIV-3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from api import pagination, shape
from api.endpoint import Endpoint
from api.pagination import PageShape
from api.permissions import Required
from api.schema import describe
from staff import members
from tenants.models import Membership
from tenants.permissions import Permission, Role


class MemberDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    role = serializers.ChoiceField(Role.choices)
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Member"


class RoleShape(shape.Shape):
    role = shape.Choice(choices=Role.choices)

    class Meta:
        ref_name = "MemberRole"


class MemberList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.MEMBERS_MANAGE}
    ORDERINGS = pagination.orderings(created_at=("created_at", "id"))

    @describe("List the members of staff", query=PageShape, answer=pagination.listing(MemberDocument))
    def get(self, request: Request) -> HttpResponse:
        page = pagination.page(request, _members(), self.query(PageShape), by="created_at", table=self.ORDERINGS)
        return self.answer(page.content(represent))


class MemberDetail(Endpoint):
    required: ClassVar[Required] = dict.fromkeys(("GET", "PATCH", "DELETE"), Permission.MEMBERS_MANAGE)

    @describe("Read a member of staff", answer=MemberDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        return self.answer(represent([_members().get(pk=id)])[0])

    @describe("Change a member's role", body=RoleShape, answer=MemberDocument)
    def patch(self, request: Request, id: UUID) -> HttpResponse:
        member = _members().get(pk=id)
        members.change_role(member, self.body(RoleShape)["role"])
        return self.answer(represent([member])[0])

    @describe("End a membership at once", status=204)
    def delete(self, request: Request, id: UUID) -> HttpResponse:
        member = _members().get(pk=id)
        self.empty_query()
        members.remove(member)
        return self.answer(status=204)


def represent(rows: Sequence[Membership]) -> list[dict[str, Any]]:
    return [
        {
            "id": member.pk,
            "email": member.user.email,
            "name": member.user.name,
            "role": member.role,
            "is_active": member.is_active,
            "created_at": member.created_at,
        }
        for member in rows
    ]


def _members() -> QuerySet[Membership]:
    rows: QuerySet[Membership] = Membership.objects.select_related("user")
    return rows
