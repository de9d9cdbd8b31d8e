"""Every refusal is a problem+json that names the field, and no input is a 500 (API.md, Conventions)."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from api.venues import VenueList
from config import failures

MEMBERS = {"type", "title", "status", "detail", "instance", "code"}


def assert_problem(response, status, code):
    assert response.headers["Content-Type"] == "application/problem+json", response.content
    body = json.loads(response.content)
    assert (response.status_code, body["status"], body["code"]) == (status, status, code), body
    assert set(body) >= MEMBERS
    assert body["instance"] == response.headers["X-Request-Id"]
    return body


def venue(**changes):
    return {"name": "Terrazza", "country": "IT", "timezone": "Europe/Rome", "currency": "EUR", **changes}


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "not_authenticated"),
        ({"Authorization": "Bearer cop_000000000000_wrong"}, "invalid_key"),
        ({"Authorization": "Bearer "}, "invalid_key"),
        ({"Authorization": "Bearer \xff\xfe"}, "invalid_key"),
        ({"Authorization": "Token abc"}, "invalid_key"),
        ({"Authorization": "Basic YTpi"}, "invalid_key"),
    ],
)
def test_a_request_without_a_valid_key_is_401(db, headers, code):
    response = Client().get("/api/v1/venues/", headers=headers)

    assert_problem(response, 401, code)
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_key_without_the_scope_is_403_and_the_answer_names_it(trattoria, bearer):
    response = bearer(trattoria, "read").get("audit/")

    body = assert_problem(response, 403, "permission_denied")
    assert body["permission"] == "audit_read"
    assert "audit_read" in body["detail"]


@pytest.mark.parametrize("path", ["venues/0198c5a0-0000-7000-8000-000000000000/", "venues/7/", "nothing/", "venues"])
def test_an_unknown_address_or_id_is_404(trattoria, bearer, path):
    assert_problem(bearer(trattoria).get(path), 404, "not_found")
    assert_problem(
        bearer(trattoria).post(path, {}),
        404 if "0198" not in path else 405,
        "not_found" if "0198" not in path else "method_not_allowed",
    )


def test_a_method_that_the_address_does_not_take_is_405_and_names_those_it_takes(trattoria, bearer):
    response = bearer(trattoria).put("venues/", {})

    assert_problem(response, 405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == {"GET", "POST", "HEAD"}


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"name": 5}, "name", "invalid"),
        ({"name": None}, "name", "null"),
        ({"name": ""}, "name", "blank"),
        ({"name": ["a"]}, "name", "invalid"),
        ({"name": {"a": 1}}, "name", "invalid"),
        ({"name": True}, "name", "invalid"),
        ({"name": "x" * 121}, "name", "max_length"),
        ({"name": "a\x00b"}, "name", "null_characters_not_allowed"),
        ({"name": "a\ud800b"}, "name", "surrogate_characters_not_allowed"),
        ({"country": "XX"}, "country", "unknown_country"),
        ({"timezone": "Mars/Olympus"}, "timezone", "unknown_timezone"),
        ({"currency": "euro"}, "currency", "max_length"),
        ({"currency": "EUX"}, "currency", "unknown_currency"),
        ({"currency": 978}, "currency", "invalid"),
        ({"double_opt_in": "true"}, "double_opt_in", "invalid"),
        ({"double_opt_in": 1}, "double_opt_in", "invalid"),
        ({"no_show_grace_minutes": "15"}, "no_show_grace_minutes", "invalid"),
        ({"no_show_grace_minutes": 1.5}, "no_show_grace_minutes", "invalid"),
        ({"no_show_grace_minutes": True}, "no_show_grace_minutes", "invalid"),
        ({"no_show_grace_minutes": -1}, "no_show_grace_minutes", "min_value"),
        ({"no_show_grace_minutes": 10**30}, "no_show_grace_minutes", "max_value"),
        ({"day_starts_at": "25:00"}, "day_starts_at", "invalid"),
        ({"day_starts_at": 5}, "day_starts_at", "invalid"),
        ({"consent_regime": "none"}, "consent_regime", "invalid_choice"),
        ({"consent_regime": ["gdpr"]}, "consent_regime", "invalid_choice"),
        ({"colour": "red"}, "colour", "unknown_field"),
        ({"\ud800": 1}, "?", "unknown_field"),
        ({"id": "0198c5a0-0000-7000-8000-000000000000"}, "id", "unknown_field"),
    ],
)
def test_a_faulty_field_is_400_and_named(trattoria, bearer, changes, field, code):
    body = assert_problem(bearer(trattoria).post("venues/", venue(**changes)), 400, "invalid")

    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]
    assert body["errors"][0]["detail"]


def test_all_faulty_fields_are_named_at_once(trattoria, bearer):
    body = assert_problem(bearer(trattoria).post("venues/", {"name": 5, "x": 1, "y": 2}), 400, "invalid")

    assert {(error["field"], error["code"]) for error in body["errors"]} == {
        ("name", "invalid"),
        ("x", "unknown_field"),
        ("y", "unknown_field"),
        ("country", "required"),
        ("timezone", "required"),
        ("currency", "required"),
    }


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"nonsense",
        b"\xff\xfe\x00",
        b'{"name": "\x00"}',
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"no_show_grace_minutes": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 5_000,
        b'{"name": "\xc3"}',
        "{}".encode("utf-16"),
    ],
    ids=range(11),
)
def test_a_body_that_is_no_json_is_400(trattoria, bearer, content):
    key = bearer(trattoria)
    response = key.client.post(
        "/api/v1/venues/", content, content_type="application/json", headers={"Authorization": f"Bearer {key.token}"}
    )

    assert_problem(response, 400, "malformed")


@pytest.mark.parametrize("content", [b"null", b"[]", b'"text"', b"5", b"true", b"[{}]"])
def test_json_that_is_no_object_is_400(trattoria, bearer, content):
    key = bearer(trattoria)
    response = key.client.post(
        "/api/v1/venues/", content, content_type="application/json", headers={"Authorization": f"Bearer {key.token}"}
    )

    assert assert_problem(response, 400, "invalid")["errors"][0]["field"] == ""


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "application/x-www-form-urlencoded", "x", "multipart/form-data; boundary=x", ""],
)
def test_another_content_type_is_415(trattoria, bearer, content_type):
    key = bearer(trattoria)
    response = key.client.generic(
        "POST", "/api/v1/venues/", b"a=b", content_type=content_type, headers={"Authorization": f"Bearer {key.token}"}
    )

    assert_problem(response, 415, "unsupported_media_type")


def test_a_body_over_the_limit_is_413(trattoria, bearer):
    response = bearer(trattoria).post("venues/", {"name": "x" * 2_600_000})

    assert_problem(response, 413, "too_large")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=abc", "limit"),
        ("limit=" + "9" * 2000, "limit"),
        ("limit=5&limit=6", "limit"),
        ("limit=", "limit"),
        ("cursor=%00", "cursor"),
        ("cursor=abc", "cursor"),
        ("cursor=YWJj.abc", "cursor"),
        ("cursor=%C3%A9.%C3%A9", "cursor"),
        ("cursor=" + "x" * 2000, "cursor"),
        ("%FF=1", "�"),
    ],
)
def test_a_faulty_query_parameter_is_400_and_named(trattoria, bearer, query, field):
    body = assert_problem(bearer(trattoria).get(f"venues/?{query}"), 400, "invalid")

    assert [error["field"] for error in body["errors"]] == [field]


def test_unknown_query_parameters_are_refused_on_every_method_and_nothing_is_done(trattoria, bearer):
    key = bearer(trattoria)
    path = f"venues/{trattoria.venue.pk}/?x=1"

    assert_problem(key.get(path), 400, "invalid")
    assert_problem(key.patch(path, {"name": "Other"}), 400, "invalid")
    assert_problem(key.post("venues/?x=1", venue()), 400, "invalid")
    assert [row["name"] for row in key.get("venues/").json()["results"]] == ["Centro", "Mare"]


def test_a_missing_scope_comes_before_a_missing_object_and_that_before_a_faulty_body(trattoria, bearer):
    missing = "venues/0198c5a0-0000-7000-8000-000000000000/"

    assert_problem(bearer(trattoria, "read").patch(missing, {"x": 1}), 403, "permission_denied")
    assert_problem(bearer(trattoria).patch(missing, {"x": 1}), 404, "not_found")
    assert_problem(bearer(trattoria).patch(f"venues/{trattoria.venue.pk}/", {"x": 1}), 400, "invalid")


def test_a_refusal_of_the_domain_keeps_its_code_and_rolls_back(trattoria, bearer):
    key = bearer(trattoria)

    body = assert_problem(key.patch(f"venues/{trattoria.venue.pk}/", {"name": "Mare"}), 409, "name_in_use")

    assert body["errors"] == [{"field": "name", "code": "name_in_use", "detail": "Another venue has this name."}]
    assert key.get(f"venues/{trattoria.venue.pk}/").json()["name"] == "Centro"


@pytest.mark.parametrize("given", ["abc-123", "A.b_c"])
def test_the_request_id_comes_back(trattoria, bearer, given):
    assert bearer(trattoria).get("venues/", **{"X-Request-Id": given}).headers["X-Request-Id"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<script>"])
def test_a_faulty_request_id_is_replaced(trattoria, bearer, given):
    assert bearer(trattoria).get("venues/", **{"X-Request-Id": given}).headers["X-Request-Id"] != given


def test_failures_outside_any_view_are_problems_to_the_api_and_pages_to_people(client, rf):
    assert_problem(client.get("/api/v1/venues/", headers={"Host": "evil.example"}), 400, "malformed")
    assert_problem(client.get("/api/v2/venues/"), 404, "not_found")
    assert client.get("/nowhere/").headers["Content-Type"].startswith("text/html")

    for path, content_type in (("/api/v1/venues/", "application/problem+json"), ("/t/x/", "text/html")):
        request = rf.get(path)
        request.request_id = "r1"
        response = failures.server_error(request)
        assert (response.status_code, response.headers["Content-Type"].split(";")[0]) == (500, content_type)


def test_a_bug_is_a_500_that_says_nothing_and_is_logged(trattoria, bearer, monkeypatch, caplog):
    key = bearer(trattoria)
    key.client.raise_request_exception = False
    monkeypatch.setitem(VenueList.required, "GET", object())

    body = assert_problem(key.get("venues/"), 500, "internal_error")

    assert "object" not in body["detail"]
    assert "/api/v1/venues/ failed" in caplog.text
