"""200 a second with bursts of 1,000 per key, and 60 a minute per client address for widget keys (API.md, Conventions)."""

from __future__ import annotations

import pytest

from api import client_address, rate_limits
from tests.api.test_bookings import booking
from tests.api.test_problems import assert_problem


def test_every_answer_says_where_the_key_stands(trattoria, bearer):
    key = bearer(trattoria)

    first, second, refused = key.get("venues/"), key.get("venues/"), key.get("venues/7/")

    assert [one.headers["RateLimit-Limit"] for one in (first, second)] == ["1000", "1000"]
    assert first.headers["RateLimit-Remaining"] == "999"
    assert int(second.headers["RateLimit-Remaining"]) in (998, 999)
    assert second.headers["RateLimit-Reset"] == "1"
    assert refused.status_code == 404


def test_beyond_the_burst_is_429_until_the_bucket_refills(trattoria, bearer, settings):
    settings.API_RATE_PER_SECOND, settings.API_RATE_BURST = 0.02, 3
    key, other = bearer(trattoria), bearer(trattoria)

    answers = [key.get("venues/") for _ in range(5)]

    assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
    assert_problem(answers[3], 429, "rate_limited")
    assert 40 <= int(answers[3].headers["Retry-After"]) <= 50
    assert answers[3].headers["RateLimit-Remaining"] == "0"
    assert other.get("venues/").status_code == 200


def test_a_widget_has_60_a_minute_per_client_address(trattoria, bearer, settings):
    settings.API_WIDGET_RATE_PER_MINUTE = 2
    widget = bearer(trattoria, "widget")

    def send(address):
        widget.client.defaults["REMOTE_ADDR"] = address
        return widget.post("bookings/", booking(trattoria))

    assert [send("192.0.2.1").status_code for _ in range(3)] == [201, 201, 429]
    assert send("192.0.2.2").status_code == 201
    refused = send("192.0.2.1")
    assert (refused.headers["RateLimit-Limit"], refused.headers["RateLimit-Remaining"]) == ("2", "0")
    assert 50 <= int(refused.headers["Retry-After"]) <= 60


def test_staff_count_apart_from_keys(trattoria, bearer, settings):
    settings.API_RATE_PER_SECOND, settings.API_RATE_BURST = 0.02, 1
    key, staff = bearer(trattoria), trattoria.signed_in()

    assert [key.get("venues/").status_code, key.get("venues/").status_code] == [200, 429]
    assert [staff.get("/api/v1/venues/").status_code for _ in range(2)] == [200, 429]


@pytest.fixture
def no_broker(settings):
    """Nothing listens where the broker should."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    rate_limits._script.cache_clear()
    yield
    rate_limits._script.cache_clear()
    rate_limits._broker.silent_until = 0.0


def test_a_broker_that_is_down_limits_nobody_and_is_not_asked_again_at_once(trattoria, bearer, no_broker, caplog):
    key = bearer(trattoria)

    answers = [key.get("venues/") for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 200]
    assert "RateLimit-Limit" not in answers[0].headers
    assert caplog.text.count("requests are not limited") == 1


@pytest.mark.parametrize(
    ("hops", "remote", "forwarded", "expected"),
    [
        (0, "192.0.2.1", "198.51.100.7", "192.0.2.1"),
        (1, "10.0.0.1", "198.51.100.7", "198.51.100.7"),
        (1, "10.0.0.1", "spoofed, 198.51.100.7", "198.51.100.7"),
        (2, "10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", "nonsense", "unknown"),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::"),
        (0, "", "", "unknown"),
    ],
)
def test_the_client_address_is_the_one_a_trusted_proxy_vouches_for(rf, settings, hops, remote, forwarded, expected):
    settings.TRUSTED_PROXY_COUNT = hops
    request = rf.get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)

    assert client_address.of(request) == expected
