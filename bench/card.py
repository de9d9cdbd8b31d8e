"""(c) One guest with a long history: the contact in the API, and the card as its page shows it."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.test import Client

from bench import plans, stage
from bench.figures import Bar, Outcome, Table, median, milliseconds, percentile
from bench.plans import Plan
from bench.server import Server
from bench.tenant import Filled
from crm.models import ContactStats
from tenants import scope
from tenants.models import User

MOST_SECONDS = 0.080
MOST_QUERIES = 12
GUESTS = 20


@dataclass(slots=True)
class Place:
    """One way to see a contact, and how long the answers took, in seconds. The queries of the page have a bar."""

    name: str
    path: str
    headers: Mapping[str, str]
    has_bar_of_queries: bool
    plan: Plan = field(default_factory=Plan)
    taken: list[float] = field(default_factory=list)


def run(given: Mapping[str, str], filled: Filled, *, repetitions: int) -> Outcome:
    """Ask for each of the guests in turn, again and again."""
    guests = _guests_with_a_history(filled)
    places = _places(filled)
    for place in places:
        place.plan = plans.explainer(place.headers).get(place.path.format(guests[0]), {})
    with stage.granian(given) as port:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for number in range(repetitions + 1):
            for guest in guests:
                for place in places:
                    _time(place, guest, client, Server(port, place.headers), counts=number > 0)
    return _outcome(places)


def _places(filled: Filled) -> list[Place]:
    return [
        Place("contacts/{id}/ in the API", "/api/v1/contacts/{}/", filled.headers, has_bar_of_queries=False),
        Place("the card's page", f"/t/{filled.slug}/contacts/{{}}/", _signed_in(filled), has_bar_of_queries=True),
    ]


def _signed_in(filled: Filled) -> dict[str, str]:
    """The headers of the owner's browser."""
    client = Client()
    client.force_login(User.objects.get(email=filled.owner))
    name = settings.SESSION_COOKIE_NAME
    return {"Cookie": f"{name}={client.cookies[name].value}"}


def _guests_with_a_history(filled: Filled) -> list[str]:
    """Who has been here often, bought often and reviewed us."""
    with scope.enter(filled.tenant_id, scope.SYSTEM):
        stats = ContactStats.objects.filter(review_count__gt=0, booking_count__gt=3, order_count__gt=1)
        return [str(one) for one in stats.order_by("-purchase_count").values_list("contact_id", flat=True)[:GUESTS]]


def _time(place: Place, guest: str, client: http.client.HTTPConnection, server: Server, *, counts: bool) -> None:
    path = place.path.format(guest)
    before = time.perf_counter()
    client.request("GET", path, headers=dict(server.headers))
    response = client.getresponse()
    content = response.read()
    taken = time.perf_counter() - before
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status} {content[:300]!r}")
    if counts:
        place.taken.append(taken)


def _outcome(places: list[Place]) -> Outcome:
    table = Table("One guest with a long history", ["asked", "p50 ms", "p95 ms", "queries"])
    outcome = Outcome([table])
    for place in places:
        p95, queries = percentile(place.taken, 0.95), len(place.plan.questions)
        table.rows.append([place.name, milliseconds(median(place.taken)), milliseconds(p95), str(queries)])
        limit = f"at most {milliseconds(MOST_SECONDS)} ms"
        outcome.bars.append(Bar(f"{place.name}: p95", f"{milliseconds(p95)} ms", limit, p95 <= MOST_SECONDS))
        if place.has_bar_of_queries:
            name = f"{place.name}: queries"
            outcome.bars.append(Bar(name, str(queries), f"at most {MOST_QUERIES}", queries <= MOST_QUERIES))
    scanned = sorted({f"{table} ({place.name})" for place in places for table in place.plan.scanned})
    outcome.bars.append(Bar("card: big tables read whole", ", ".join(scanned) or "none", "none", not scanned))
    return outcome
