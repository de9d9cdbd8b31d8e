"""Only a request with an API key passes the middleware of pages by; behind a proxy that asks for a password, pages are pages."""

from __future__ import annotations

import pytest

from tests.dashboard.test_pages import url

BASIC = {"Authorization": "Basic b3duZXI6c2VjcmV0"}
POLICY = "Content-Security-Policy"


@pytest.mark.parametrize("headers", [{}, BASIC], ids=["plain", "behind a password"])
def test_a_page_has_its_policy_and_its_messages(trattoria, bearer, headers):
    client = trattoria.signed_in()
    pk = bearer(trattoria).post("contacts/", {"email": "anna@example.com"}).json()["id"]

    seen = client.get(url(trattoria, "contacts"), headers=headers)
    kept = client.post(url(trattoria, "contact_keep", pk), headers=headers, follow=True)

    assert "script-src" in seen.headers[POLICY]
    assert "The personal data are kept." in kept.content.decode()


@pytest.mark.parametrize("headers", [{}, BASIC], ids=["plain", "behind a password"])
def test_the_pages_of_the_api_have_their_policy_too(trattoria, headers):
    seen = trattoria.signed_in().get("/api/v1/docs/", headers=headers)

    assert "text/html" in seen.headers["Content-Type"]
    assert "script-src" in seen.headers[POLICY]


def test_an_integration_gets_none(trattoria, bearer):
    assert POLICY not in bearer(trattoria).get("contacts/").headers
