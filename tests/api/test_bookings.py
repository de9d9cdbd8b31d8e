"""Bookings through the API: what they do to the guest list, and what the answer says (R-ID-1, R-ID-8, R-WRITE-3, R-WRITE-4)."""

from __future__ import annotations

import datetime

import pytest

from tests.api.test_problems import assert_problem

ANNA = {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.com", "phone": "333 123 4567"}
TOMORROW = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)).isoformat()


def booking(place, **changes):
    return {"venue": str(place.venue.pk), "starts_at": TOMORROW, "party_size": 2, "guest": ANNA, **changes}


def test_a_new_guest_is_created_and_a_known_one_updated(trattoria, bearer):
    key = bearer(trattoria, "pos")

    first = key.post("bookings/", booking(trattoria))
    second = key.post("bookings/", booking(trattoria, guest={**ANNA, "last_name": "Bianchi"}))
    third = key.post("bookings/", booking(trattoria, guest={**ANNA, "last_name": "Bianchi"}))

    assert [answer.status_code for answer in (first, second, third)] == [201, 201, 201]
    assert [answer.json()["crm_sync"] for answer in (first, second, third)] == ["created", "updated", "unchanged"]
    assert first.json()["contact"] == second.json()["contact"] == third.json()["contact"] is not None
    assert first.json()["status"] == "confirmed"
    assert first.json()["guest"] == ANNA
    assert first.headers["ETag"] == '"1"'


def test_null_and_empty_in_guest_mean_absent(trattoria, bearer):
    answer = bearer(trattoria, "pos").post(
        "bookings/", booking(trattoria, guest={"first_name": "Anna", "last_name": None, "email": "", "phone": "  "})
    )

    assert answer.status_code == 201
    assert (answer.json()["contact"], answer.json()["crm_sync"]) == (None, "no_identity")
    assert answer.json()["guest"] == {"first_name": "Anna"}


@pytest.mark.parametrize(
    ("guest", "code", "field", "suggestion"),
    [
        ({"email": "anna@gimail.con"}, "email_invalid", "guest.email", "anna@gmail.com"),
        ({"email": "anna@gmial.com"}, "email_typo", "guest.email", "anna@gmail.com"),
        ({"email": "anna@example.com", "phone": "3.93331234567E11"}, "phone_invalid", "guest.phone", None),
        ({"email": "anna@example.com", "phone": "12"}, "phone_invalid", "guest.phone", None),
    ],
)
def test_a_faulty_email_or_phone_is_a_warning(trattoria, bearer, guest, code, field, suggestion):
    answer = bearer(trattoria, "pos").post("bookings/", booking(trattoria, guest=guest))

    assert answer.status_code == 201
    assert [(one["code"], one["field"], one["suggestion"]) for one in answer.json()["warnings"]] == [
        (code, field, suggestion)
    ]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"guest": None}, "guest", "required"),
        ({"guest": []}, "guest", "invalid"),
        ({"guest": {"first_name": 5}}, "guest.first_name", "invalid"),
        ({"guest": {"first_name": "x" * 101}}, "guest.first_name", "max_length"),
        ({"guest": {"email": ["a@b.it"]}}, "guest.email", "invalid"),
        ({"guest": {"phone": 3331234567}}, "guest.phone", "invalid"),
        ({"guest": {"email": "a\x00@b.it"}}, "guest.email", "null_characters_not_allowed"),
        ({"guest": {"first_name": "\udcff"}}, "guest.first_name", "surrogate_characters_not_allowed"),
        ({"guest": {"language": "klingon"}}, "guest.language", "unknown_language"),
        ({"guest": {"birthday": "1980-02-30"}}, "guest.birthday", "birthday_unreadable"),
        ({"guest": {"birthday": "31/12/1980"}}, "guest.birthday", "birthday_unreadable"),
        ({"guest": {"registered_at": "2026-01-01T10:00:00"}}, "guest.registered_at", "invalid"),
        ({"guest": {"e_mail": "a@b.it"}}, "guest.e_mail", "unknown_field"),
        ({"starts_at": None}, "starts_at", "required"),
        ({"starts_at": "2026-12-24T20:00:00"}, "starts_at", "invalid"),
        ({"starts_at": "2026-12-24"}, "starts_at", "invalid"),
        ({"starts_at": "2026-13-24T20:00:00Z"}, "starts_at", "invalid"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "starts_at", "out_of_range"),
        ({"starts_at": "9999-12-31T23:59:59-14:00"}, "starts_at", "out_of_range"),
        ({"starts_at": 1700000000}, "starts_at", "invalid"),
        ({"party_size": 0}, "party_size", "min_value"),
        ({"party_size": -2}, "party_size", "min_value"),
        ({"party_size": 10**20}, "party_size", "max_value"),
        ({"party_size": "2"}, "party_size", "invalid"),
        ({"party_size": 2.0}, "party_size", "invalid"),
        ({"party_size": None}, "party_size", "null"),
        ({"kind": "brunch"}, "kind", "invalid_choice"),
        ({"kind": None}, "kind", "null"),
        ({"channel": "import"}, "channel", "invalid_choice"),
        ({"venue": "centro"}, "venue", "invalid"),
        ({"venue": 7}, "venue", "invalid"),
        ({"venue": "0198c5a0-0000-7000-8000-000000000000"}, "venue", "unknown_id"),
        ({"contact": "0198c5a0-0000-7000-8000-000000000000"}, "contact", "unknown_contact"),
        ({"notes": "x" * 1001}, "notes", "max_length"),
        ({"notes": {}}, "notes", "invalid"),
        ({"external_id": "\x00"}, "external_id", "null_characters_not_allowed"),
        ({"marketing_opt_in": {"email": "yes"}}, "marketing_opt_in.email", "invalid"),
        ({"marketing_opt_in": True}, "marketing_opt_in", "invalid"),
        ({"status": "arrived"}, "status", "unknown_field"),
    ],
)
def test_a_faulty_booking_is_400_with_the_field_and_nothing_is_taken(trattoria, bearer, changes, field, code):
    key = bearer(trattoria)

    body = assert_problem(key.post("bookings/", booking(trattoria, **changes)), 400, "invalid")

    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]
    assert key.get("bookings/").json()["results"] == []


