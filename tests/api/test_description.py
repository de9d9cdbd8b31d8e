"""The OpenAPI description tells the truth, and the pages that show it need no CDN (API.md)."""

from __future__ import annotations

import json
import re
from functools import cache

import jsonschema
import pytest
from django.test import Client

from tests.api.test_bookings import booking

EVENT_HANDLER_OR_STYLE = re.compile(r"<style|<script>|\son\w+=|style=|https?://(?!testserver)")


@cache
def document():
    return json.loads(Client().get("/api/v1/openapi.json").content)


def test_it_is_openapi_3_1_without_a_sign_in():
    response = Client().get("/api/v1/openapi.json")

    assert response.headers["Content-Type"] == "application/json"
    assert document()["openapi"].startswith("3.1")


@pytest.mark.parametrize("path", ["/api/v1/docs/", "/api/v1/docs/?script="])
def test_the_pages_hold_nothing_that_a_strict_policy_refuses(path):
    response = Client().get(path)

    assert response.status_code == 200
    if "script" in path:
        assert response.headers["Content-Type"].startswith("application/javascript")
    else:
        assert EVENT_HANDLER_OR_STYLE.search(response.content.decode()) is None


@pytest.mark.parametrize(
    ("path", "methods"), sorted((path, tuple(sorted(item))) for path, item in document()["paths"].items())
)
def test_every_operation_names_its_refusals_and_its_headers(path, methods):
    for method in methods:
        operation = document()["paths"][path][method]
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        wanted = {"400", "401", "403", "429"}
        wanted |= {"404"} if "{" in path else set()
        wanted |= {"409", "413", "415", "422"} if method in ("post", "patch", "put") else set()

        assert operation["summary"]
        assert wanted <= set(operation["responses"])
        assert ("Idempotency-Key" in names) == (method == "post")
        assert operation["security"] == [{"apiKey": []}, {"session": []}]


def schema_of(path, method, status):
    content = document()["paths"][path][method]["responses"][str(status)]["content"]
    [(_type, media)] = content.items()
    return {**media["schema"], "components": document()["components"]}


def check(response, path, method):
    jsonschema.validate(
        response.json(),
        schema_of(path, method, response.status_code),
        format_checker=jsonschema.FormatChecker(),
    )


def test_answers_match_their_description(trattoria, bearer):
    key = bearer(trattoria)
    widget = bearer(trattoria, "widget")
    taken = key.post("bookings/", booking(trattoria))
    contact, id_ = taken.json()["contact"], taken.json()["id"]
    v1 = "/api/v1/"

    check(taken, f"{v1}bookings/", "post")
    check(widget.post("bookings/", booking(trattoria)), f"{v1}bookings/", "post")
    check(key.patch(f"bookings/{id_}/", {"party_size": 3, "guest": {"city": "Lodi"}}), f"{v1}bookings/{{id}}/", "patch")
    check(key.post(f"bookings/{id_}/status/", {"status": "arrived"}), f"{v1}bookings/{{id}}/status/", "post")
    check(key.post(f"contacts/{contact}/tags/", {"tag": "vip"}), f"{v1}contacts/{{id}}/tags/", "post")
    check(key.post("contacts/", {"email": "b@example.com"}), f"{v1}contacts/", "post")
    check(key.post("api-keys/", {"name": "x", "preset": "pos"}), f"{v1}api-keys/", "post")
    check(key.post("members/", {"email": "new@example.com", "role": "host"}), f"{v1}members/", "post")
    check(key.post("tags/", {"label": "Terrace"}), f"{v1}tags/", "post")
    for path, operation in document()["paths"].items():
        if "get" in operation and "template" not in path and "errors" not in path:
            known = path.replace(f"{v1}contacts/{{id}}", f"{v1}contacts/{contact}")
            known = known.replace(f"{v1}bookings/{{id}}", f"{v1}bookings/{id_}")
            known = known.replace(f"{v1}venues/{{id}}", f"{v1}venues/{trattoria.venue.pk}").replace("{key}", "vip")
            response = key.get(known)
            assert response.status_code in (200, 404), (known, response.content)
            check(response, path, "get")


OPERATIONS = [
    (path, method)
    for path, item in document()["paths"].items()
    for method, operation in item.items()
    if "application/json" in operation.get("requestBody", {}).get("content", {})
]


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_body_comes_with_an_example_that_its_schema_takes(path, method):
    media = document()["paths"][path][method]["requestBody"]["content"]["application/json"]

    for example in media["examples"].values():
        jsonschema.validate(example["value"], {**media["schema"], "components": document()["components"]})
