"""Another tenant's ids are the same 404 as no id, on every route there is, and never in an answer (R-PRIV-3)."""

from __future__ import annotations

import json
import re
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from api.urls import urlpatterns
from tenants import scope
from tenants.models import ApiKey, Membership
from tests import foundings
from tests.api.test_bookings import booking
from tests.api.test_followers import follow
from tests.api.test_orders import order
from tests.api.test_problems import assert_problem
from tests.api.test_quotes import quote
from tests.api.test_receipts import receipt
from tests.api.test_reviews import review
from tests.api.test_signups import sent
from tests.api.test_wifi import wifi_login
from tests.personas import Bearer

NO_ID = "0198c5a0-0000-7000-8000-000000000000"
# Routes that hold no tenant's data, or whose last part is a word and not an id.
WITHOUT_TENANT = {"openapi.json", "docs/", ""}


def routes():
    found = {str(one.pattern) for one in urlpatterns}
    return sorted(found - WITHOUT_TENANT)


WITH_ID = [route for route in routes() if "<" in route]


@pytest.fixture(scope="module")
def shared(django_db_setup, django_db_blocker):
    """One transaction around all cases, since filling the other tenant's house takes longer than looking into it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _undone(shared):
    """What a case writes is gone before the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def trattoria(shared):
    return foundings.trattoria()


@pytest.fixture(scope="module")
def strangers(shared):
    """The ids of the other tenant, by the first part of the route; and one change of its contact."""
    bistro = foundings.bistro()
    key = Bearer.of(bistro)
    taken = key.post("bookings/", booking(bistro)).json()
    key.patch(f"contacts/{taken['contact']}/", {"city": "Laval"})
    file = SimpleUploadedFile("guests.csv", b"email\nanna@example.com\n", content_type="text/csv")
    upload = key.client.post(
        "/api/v1/imports/",
        {"file": file, "venue": str(bistro.venue.pk)},
        headers={"Authorization": f"Bearer {key.token}"},
    )
    with scope.enter(bistro.tenant.pk, scope.SYSTEM):
        api_key, member = ApiKey.objects.latest("created_at").pk, Membership.objects.get().pk
    return {
        "contacts": taken["contact"],
        "bookings": taken["id"],
        "venues": str(bistro.venue.pk),
        "members": str(member),
        "api-keys": str(api_key),
        "change": key.get(f"contacts/{taken['contact']}/changes/").json()["results"][0]["id"],
        "imports": upload.json()["id"],
        "exports": key.post("exports/", {"kind": "contacts"}).json()["id"],
        "invitations": key.post("members/", {"email": "new@example.com", "role": "host"}).json()["id"],
        "tags": key.post("tags/", {"label": "Secret"}).json()["id"],
        "groups": _group_of(key, taken["contact"]),
        "segments": key.post("segments/", {"name": "Secret", "filters": {"language": "fr"}}).json()["id"],
        "message-templates": key.get("message-templates/").json()["results"][0]["id"],
        "messages": _message_to(key, taken["contact"]),
        "campaigns": _campaign_to(key, str(bistro.venue.pk)),
        "orders": key.post("orders/", order(bistro)).json()["id"],
        "receipts": key.post("receipts/", receipt(bistro, currency="CAD")).json()["id"],
        "discounts": key.post("discounts/", {"name": "Secret", "kind": "percent", "percent": 5}).json()["id"],
        "followers": follow(key, bistro).json()["id"],
        "inquiries": key.post("inquiries/", sent(bistro, "inquiries/")).json()["id"],
        "promotion-signups": key.post("promotion-signups/", sent(bistro, "promotion-signups/")).json()["id"],
        "reviews": key.post("reviews/", review(bistro, booking=taken["id"])).json()["id"],
        "wifi-sessions": key.post("wifi-sessions/", wifi_login(bistro)).json()["id"],
        "privacy": key.post("privacy/requests/", {"kind": "access", "subject_name": "Secret"}).json()["id"],
        "tenant": str(bistro.tenant.pk),
        "user": str(bistro.owner.pk),
    }


def _group_of(key, contact):
    group = key.post("groups/", {"name": "Secret"}).json()["id"]
    key.post(f"groups/{group}/contacts/", {"contacts": [contact]})
    return group


def _message_to(key, contact):
    """The contact booked for the next day: a consent stated by hand opens the gate."""
    venue = key.get("venues/").json()["results"][0]["id"]
    evidence = {"source": "form", "date": "2026-01-10", "wording": "news"}
    consent = {"venue": venue, "channel": "email", "status": "explicit", "evidence": evidence}
    key.post(f"contacts/{contact}/consents/", consent)
    return key.post(f"contacts/{contact}/messages/", {"channel": "email", "template": "invite"}).json()["id"]