def test_walk_in_and_queue_need_the_party_size_only(trattoria, bearer):
    key = bearer(trattoria, "pos")

    walk_in = key.post("bookings/", {"venue": str(trattoria.venue.pk), "kind": "walk_in", "party_size": 3})
    queue = key.post("bookings/", {"venue": str(trattoria.venue.pk), "kind": "queue", "party_size": 2})

    assert (walk_in.json()["status"], walk_in.json()["channel"]) == ("arrived", "walk_in")
    assert (queue.json()["status"], queue.json()["channel"]) == ("queued", "queue")
    assert walk_in.json()["starts_at"] is not None


def test_a_known_external_id_answers_200_with_the_first_booking_and_changes_nothing(trattoria, bearer):
    key = bearer(trattoria, "pos")
    first = key.post("bookings/", booking(trattoria, provider="thefork", external_id="A1"))
    second = key.post(
        "bookings/",
        booking(trattoria, provider="thefork", external_id="A1", party_size=8, guest={"email": "x@example.com"}),
    )
    elsewhere = key.post("bookings/", booking(trattoria, provider="google", external_id="A1"))

    assert (second.status_code, second.json()["id"], second.json()["party_size"]) == (200, first.json()["id"], 2)
    assert second.json()["guest"] == ANNA
    assert elsewhere.json()["id"] != first.json()["id"]


def test_a_contact_chosen_by_staff_wins_and_a_typed_email_of_another_is_refused(trattoria, bearer):
    key = bearer(trattoria)
    anna = key.post("bookings/", booking(trattoria)).json()["contact"]
    bruno = key.post("bookings/", booking(trattoria, guest={"email": "bruno@example.com"})).json()["contact"]

    chosen = key.post("bookings/", booking(trattoria, contact=anna, guest={"first_name": "Anna"}))
    refused = key.post("bookings/", booking(trattoria, contact=anna, guest={"email": "bruno@example.com"}))

    assert chosen.json()["contact"] == anna
    assert assert_problem(refused, 409, "email_in_use")["contact"] == bruno


def test_an_edit_of_an_open_booking_reaches_the_contact_and_of_a_final_one_never(trattoria, bearer):
    key = bearer(trattoria)
    taken = key.post("bookings/", booking(trattoria)).json()

    open_edit = key.patch(f"bookings/{taken['id']}/", {"guest": {"phone": "333 765 4321"}})
    key.post(f"bookings/{taken['id']}/status/", {"status": "arrived"})
    final_edit = key.patch(f"bookings/{taken['id']}/", {"guest": {"phone": "333 000 1111"}, "party_size": 5})

    assert open_edit.json()["crm_sync"] == "updated"
    assert (final_edit.json()["crm_sync"], final_edit.json()["party_size"]) == ("skipped_final_status", 5)
    assert final_edit.json()["guest"]["phone"] == "333 000 1111"
    assert key.get(f"contacts/{taken['contact']}/").json()["phone"] == "+393337654321"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"party_size": 0}, "party_size"),
        ({"starts_at": None}, "starts_at"),
        ({"is_late": "yes"}, "is_late"),
        ({"venue": "0198c5a0-0000-7000-8000-000000000000"}, "venue"),
        ({"guest": []}, "guest"),
        ({"guest": {"birthday": 1}}, "guest.birthday"),
    ],
)
def test_a_faulty_change_is_400_with_the_field(trattoria, bearer, changes, field):
    key = bearer(trattoria)
    taken = key.post("bookings/", booking(trattoria)).json()

    body = assert_problem(key.patch(f"bookings/{taken['id']}/", changes), 400, "invalid")

    assert [error["field"] for error in body["errors"]] == [field]


