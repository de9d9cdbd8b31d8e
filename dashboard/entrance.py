"""The pages in front of a tenant's door: the start, which restaurant, and accepting an invitation (R-PRIV-3)."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from dashboard import pages
from dashboard.entrance_forms import NewColleague
from staff import joining
from staff.invitation_links import InvitationClosed
from staff.joining import Offer
from tenants import lookup, scope
from tenants.models import Tenant, User
from tenants.permissions import Role
from tenants.refusal import Refusal

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Straight to the board of the only restaurant; a choice when there are several."""
    if not isinstance(request.user, User):
        return redirect("account_login")
    tenants = _tenants_of(request.user)
    if len(tenants) == 1:
        return _to_board(tenants[0])
    return render(request, "dashboard/entrance/choose.html", {"tenants": tenants})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link offers, and take the answer. The link is in the mail only: no page leads here."""
    try:
        offer = joining.offer(token)
    except InvitationClosed:
        return render(request, "dashboard/entrance/invitation.html", {"invitation": None}, status=410)
    if offer.has_account:
        return _join_with_account(request, token, offer)
    return _join_anew(request, token, offer)


def _join_with_account(request: HttpRequest, token: str, offer: Offer) -> HttpResponse:
    if not isinstance(request.user, User):
        return redirect(f"{reverse('account_login')}?next={request.path}")
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            return _to_board(joining.join(token, request.user))
        except Refusal as error:
            refusal = error
    return _show(request, offer, {"is_known": True, "refusal": refusal}, status=refusal.status if refusal else 200)


def _join_anew(request: HttpRequest, token: str, offer: Offer) -> HttpResponse:
    form = NewColleague(request.POST or None, email=offer.invitation.email)
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            tenant, user = joining.register(
                token, name=form.cleaned_data["name"], password=form.cleaned_data["password"]
            )
            login(request, user, backend=BACKEND)
            return _to_board(tenant)
    return _show(request, offer, {"form": form}, status=400 if form.errors else 200)


def _show(request: HttpRequest, offer: Offer, extra: dict[str, object], *, status: int) -> HttpResponse:
    shown = {
        "tenant_name": offer.tenant.name,
        "email": offer.invitation.email,
        "role_label": Role(offer.invitation.role).label,
    }
    return render(request, "dashboard/entrance/invitation.html", {"invitation": shown, **extra}, status=status)


def _tenants_of(user: User) -> list[Tenant]:
    found = []
    for tenant_id, _membership in lookup.memberships_of_user(user.pk):
        with scope.enter(tenant_id, scope.SYSTEM):
            found.append(Tenant.objects.get(pk=tenant_id))
    return sorted(found, key=lambda tenant: tenant.name)


def _to_board(tenant: Tenant) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("dashboard:board", args=[tenant.slug]))
