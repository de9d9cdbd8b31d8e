"""What a person chooses for themselves: the language, the venue they work in, discreet mode (R-SERVICE-2)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from dashboard import context, language, pages
from tenants.models import User, Venue


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Kept with the account, and in a cookie for the pages in front of the door."""
    answer = pages.back(request)
    chosen = request.POST.get("language", "")
    if not language.is_offered(chosen):
        return answer
    if isinstance(request.user, User):
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    answer.set_cookie(language.COOKIE, chosen, max_age=language.COOKIE_SECONDS, samesite="Lax", httponly=True)
    return answer


@pages.act()
def choose_venue(request: HttpRequest) -> HttpResponse:
    venue = Venue.objects.get(pk=pages.uuid_of(request.POST.get("venue")))
    request.session[context.session_name()] = str(venue.pk)
    return pages.back(request)


@pages.act()
def toggle_discreet(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)  # noqa: S101 - the middleware lets nobody else in
    request.user.is_discreet = not request.user.is_discreet
    request.user.save(update_fields=["is_discreet"])
    return pages.back(request)


@pages.page()
def more(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/more.html", {"section": "more"})


@pages.page()
def settings(request: HttpRequest) -> HttpResponse:
    """To the first page of the settings that the person may see."""
    allowed = context.of(request).may
    first = {
        "venues_manage": "venues",
        "members_manage": "members",
        "tags_manage": "tags",
        "discounts_manage": "discounts",
        "templates_manage": "message_templates",
        "keys_manage": "keys",
    }
    return pages.to(request, next((page for permission, page in first.items() if permission in allowed), "more"))