def test_the_email_of_a_contact_cannot_be_changed_from_a_booking(trattoria, bearer):
    key = bearer(trattoria)
    taken = key.post("bookings/", booking(trattoria)).json()

    assert_problem(key.patch(f"bookings/{taken['id']}/", {"guest": {"email": "new@example.com"}}), 422, "email_locked")

    assert key.get(f"bookings/{taken['id']}/").json()["guest"] == ANNA


def test_any_status_may_follow_any_other(trattoria, bearer):
    key = bearer(trattoria, "pos")
    taken = key.post("bookings/", booking(trattoria)).json()

    for status in ("arrived", "requested", "no_show", "finished", "queued", "rejected", "cancelled", "confirmed"):
        answer = key.post(f"bookings/{taken['id']}/status/", {"status": status, "at": "2026-11-22T20:01:00+01:00"})
        assert (answer.status_code, answer.json()["status"]) == (200, status)
        assert answer.json()["status_at"] == "2026-11-22T20:01:00+01:00"

    assert_problem(key.post(f"bookings/{taken['id']}/status/", {"status": "eaten"}), 400, "invalid")
    assert_problem(key.post(f"bookings/{taken['id']}/status/", {}), 400, "invalid")


def test_linking_moves_the_visit_along(trattoria, bearer):
    key = bearer(trattoria)
    taken = key.post("bookings/", booking(trattoria)).json()
    bruno = key.post("bookings/", booking(trattoria, guest={"email": "bruno@example.com"})).json()["contact"]
    key.post(f"bookings/{taken['id']}/status/", {"status": "arrived"})

    linked = key.post(f"bookings/{taken['id']}/contact/", {"contact": bruno})

    assert (linked.status_code, linked.json()["contact"]) == (200, bruno)
    assert key.get(f"contacts/{bruno}/").json()["stats"]["visit_count"] == 1
    assert key.get(f"contacts/{taken['contact']}/").json()["stats"]["visit_count"] == 0


def test_the_list_filters_by_venue_day_status_and_contact(trattoria, bearer):
    key = bearer(trattoria)
    mare = str(trattoria.venues[1].pk)
    first = key.post("bookings/", booking(trattoria, starts_at="2026-12-24T20:00:00+01:00")).json()
    second = key.post(
        "bookings/",
        booking(trattoria, venue=mare, starts_at="2026-12-25T13:00:00+01:00", guest={"email": "b@example.com"}),
    ).json()
    key.post(f"bookings/{second['id']}/status/", {"status": "cancelled"})

    def ids(query):
        return [row["id"] for row in key.get(f"bookings/?{query}").json()["results"]]

    assert ids("") == [first["id"], second["id"]]
    assert ids("ordering=-starts_at") == [second["id"], first["id"]]
    assert ids(f"venue={mare}") == [second["id"]]
    assert ids("date=2026-12-24") == [first["id"]]
    assert ids("status=cancelled") == [second["id"]]
    assert ids("status=cancelled&status=confirmed") == [first["id"], second["id"]]
    assert ids(f"contact={first['contact']}") == [first["id"]]
    assert ids("updated_since=2026-01-01T00:00:00Z") == [first["id"], second["id"]]
    assert ids("updated_since=2126-01-01T00:00:00+01:00") == []


@pytest.mark.parametrize(
    "query",
    [
        "venue=1",
        "date=24.12.2026",
        "date=2026-02-30",
        "status=eaten",
        "contact=x",
        "ordering=id",
        "updated_since=2026-01-01",
    ],
)
def test_a_faulty_filter_is_400_with_the_parameter(trattoria, bearer, query):
    body = assert_problem(bearer(trattoria).get(f"bookings/?{query}"), 400, "invalid")

    assert [error["field"].split(".")[0] for error in body["errors"]] == [query.split("=")[0]]


def test_instants_carry_the_offset_of_the_venue(trattoria, bearer):
    answer = bearer(trattoria).post("bookings/", booking(trattoria, starts_at="2026-12-24T23:30:00Z"))

    assert (answer.json()["starts_at"], answer.json()["service_date"]) == ("2026-12-25T00:30:00+01:00", "2026-12-25")
