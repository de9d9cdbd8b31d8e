"""The guest's own pages, without a login: unsubscribe, what they receive, confirm a tick (R-CONSENT-3, R-CONSENT-4).

The signed link is all there is: no cookie is read or set, so that no other site can misuse one, and a mail program may
unsubscribe by itself (RFC 8058). Looking changes nothing: scanners of mail open every link. The pages speak the guest's
language where we know it, else the browser's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from consent import guest_acts, links, reading
from consent.guest_acts import ConfirmationOver, Place
from consent.models import ConsentStatus, Source
from consent.reading import ConsentItem
from consent.status import ConsentChannel, Status, is_awaiting
from dashboard import pages
from dashboard.language import is_offered
from outreach import sender, wording
from tenants import scope, venues
from tenants.models import Venue

View = Callable[[HttpRequest, Place], HttpResponse]
ONE_CLICK = ("List-Unsubscribe", "One-Click")


@dataclass(frozen=True, slots=True)
class Choice:
    """A venue on the preference page. Implied consent may be marketable (casl), and is still worth an explicit one."""

    venue: Venue
    receives: bool
    can_subscribe: bool
    can_unsubscribe: bool


def guest_page(view: View) -> Callable[..., HttpResponse]:
    """A page that a signed link leads to, in the scope of the tenant that the link names."""

    @csrf_exempt
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def wrapper(request: HttpRequest, token: str) -> HttpResponse:
        try:
            link = links.read(token)
        except links.BrokenLink:
            return _private(render(request, "dashboard/guest/broken.html", status=404))
        with scope.enter(link.tenant_id, guest_acts.GUEST):
            venue = Venue.objects.filter(pk=link.venue_id).first()
            if venue is None:
                return _private(render(request, "dashboard/guest/broken.html", status=404))
            place = Place(venue, link.channel, link.address)
            language = _language_of(request, place)
            with translation.override(language):
                response = view(request, place)
        response.headers["Content-Language"] = language
        return _private(response)

    return wrapper


def _is_one_click(request: HttpRequest) -> bool:
    """Whether a mail program asks. A body that cannot be read is no reason not to unsubscribe."""
    try:
        return request.POST.get(ONE_CLICK[0]) == ONE_CLICK[1]
    except (BadRequest, MultiPartParserError):
        return False


@guest_page
def unsubscribe(request: HttpRequest, place: Place) -> HttpResponse:
    """One button; a mail program presses it without showing the page."""
    if request.method == "POST":
        is_one_click = _is_one_click(request)
        proof = {"word": "=".join(ONE_CLICK)} if is_one_click else None
        guest_acts.unsubscribe([place], source=Source.PAGE, at=timezone.now(), proof=proof)
        if is_one_click:
            return HttpResponse(status=200, content_type="text/plain")
    standing = guest_acts.standing_of(place)
    is_done = standing is not None and standing.status == Status.UNSUBSCRIBED
    return _show(request, place, "unsubscribe", {"is_done": is_done})


@guest_page
def preferences(request: HttpRequest, place: Place) -> HttpResponse:
    """What this address receives from each venue that it has to do with."""
    choices = _choices(place)
    changed: Venue | None = None
    if request.method == "POST":
        wanted = pages.uuid_of(request.POST.get("venue"))
        changed = next((one.venue for one in choices if one.venue.pk == wanted), None)
        if changed is None:
            return _show(request, place, "broken", {}, status=404)
        _choose(Place(changed, place.channel, place.address), request.POST.get("act"))
        choices = _choices(place)
    return _show(request, place, "preferences", {"choices": choices, "changed": changed})


@guest_page
def confirm(request: HttpRequest, place: Place) -> HttpResponse:
    """The link of the double opt-in: one button, for 72 hours."""
    if request.method == "POST":
        try:
            guest_acts.confirm(place, language=_language_in_force(), at=timezone.now())
        except ConfirmationOver as refusal:
            return _show(request, place, "confirm", {"state": "over"}, status=refusal.status)
    return _show(request, place, "confirm", {"state": _state(guest_acts.standing_of(place))})


def _state(standing: ConsentStatus | None) -> str:
    if standing is None:
        return "over"
    if standing.status == Status.EXPLICIT:
        return "done"
    return "open" if is_awaiting(standing.pending_since, timezone.now()) else "over"


def _choose(place: Place, act: str | None) -> None:
    if act == "subscribe":
        guest_acts.subscribe(place, language=_language_in_force(), at=timezone.now())
    elif act == "unsubscribe":
        guest_acts.unsubscribe([place], source=Source.PAGE, at=timezone.now())


def _choices(place: Place) -> list[Choice]:
    """The link's own venue first, then others that have this address on record."""
    places = {venue.pk: venue for venue in venues.oldest_first()}
    found = reading.of_addresses([place.address], venues=places.values(), now=timezone.now()).get(place.address, [])
    known = {one.venue: one for one in found if one.channel == place.channel}
    others = sorted((places[pk] for pk in known if pk != place.venue.pk), key=lambda venue: venue.name)
    return [_choice(venue, known.get(venue.pk)) for venue in (place.venue, *others)]


def _choice(venue: Venue, known: ConsentItem | None) -> Choice:
    status = Status.NONE if known is None else known.status
    return Choice(
        venue=venue,
        receives=known is not None and known.marketable,
        can_subscribe=status != Status.EXPLICIT or known is None or known.undeliverable,
        can_unsubscribe=status != Status.UNSUBSCRIBED,
    )


def _show(
    request: HttpRequest, place: Place, template: str, content: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    content = {
        "venue": place.venue,
        "is_sms": place.channel == ConsentChannel.SMS,
        "address": _hidden(place),
        "sender": sender.address_of(place.venue),
        "preferences_url": links.preferences_url(place.venue, place.channel, place.address),
        "unsubscribe_url": links.unsubscribe_url(place.venue, place.channel, place.address),
        **content,
    }
    return render(request, f"dashboard/guest/{template}.html", content, status=status)


def _hidden(place: Place) -> str:
    """Enough for its owner to know the address, not enough for whom a mail was forwarded to."""
    if place.channel == ConsentChannel.SMS:
        return f"…{place.address[-3:]}"
    name, _at, domain = place.address.rpartition("@")
    return f"{name[:1]}…@{domain}"


def _language_of(request: HttpRequest, place: Place) -> str:
    asked = request.GET.get("language", "")
    if is_offered(asked):
        return asked
    contact = guest_acts.holder_of(place.address)
    if contact is not None and is_offered(contact.language):
        return contact.language
    spoken = request.headers.get("Accept-Language")
    return translation.get_language_from_request(request) if spoken else wording.house_language()


def _language_in_force() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE


def _private(response: HttpResponse) -> HttpResponse:
    """The address of the page is a key: it goes to no other site and into no search engine."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
