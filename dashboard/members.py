"""Settings: the staff, their roles, invitations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from dashboard import context, pages
from staff import invitations, members
from tenants.permissions import ROLE_PERMISSIONS, Permission, Role


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"))
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = _roles_to_give()


@pages.page(Permission.MEMBERS_MANAGE, methods=("GET", "HEAD", "POST"))
def listing(request: HttpRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None, initial={"role": Role.HOST})
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            invitation = invitations.invite(form.cleaned_data["email"], form.cleaned_data["role"])
            messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": invitation.email})
            return pages.to(request, "members")
    return render(
        request, "dashboard/settings/members.html", _content(request, form), status=400 if form.errors else 200
    )


@pages.act(Permission.MEMBERS_MANAGE)
def change_role(request: HttpRequest, pk: UUID) -> HttpResponse:
    member = members.everyone().get(pk=pk)
    members.change_role(member, pages.choice_of(Role, request.POST.get("role")))
    messages.success(request, _("%(name)s: %(role)s.") % {"name": member.user, "role": Role(member.role).label})
    return pages.to(request, "members")


@pages.act(Permission.MEMBERS_MANAGE)
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    member = members.everyone().get(pk=pk)
    members.remove(member)
    messages.success(request, _("%(name)s has no access any more.") % {"name": member.user})
    return pages.to(request, "members")


@pages.act(Permission.MEMBERS_MANAGE)
def resend_invitation(request: HttpRequest, pk: UUID) -> HttpResponse:
    invitation = invitations.resend(invitations.waiting().get(pk=pk))
    messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": invitation.email})
    return pages.to(request, "members")


@pages.act(Permission.MEMBERS_MANAGE)
def withdraw_invitation(request: HttpRequest, pk: UUID) -> HttpResponse:
    invitations.withdraw(invitations.waiting().get(pk=pk))
    return pages.to(request, "members")


def _content(request: HttpRequest, form: InvitationForm) -> dict[str, Any]:
    own = context.of(request).user_id
    return {
        "section": "settings",
        "page": "members",
        "form": form,
        "roles": Role.choices,
        "members": [
            {
                "id": one.pk,
                "name": str(one.user),
                "email": one.user.email,
                "role": one.role,
                "is_self": one.user_id == own,
            }
            for one in members.everyone().order_by("created_at", "id")
        ],
        "invitations": [
            {
                "id": one.pk,
                "email": one.email,
                "role_label": Role(one.role).label,
                "expires_at": one.expires_at,
                "link": invitations.link_to_hand_on(one),
            }
            for one in invitations.waiting().order_by("created_at", "id")
        ],
        "role_table": [
            {"permission": permission.label, "roles": [permission in ROLE_PERMISSIONS[role] for role in Role]}
            for permission in Permission
        ],
    }


def _roles_to_give() -> list[tuple[str, Any]]:
    return [(role.value, role.label) for role in Role if members.may_give(role)]
