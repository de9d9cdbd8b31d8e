"""One transaction per request, rolled back on every answer of 400 or more, at both doors (ARCHITECTURE, R-PRIV-3)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from staff import api_keys
from tenants import scope
from tenants.models import ApiKey, Venue
from tests.personas import Bearer, Place

pytestmark = [pytest.mark.usefixtures("commits"), pytest.mark.urls("tests.tenants.writing_urls")]

DOORS = ["/api/v1/write/", "/t/trattoria/write/"]


@pytest.fixture
def client(trattoria: Place) -> Client:
    client = trattoria.signed_in()
    client.raise_request_exception = False
    return client


def _country(place: Place) -> str:
    with place.enter():
        return Venue.objects.get(name="Centro").country


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("status", [200, 201, 204, 302])
def test_what_a_good_answer_wrote_stays(trattoria: Place, client: Client, door: str, status: int) -> None:
    assert client.get(door, {"status": status}).status_code == status

    assert _country(trattoria) == "FR"


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("status", [400, 403, 404, 409, 412, 422, 429, 500, 503])
def test_what_a_refusal_wrote_is_taken_back(trattoria: Place, client: Client, door: str, status: int) -> None:
    assert client.get(door, {"status": status}).status_code == status

    assert _country(trattoria) == "IT"


@pytest.mark.parametrize("door", DOORS)
def test_what_a_failure_wrote_is_taken_back(trattoria: Place, client: Client, door: str) -> None:
    assert client.get(door, {"status": "exception"}).status_code == 500

    assert _country(trattoria) == "IT"


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("status", ["200", "409", "exception"])
def test_nothing_of_the_scope_is_left_after_the_answer(
    trattoria: Place, client: Client, door: str, status: str
) -> None:
    client.get(door, {"status": status})

    assert not scope.is_open()
    with connection.cursor() as cursor:
        cursor.execute("SELECT NULLIF(current_setting('app.tenant_id', true), ''), count(*) FROM tenants_venue")
        assert cursor.fetchone() == (None, 0)


def test_that_a_key_was_used_is_noted_even_when_its_request_is_refused(trattoria: Place) -> None:
    key = Bearer.of(trattoria, "read")
    api_keys.forget_trusted()

    assert key.get("write/?status=403").status_code == 403

    with trattoria.enter():
        assert ApiKey.objects.get(preset="read").last_used_at is not None
    assert _country(trattoria) == "IT"
