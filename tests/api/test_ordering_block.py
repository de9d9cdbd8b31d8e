"""A blocked guest hears what everybody hears while ordering is paused, byte for byte (R-ORDER-2)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from staff import api_keys
from tests.api.test_bookings import ANNA, booking
from tests.api.test_problems import assert_problem

NO_ID = "0198c5a0-0000-7000-8000-000000000000"
ITEMS = [{"name": "Margherita", "quantity": 2, "unit_price_minor": 1000, "category": "Pizza"}]
# What differs from one answer to the next, whoever asks.
OF_THE_MOMENT = ("RateLimit-Remaining", "RateLimit-Reset")
FRAME = ("SAVEPOINT", "RELEASE", "ROLLBACK")
SAME_REQUEST = {"X-Request-Id": "same"}
PUBLIC = {"channel": "order_web"}


def order(place, **changes):
    return {
        "venue": str(place.venue.pk),
        "kind": "takeaway",
        "items": ITEMS,
        "total_minor": 2000,
        "currency": "EUR",
        "guest": ANNA,
        **changes,
    }


def seen(response):
    headers = {name: value for name, value in response.headers.items() if name not in OF_THE_MOMENT}
    return response.status_code, response.content, headers


@pytest.fixture
def admin(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def widget(trattoria, bearer):
    return bearer(trattoria, "widget")


@pytest.fixture
def anna(admin):
    return admin.post("contacts/", ANNA).json()["id"]


@pytest.fixture
def blocked(admin, anna):
    assert admin.put(f"contacts/{anna}/ordering-block/").status_code == 200
    return anna


def pause(admin, place, is_paused):
    admin.patch(f"venues/{place.venue.pk}/", {"ordering_paused": is_paused})


def paused_answer(admin, widget, place, **changes):
    pause(admin, place, True)
    answer = seen(widget.post("orders/", order(place, **changes), **SAME_REQUEST))
    pause(admin, place, False)
    return answer


@pytest.mark.parametrize(
    "email", ["anna@example.com", "ANNA@Example.COM", "  Anna@example.com ", "anna@example.com\t", "aNNa@EXAMPLE.com"]
)
def test_a_blocked_guest_gets_the_answer_of_a_paused_venue(trattoria, admin, widget, blocked, email):
    guest = {**ANNA, "email": email}
    unknown = {"first_name": "Nora", "email": "nora@example.com"}
    paused = [paused_answer(admin, widget, trattoria, guest=one) for one in (unknown, guest)]

    refused = widget.post("orders/", order(trattoria, guest=guest), **SAME_REQUEST)

    assert_problem(refused, 409, "ordering_unavailable")
    assert paused == [seen(refused), seen(refused)]
    assert widget.post("orders/", order(trattoria, guest=unknown)).status_code == 201
    assert [one["email"] for one in admin.get("contacts/").json()["results"]] == [
        "nora@example.com",
        "anna@example.com",
    ]


def test_the_same_queries_run_whether_the_guest_is_blocked_or_the_venue_paused(
    trattoria, admin, widget, blocked, monkeypatch
):
    monkeypatch.setattr(api_keys, "TRUSTED_SECONDS", 3600)
    widget.post("orders/", order(trattoria))

    def statements(guest):
        with CaptureQueriesContext(connection) as captured:
            assert_problem(widget.post("orders/", order(trattoria, guest=guest)), 409, "ordering_unavailable")
        # Whether the server has prepared a statement already depends on what ran before.
        words = [(one["sql"] or "").split(" ")[0] for one in captured]
        return [word if word in FRAME else "statement" for word in words]

    of_blocked = statements(ANNA)
    pause(admin, trattoria, True)
    # Who sends neither e-mail nor phone knows that nobody's block can be meant.
    of_paused = [statements(guest) for guest in (ANNA, {"email": "nobody@example.com"}, {"phone": "+39 347 000 0000"})]

    assert of_paused == [of_blocked] * 3


def test_an_order_with_the_phone_alone_is_the_blocked_guests_too(trattoria, widget, blocked):
    phone = {"first_name": "Anna", "phone": ANNA["phone"]}

    assert_problem(widget.post("orders/", order(trattoria, guest=phone)), 409, "ordering_unavailable")
    with_other_email = {**phone, "email": "husband@example.com"}
    assert widget.post("orders/", order(trattoria, guest=with_other_email)).status_code == 201


def test_bookings_are_not_affected(trattoria, widget, blocked):
    assert widget.post("bookings/", booking(trattoria)).status_code == 201


def test_a_public_order_by_a_key_that_acts_for_the_guest_is_refused_alike(trattoria, admin, blocked):
    assert_problem(admin.post("orders/", order(trattoria, **PUBLIC)), 409, "ordering_unavailable")
    confirmed = admin.post("orders/", order(trattoria, **PUBLIC, confirm_blocked=True))
    assert_problem(confirmed, 409, "ordering_unavailable")


def test_staff_are_warned_and_must_confirm(trattoria, admin, blocked):
    refused = admin.post("orders/", order(trattoria, channel="order_phone"))
    chosen = admin.post("orders/", order(trattoria, guest=None, contact=blocked, channel="staff"))
    confirmed = admin.post("orders/", order(trattoria, channel="order_phone", confirm_blocked=True))
    other = admin.post("orders/", order(trattoria, channel="order_phone", guest={"email": "b@example.com"}))

    assert assert_problem(refused, 409, "ordering_blocked")["contact"] == blocked
    assert_problem(chosen, 409, "ordering_blocked")
    assert (confirmed.status_code, confirmed.json()["contact"]) == (201, blocked)
    assert [one["code"] for one in confirmed.json()["warnings"]] == ["ordering_blocked"]
    assert (other.status_code, other.json()["warnings"]) == (201, [])


def test_a_widget_may_not_confirm(trattoria, widget, blocked):
    answers = [
        assert_problem(widget.post("orders/", order(trattoria, confirm_blocked=True, guest=guest)), 400, "invalid")
        for guest in (ANNA, {"email": "nobody@example.com"})
    ]

    assert [answer["errors"][0]["code"] for answer in answers] == ["not_allowed", "not_allowed"]


def test_the_refused_attempt_is_kept_and_staff_see_it(trattoria, admin, widget, blocked):
    widget.post("orders/", order(trattoria, kind="delivery"))
    paused_answer(admin, widget, trattoria, guest={"email": "nobody@example.com"})

    [attempt] = admin.get(f"contacts/{blocked}/ordering-attempts/").json()["results"]

    assert {name: attempt[name] for name in ("venue", "kind", "total_minor", "currency")} == {
        "venue": str(trattoria.venue.pk),
        "kind": "delivery",
        "total_minor": 2000,
        "currency": "EUR",
    }
    assert admin.get("orders/").json()["results"] == []
    [entry] = [one for one in admin.get("audit/").json()["results"] if one["action"] == "order_refused"]
    assert (entry["object_type"], entry["object_id"]) == ("orderattempt", attempt["id"])


def test_the_card_and_the_filter_say_who_is_blocked(trattoria, admin, blocked):
    other = admin.post("contacts/", {"email": "b@example.com"}).json()["id"]

    def ids(query):
        return [one["id"] for one in admin.get(f"contacts/?{query}").json()["results"]]

    assert admin.get(f"contacts/{blocked}/").json()["is_ordering_blocked"] is True
    assert admin.get(f"contacts/{other}/").json()["is_ordering_blocked"] is False
    assert (ids("blocked=true"), ids("blocked=false")) == ([blocked], [other])
    assert_problem(admin.get("contacts/?blocked=perhaps"), 400, "invalid")


def test_blocking_and_lifting_save_at_once_and_are_audited_once(trattoria, admin, widget, anna):
    path = f"contacts/{anna}/ordering-block/"

    first, again = admin.put(path), admin.put(path)
    refused = widget.post("orders/", order(trattoria))
    lifted, twice = admin.delete(path), admin.delete(path)

    assert (first.json()["is_ordering_blocked"], again.status_code) == (True, 200)
    assert [refused.status_code, lifted.status_code, twice.status_code] == [409, 204, 204]
    assert widget.post("orders/", order(trattoria)).status_code == 201
    actions = [one["action"] for one in admin.get(f"audit/?object_id={anna}").json()["results"]]
    assert sorted(one for one in actions if one.startswith("ordering")) == ["ordering_blocked", "ordering_unblocked"]


def test_a_host_may_block_and_not_lift(trattoria, admin, blocked):
    host = trattoria.signed_in("host")
    headers = {"X-Tenant": str(trattoria.id)}

    block = host.put(f"/api/v1/contacts/{blocked}/ordering-block/", headers=headers)
    lift = host.delete(f"/api/v1/contacts/{blocked}/ordering-block/", headers=headers)

    assert (block.status_code, lift.status_code, lift.json()["permission"]) == (200, 403, "ordering_unblock")
    assert admin.get(f"contacts/{blocked}/").json()["is_ordering_blocked"] is True


def test_what_is_sent_along_is_refused(admin, anna):
    body = assert_problem(admin.put(f"contacts/{anna}/ordering-block/", {"is_blocked": False}), 400, "invalid")
    query = assert_problem(admin.delete(f"contacts/{anna}/ordering-block/?x=1"), 400, "invalid")

    assert [body["errors"][0]["field"], query["errors"][0]["field"]] == ["is_blocked", "x"]
    assert_problem(admin.put(f"contacts/{NO_ID}/ordering-block/"), 404, "not_found")


def test_a_key_of_one_venue_sees_the_attempts_at_that_venue(trattoria, admin, bearer, widget, blocked):
    widget.post("orders/", order(trattoria))
    at_mare = bearer(trattoria, "pos", venue=trattoria.venues[1])

    assert at_mare.get(f"contacts/{blocked}/ordering-attempts/").json()["results"] == []
    assert len(admin.get(f"contacts/{blocked}/ordering-attempts/").json()["results"]) == 1