def _campaign_to(key, venue):
    segment = key.post("segments/", {"name": "Everybody", "filters": {}}).json()["id"]
    given = {"segment": segment, "template": "invite", "channel": "email", "venue": venue}
    return key.post("campaigns/", given).json()["id"]


def filled(route, ids):
    """The route with the other tenant's ids in its places."""
    within = {"members/invitations": "invitations", "privacy/facts": "bookings"}
    first = within.get("/".join(route.split("/")[:2]), route.split("/")[0])
    path = re.sub(r"<uuid:change>", ids["change"], route).replace("<str:kind>", "booking")
    path = re.sub(r"<str:key>", "vip" if first == "contacts" else ids.get(first, NO_ID), path)
    return re.sub(r"<uuid:\w+>", ids.get(first, NO_ID), path)


@pytest.mark.parametrize("route", WITH_ID)
def test_a_foreign_id_is_the_same_404_as_no_id(trattoria, bearer, strangers, route):
    key = bearer(trattoria)

    for send in (key.get, key.post, key.put, key.patch, key.delete):
        foreign = send(filled(route, strangers))
        nothing = send(filled(route, dict.fromkeys(strangers, NO_ID)))

        assert foreign.status_code in (404, 405), foreign.content
        assert _without_id(foreign) == _without_id(nothing)


def _without_id(response):
    return {name: value for name, value in json.loads(response.content).items() if name != "instance"}


@pytest.mark.parametrize("route", [route for route in routes() if "<" not in route and "template" not in route])
def test_no_list_shows_another_tenant(trattoria, bearer, strangers, route):
    response = bearer(trattoria).get(route)

    assert response.status_code in (200, 405)
    found = {
        str(UUID(one))
        for one in re.findall(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}".decode(), response.content.decode())
    }
    assert found & set(strangers.values()) == set()


@pytest.mark.parametrize(
    "query",
    [
        "contacts/?venue={venues}",
        "contacts/?tag=secret",
        "contacts/?consent_venue={venues}",
        "contacts/?following={venues}",
        "contacts/?consent_renewal={venues}",
        "consents/renewals/?venue={venues}",
        "contacts/?group={groups}",
        "contacts/?segment={segments}",
    ],
)
def test_a_foreign_id_in_a_filter_is_400_like_no_id(trattoria, bearer, strangers, query):
    key = bearer(trattoria)

    foreign = assert_problem(key.get(query.format(**strangers)), 400, "invalid")
    nothing = assert_problem(key.get(query.format(**dict.fromkeys(strangers, NO_ID))), 400, "invalid")

    assert foreign["errors"] == nothing["errors"]


@pytest.mark.parametrize(
    "query",
    [
        "bookings/?venue={venues}",
        "bookings/?contact={contacts}",
        "audit/?object_id={bookings}",
        "orders/?venue={venues}",
        "orders/?contact={contacts}",
        "messages/?venue={venues}",
        "messages/?contact={contacts}",
        "inquiries/?venue={venues}",
        "inquiries/?contact={contacts}",
        "promotion-signups/?contact={contacts}",
        "reviews/?venue={venues}",
        "reviews/?contact={contacts}",
    ],
)
def test_a_foreign_id_in_a_plain_filter_finds_nothing(trattoria, bearer, strangers, query):
    assert bearer(trattoria).get(query.format(**strangers)).json()["results"] == []


