"""`reviews/`: recording what guests thought, and reading it (R-CRM-2, R-CRM-5, R-WRITE-4)."""

from __future__ import annotations

import pytest

from tests.api.test_bookings import ANNA, booking
from tests.api.test_problems import assert_problem

NO_ID = "0198c5a0-0000-7000-8000-000000000000"


def review(place, **changes):
    return {
        "venue": str(place.venue.pk),
        "source": "private",
        "rating": 4,
        "text": "Lovely evening.\nSlow dessert.",
        "reviewed_at": "2026-11-20T22:00:00+01:00",
        **changes,
    }


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def taken(trattoria, key):
    """Anna's booking."""
    return key.post("bookings/", booking(trattoria)).json()


def test_a_review_of_a_booking_is_its_contacts(trattoria, key, taken):
    answer = key.post("reviews/", review(trattoria, booking=taken["id"]))

    body = answer.json()
    assert answer.status_code == 201
    assert {name: value for name, value in body.items() if name not in ("id", "created_at")} == {
        **review(trattoria, booking=taken["id"]),
        "external_id": "",
        "contact": taken["contact"],
        "crm_sync": "unchanged",
        "warnings": [],
    }
    stats = key.get(f"contacts/{taken['contact']}/").json()["stats"]
    assert (stats["review_average"], stats["google_rating"]) == (4.0, None)


def averages(key, *contacts):
    return [key.get(f"contacts/{one}/").json()["stats"]["review_average"] for one in contacts]


def test_the_reviews_of_a_booking_move_along_with_it(trattoria, key, taken):
    bruno = key.post("contacts/", {"first_name": "Bruno", "email": "bruno@example.com"}).json()["id"]
    key.post("reviews/", review(trattoria, booking=taken["id"]))

    key.post(f"bookings/{taken['id']}/contact/", {"contact": bruno})
    after = averages(key, taken["contact"], bruno)
    key.post(f"bookings/{taken['id']}/contact/", {"contact": None})

    assert after == [None, 4.0]
    assert averages(key, taken["contact"], bruno) == [None, None]


def test_a_booking_that_gains_its_contact_brings_its_review(trattoria, key):
    taken = key.post("bookings/", booking(trattoria, guest={"first_name": "Bruno"})).json()
    key.post("reviews/", review(trattoria, booking=taken["id"]))

    edited = key.patch(f"bookings/{taken['id']}/", {"guest": {"email": "bruno@example.com"}}).json()

    assert averages(key, edited["contact"]) == [4.0]


def test_a_chosen_contact_and_a_guest_who_is_found_and_one_who_is_not(trattoria, key, taken):
    chosen = key.post("reviews/", review(trattoria, contact=taken["contact"])).json()
    found = key.post("reviews/", review(trattoria, guest=ANNA)).json()
    unknown = key.post("reviews/", review(trattoria, guest={"email": "x@gmial.com"}))
    nobody = key.post("reviews/", review(trattoria, source="google"))

    assert chosen["contact"] == found["contact"] == taken["contact"]
    assert (unknown.status_code, unknown.json()["contact"], unknown.json()["crm_sync"]) == (201, None, "no_identity")
    assert [(one["code"], one["field"]) for one in unknown.json()["warnings"]] == [("email_typo", "guest.email")]
    assert (nobody.status_code, nobody.json()["contact"]) == (201, None)
    assert len(key.get("contacts/").json()["results"]) == 1


