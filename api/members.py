"""`members/`: who works for the tenant, and in which role (R-PRIV-3)."""

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
from staff import invitations, members
from staff.models import Invitation
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


class InvitationDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    role = serializers.ChoiceField(Role.choices)
    language = serializers.CharField()
    expires_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Invitation"


class InvitationShape(shape.Shape):
    email = shape.Text(max_length=254)
    role = shape.Choice(choices=Role.choices)
    language = shape.Text(max_length=5, required=False)

    class Meta:
        ref_name = "InvitationInput"


INVITATION = {"email": "carla@example.com", "role": "host", "language": "it"}


class MemberList(Endpoint):
    required: ClassVar[Required] = dict.fromkeys(("GET", "POST"), Permission.MEMBERS_MANAGE)
    ORDERINGS = pagination.orderings(created_at=("created_at", "id"))

    @describe("List the members of staff", query=PageShape, answer=pagination.listing(MemberDocument))
    def get(self, request: Request) -> HttpResponse:
        return self.page(members.everyone(), represent, by="created_at", table=self.ORDERINGS)

    @describe(
        "Invite somebody by e-mail", body=InvitationShape, answer=InvitationDocument, status=201, example=INVITATION
    )
    def post(self, request: Request) -> HttpResponse:
        values = self.body(InvitationShape)
        invitation = invitations.invite(values["email"], values["role"], language=values.get("language"))
        return self.answer(represent_invitations([invitation])[0], status=201)


class MemberDetail(Endpoint):
    required: ClassVar[Required] = dict.fromkeys(("GET", "PATCH", "DELETE"), Permission.MEMBERS_MANAGE)

    @describe("Read a member of staff", answer=MemberDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        return self.answer(represent([members.everyone().get(pk=id)])[0])

    @describe("Change a member's role", body=RoleShape, answer=MemberDocument, example={"role": "manager"})
    def patch(self, request: Request, id: UUID) -> HttpResponse:
        member = members.everyone().get(pk=id)
        members.change_role(member, self.body(RoleShape)["role"])
        return self.answer(represent([member])[0])

    @describe("End a membership at once", status=204)
    def delete(self, request: Request, id: UUID) -> HttpResponse:
        member = members.everyone().get(pk=id)
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


class InvitationList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.MEMBERS_MANAGE}
    ORDERINGS = pagination.orderings(created_at=("created_at", "id"))

    @describe(
        "List the invitations that wait for an answer", query=PageShape, answer=pagination.listing(InvitationDocument)
    )
    def get(self, request: Request) -> HttpResponse:
        return self.page(invitations.waiting(), represent_invitations, by="created_at", table=self.ORDERINGS)


class InvitationDetail(Endpoint):
    required: ClassVar[Required] = {"DELETE": Permission.MEMBERS_MANAGE}

    @describe("Withdraw an invitation", status=204)
    def delete(self, request: Request, id: UUID) -> HttpResponse:
        invitation = invitations.waiting().get(pk=id)
        self.empty_query()
        invitations.withdraw(invitation)
        return self.answer(status=204)


def represent_invitations(rows: Sequence[Invitation]) -> list[dict[str, Any]]:
    return [
        {
            "id": invitation.pk,
            "email": invitation.email,
            "role": invitation.role,
            "language": invitation.language,
            "expires_at": invitation.expires_at,
            "created_at": invitation.created_at,
        }
        for invitation in rows
    ]