def test_a_foreign_id_in_a_body_is_400_on_its_field_like_no_id(trattoria, bearer, strangers):
    key = bearer(trattoria)
    own = key.post("bookings/", booking(trattoria)).json()
    group = key.post("groups/", {"name": "Ours"}).json()["id"]
    ordered = key.post("orders/", order(trattoria)).json()["id"]

    def campaign(**changes):
        return {"venue": str(trattoria.venue.pk), "channel": "email", "template": "invite", **changes}

    attempts = [
        (f"groups/{group}/contacts/", lambda ids: {"contacts": [ids["contacts"]]}, "contacts"),
        ("segments/", lambda ids: {"name": "x", "filters": {"group": [ids["groups"]]}}, "filters.group"),
        ("segments/", lambda ids: {"name": "x", "filters": {"venue": ids["venues"]}}, "filters.venue"),
        ("bookings/", lambda ids: booking(trattoria, venue=ids["venues"]), "venue"),
        ("followers/", lambda ids: {"venue": ids["venues"], "external_id": "app-1"}, "venue"),
        ("wifi-sessions/", lambda ids: wifi_login(trattoria, venue=ids["venues"]), "venue"),
        ("inquiries/", lambda ids: sent(trattoria, "inquiries/", venue=ids["venues"]), "venue"),
        ("promotion-signups/", lambda ids: sent(trattoria, "promotion-signups/", venue=ids["venues"]), "venue"),
        ("reviews/", lambda ids: review(trattoria, venue=ids["venues"]), "venue"),
        ("reviews/", lambda ids: review(trattoria, contact=ids["contacts"]), "contact"),
        ("reviews/", lambda ids: review(trattoria, booking=ids["bookings"]), "booking"),
        ("bookings/", lambda ids: booking(trattoria, contact=ids["contacts"]), "contact"),
        (f"bookings/{own['id']}/contact/", lambda ids: {"contact": ids["contacts"]}, "contact"),
        (
            f"contacts/{own['contact']}/messages/",
            lambda ids: {"channel": "email", "template": ids["message-templates"]},
            "template",
        ),
        (
            f"contacts/{own['contact']}/messages/",
            lambda ids: {"channel": "email", "template": "invite", "venue": ids["venues"]},
            "venue",
        ),
        ("exports/", lambda ids: {"kind": "contacts", "venue": ids["venues"]}, "venue"),
        ("exports/", lambda ids: {"kind": "contacts", "filters": {"group": ids["groups"]}}, "filters.group"),
        ("exports/", lambda ids: {"kind": "contacts", "filters": {"segment": ids["segments"]}}, "filters.segment"),
        (
            "exports/",
            lambda ids: {"kind": "contacts", "marketable": {"venue": ids["venues"], "channel": "email"}},
            "marketable.venue",
        ),
        ("campaigns/", lambda ids: campaign(group=ids["groups"]), "group"),
        ("campaigns/", lambda ids: campaign(segment=ids["segments"]), "segment"),
        ("campaigns/", lambda ids: campaign(group=group, template=ids["message-templates"]), "template"),
        ("campaigns/", lambda ids: campaign(group=group, venue=ids["venues"]), "venue"),
        ("orders/", lambda ids: order(trattoria, venue=ids["venues"]), "venue"),
        ("orders/", lambda ids: order(trattoria, contact=ids["contacts"]), "contact"),
        (f"orders/{ordered}/contact/", lambda ids: {"contact": ids["contacts"]}, "contact"),
        ("receipts/", lambda ids: receipt(trattoria, venue=ids["venues"]), "venue"),
        ("receipts/", lambda ids: receipt(trattoria, guest=None, contact=ids["contacts"]), "contact"),
        ("quotes/", lambda ids: quote(trattoria, venue=ids["venues"]), "venue"),
        ("quotes/", lambda ids: quote(trattoria, contact=ids["contacts"]), "contact"),
        (
            "sms-inbound/",
            lambda ids: {
                "provider": "x",
                "external_id": "1",
                "phone": "+393331234567",
                "text": "STOP",
                "venue": ids["venues"],
            },
            "venue",
        ),
        (
            "mail-events/",
            lambda ids: {
                "provider": "x",
                "external_id": "1",
                "kind": "complaint",
                "email": "anna@example.com",
                "venue": ids["venues"],
            },
            "venue",
        ),
        (f"contacts/{own['contact']}/tags/", lambda _ids: {"tag": "secret"}, "tag"),
        ("api-keys/", lambda ids: {"name": "x", "preset": "pos", "venue": ids["venues"]}, "venue"),
        (
            f"contacts/{own['contact']}/unsubscribe/",
            lambda ids: {"venue": ids["venues"], "channel": "email"},
            "venue",
        ),
    ]

    for path, body, field in attempts:
        foreign = assert_problem(key.post(path, body(strangers)), 400, "invalid")
        nothing = assert_problem(key.post(path, body(dict.fromkeys(strangers, NO_ID))), 400, "invalid")
        assert [error["field"] for error in foreign["errors"]] == [field]
        assert foreign["errors"] == nothing["errors"]


def test_a_key_of_one_venue_sees_the_bookings_of_that_venue(trattoria, bearer):
    admin = bearer(trattoria)
    centro = admin.post("bookings/", booking(trattoria)).json()
    mare = admin.post("bookings/", booking(trattoria, venue=str(trattoria.venues[1].pk))).json()
    bound = bearer(trattoria, "pos", venue=trattoria.venue)

    assert [row["id"] for row in bound.get("bookings/").json()["results"]] == [centro["id"]]
    assert [row["id"] for row in bound.get(f"contacts/{centro['contact']}/bookings/").json()["results"]] == [
        centro["id"]
    ]
    assert [row["name"] for row in bound.get("venues/").json()["results"]] == ["Centro"]
    assert_problem(bound.get(f"bookings/{mare['id']}/"), 404, "not_found")
    assert_problem(bound.patch(f"bookings/{mare['id']}/", {"party_size": 9}), 404, "not_found")
    assert_problem(bound.post(f"bookings/{mare['id']}/status/", {"status": "arrived"}), 404, "not_found")