def test_google_stands_apart(trattoria, key, taken):
    for rating in (2, 3):
        key.post("reviews/", review(trattoria, source="google", rating=rating, contact=taken["contact"]))

    stats = key.get(f"contacts/{taken['contact']}/").json()["stats"]

    assert (stats["review_average"], stats["google_rating"]) == (None, 3)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"venue": None}, "venue", "null"),
        ({"venue": "centro"}, "venue", "invalid"),
        ({"venue": NO_ID}, "venue", "unknown_id"),
        ({"source": "tripadvisor"}, "source", "invalid_choice"),
        ({"source": None}, "source", "null"),
        ({"source": 1}, "source", "invalid_choice"),
        ({"rating": 0}, "rating", "min_value"),
        ({"rating": 6}, "rating", "max_value"),
        ({"rating": -1}, "rating", "min_value"),
        ({"rating": 10**20}, "rating", "max_value"),
        ({"rating": 4.5}, "rating", "invalid"),
        ({"rating": 4.0}, "rating", "invalid"),
        ({"rating": "4"}, "rating", "invalid"),
        ({"rating": True}, "rating", "invalid"),
        ({"rating": None}, "rating", "null"),
        ({"text": "x" * 5001}, "text", "max_length"),
        ({"text": ["good"]}, "text", "invalid"),
        ({"text": "\x00"}, "text", "null_characters_not_allowed"),
        ({"text": "\udcff"}, "text", "surrogate_characters_not_allowed"),
        ({"external_id": "x" * 121}, "external_id", "max_length"),
        ({"external_id": 7}, "external_id", "invalid"),
        ({"reviewed_at": "2026-11-20T22:00:00"}, "reviewed_at", "invalid"),
        ({"reviewed_at": "2026-11-20"}, "reviewed_at", "invalid"),
        ({"reviewed_at": 1700000000}, "reviewed_at", "invalid"),
        ({"reviewed_at": "9999-12-31T23:59:59-14:00"}, "reviewed_at", "out_of_range"),
        ({"reviewed_at": "2126-11-20T22:00:00Z"}, "reviewed_at", "in_future"),
        ({"contact": NO_ID}, "contact", "unknown_contact"),
        ({"contact": "anna"}, "contact", "invalid"),
        ({"booking": NO_ID}, "booking", "unknown_id"),
        ({"booking": 3}, "booking", "invalid"),
        ({"contact": NO_ID, "booking": NO_ID}, "booking", "not_together"),
        ({"booking": NO_ID, "guest": {}}, "guest", "not_together"),
        ({"guest": []}, "guest", "invalid"),
        ({"guest": {"email": 5}}, "guest.email", "invalid"),
        ({"guest": {"stars": 5}}, "guest.stars", "unknown_field"),
        ({"stars": 5}, "stars", "unknown_field"),
    ],
)
def test_a_faulty_review_is_400_with_the_field_and_nothing_is_recorded(trattoria, key, changes, field, code):
    body = assert_problem(key.post("reviews/", review(trattoria, **changes)), 400, "invalid")

    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]
    assert key.get("reviews/").json()["results"] == []


def test_what_is_missing_is_named(trattoria, key):
    body = assert_problem(key.post("reviews/", {}), 400, "invalid")

    assert [(error["field"], error["code"]) for error in body["errors"]] == [
        ("venue", "required"),
        ("source", "required"),
        ("rating", "required"),
    ]


def test_a_booking_of_another_venue_is_none_of_this_one(trattoria, key, taken):
    mare = str(trattoria.venues[1].pk)

    body = assert_problem(key.post("reviews/", review(trattoria, venue=mare, booking=taken["id"])), 400, "invalid")

    assert [error["field"] for error in body["errors"]] == ["booking"]


def test_a_known_external_id_answers_200_with_the_first_review(trattoria, key, taken):
    first = key.post("reviews/", review(trattoria, external_id="R1", contact=taken["contact"]))
    second = key.post("reviews/", review(trattoria, external_id="R1", rating=1, reviewed_at=None))

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    assert key.get(f"contacts/{taken['contact']}/").json()["stats"]["review_average"] == 4.0


def test_the_lists_are_newest_first_and_filter(trattoria, key, taken):
    mare = str(trattoria.venues[1].pk)
    ids = {}
    for name, changes in {
        "oldest": {"contact": taken["contact"], "reviewed_at": "2026-11-01T12:00:00Z"},
        "google": {"source": "google", "reviewed_at": "2026-11-02T12:00:00Z"},
        "newest": {"venue": mare, "contact": taken["contact"], "reviewed_at": "2026-11-03T12:00:00Z"},
    }.items():
        ids[key.post("reviews/", review(trattoria, **changes)).json()["id"]] = name

    def names(path):
        return [ids[row["id"]] for row in key.get(path).json()["results"]]

    assert names("reviews/") == ["newest", "google", "oldest"]
    assert names("reviews/?ordering=reviewed_at") == ["oldest", "google", "newest"]
    assert names(f"reviews/?venue={mare}") == ["newest"]
    assert names(f"reviews/?contact={taken['contact']}") == ["newest", "oldest"]
    assert names("reviews/?source=google") == ["google"]
    assert names(f"contacts/{taken['contact']}/reviews/") == ["newest", "oldest"]
    assert key.get("reviews/?source=google").json()["results"][0]["reviewed_at"] == "2026-11-02T13:00:00+01:00"
    page = key.get("reviews/?limit=2").json()
    assert [ids[row["id"]] for row in key.get(page["next"]).json()["results"]] == ["oldest"]


@pytest.mark.parametrize("query", ["venue=1", "contact=x", "source=yelp", "ordering=rating", "rating=5", "limit=0"])
def test_a_faulty_filter_is_400_with_the_parameter(key, query):
    body = assert_problem(key.get(f"reviews/?{query}"), 400, "invalid")

    assert [error["field"] for error in body["errors"]] == [query.split("=")[0]]


def test_the_guest_list_filters_by_reviews(trattoria, key, taken):
    bruno = key.post("contacts/", {"first_name": "Bruno", "email": "bruno@example.com"}).json()["id"]
    for contact, ratings in ((taken["contact"], (4, 5)), (bruno, (5, 3))):
        for day, rating in enumerate(ratings, 1):
            at = f"2026-11-0{day}T12:00:00Z"
            key.post("reviews/", review(trattoria, contact=contact, rating=rating, reviewed_at=at))

    def found(query):
        return [row["first_name"] for row in key.get(f"contacts/?{query}").json()["results"]]

    assert found("review_average_min=4.5") == ["Anna"]
    assert found("review_average_max=4") == ["Bruno"]
    assert found("rating_dropped=true") == ["Bruno"]
    assert found("rating_dropped=false") == ["Anna"]
    for query in ("review_average_min=6", "review_average_max=good", "rating_dropped=yes"):
        body = assert_problem(key.get(f"contacts/?{query}"), 400, "invalid")
        assert [error["field"] for error in body["errors"]] == [query.split("=")[0]]


def test_who_may(trattoria, bearer, taken):
    for preset in ("widget", "wifi", "pos", "read"):
        body = assert_problem(bearer(trattoria, preset).post("reviews/", review(trattoria)), 403, "permission_denied")
        assert body["permission"] == "reviews_create"
    for preset in ("widget", "wifi"):
        assert_problem(bearer(trattoria, preset).get("reviews/"), 403, "permission_denied")
    assert bearer(trattoria, "read").get("reviews/").json()["results"] == []


def test_a_key_of_one_venue_reads_and_writes_the_reviews_of_that_venue(trattoria, bearer, key, taken):
    mare = str(trattoria.venues[1].pk)
    centro = key.post("reviews/", review(trattoria, contact=taken["contact"])).json()["id"]
    key.post("reviews/", review(trattoria, venue=mare, contact=taken["contact"]))
    bound = bearer(trattoria, "admin", venue=trattoria.venue)

    assert [row["id"] for row in bound.get("reviews/").json()["results"]] == [centro]
    assert [row["id"] for row in bound.get(f"contacts/{taken['contact']}/reviews/").json()["results"]] == [centro]
    body = assert_problem(bound.post("reviews/", review(trattoria, venue=mare)), 400, "invalid")
    assert [(error["field"], error["code"]) for error in body["errors"]] == [("venue", "unknown_id")]
