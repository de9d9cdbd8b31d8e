"""Coming in: sessions, X-Tenant, several tenants, accounts that were switched off (R-PRIV-3, API.md Conventions)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from staff import access, members
from tenants import scope
from tenants.models import User
from tests.personas import Place

pytestmark = pytest.mark.usefixtures("db")

# The slug, and the membership with its user.
QUERIES_OF_A_PAGE = 2


def _join(user: User, place: Place, role: str = "host") -> None:
    with scope.enter(place.id, scope.SYSTEM):
        members.add(user, role)


def _venues(client: Client, tenant: Any = None) -> Any:
    return client.get("/api/v1/venues/", headers={} if tenant is None else {"X-Tenant": str(tenant)})


def _names(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return [venue["name"] for venue in answer.json()["results"]]


def _refused(answer: Any) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_without_key_or_session_the_answer_is_401(trattoria: Place) -> None:
    answer = _venues(Client())

    assert _refused(answer) == (401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_who_works_for_one_tenant_need_not_name_it(trattoria: Place, bistro: Place) -> None:
    assert _names(_venues(trattoria.signed_in())) == ["Centro", "Mare"]


def test_who_works_for_several_names_one_by_slug_or_id(trattoria: Place, bistro: Place) -> None:
    _join(trattoria.owner, bistro)
    client = trattoria.signed_in()

    assert _refused(_venues(client)) == (400, "tenant_required")
    assert _names(_venues(client, "trattoria")) == ["Centro", "Mare"]
    assert _names(_venues(client, bistro.id)) == ["Plateau"]


def test_a_role_is_the_one_held_in_the_tenant_named(trattoria: Place, bistro: Place) -> None:
    _join(trattoria.owner, bistro, "host")
    client = trattoria.signed_in()

    assert client.get("/api/v1/members/", headers={"X-Tenant": "trattoria"}).status_code == 200
    assert client.get("/api/v1/members/", headers={"X-Tenant": "bistro"}).status_code == 403


@pytest.mark.parametrize(
    "named", ["bistro", "no-such-tenant", "01a20000-0000-7000-8000-000000000000", "", "%00", "'; --", "é"]
)
def test_a_tenant_one_does_not_work_for_is_the_same_404_as_none(trattoria: Place, bistro: Place, named: str) -> None:
    assert _refused(_venues(trattoria.signed_in(), named)) == (404, "not_found")


def test_a_page_of_another_tenant_is_the_same_404_as_none(trattoria: Place, bistro: Place) -> None:
    client = trattoria.signed_in()

    foreign, missing = client.get("/t/bistro/"), client.get("/t/no-such-tenant/")

    assert (foreign.status_code, missing.status_code) == (404, 404)


def test_a_page_without_a_session_leads_to_the_sign_in(trattoria: Place) -> None:
    answer = Client().get("/t/trattoria/contacts/?q=anna")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/accounts/login/?next=/t/trattoria/contacts/%3Fq%3Danna"


def test_a_member_removed_from_one_tenant_keeps_the_other(trattoria: Place, bistro: Place) -> None:
    _join(trattoria.owner, bistro)
    with bistro.enter():
        members.remove(members.everyone().get(user=trattoria.owner))
    client = trattoria.signed_in()

    assert _names(_venues(client)) == ["Centro", "Mare"]
    assert _refused(_venues(client, "bistro")) == (404, "not_found")


def test_a_user_switched_off_is_out_of_every_session_and_cannot_sign_in(trattoria: Place) -> None:
    client = trattoria.signed_in()
    assert _venues(client).status_code == 200
    User.objects.filter(pk=trattoria.owner.pk).update(is_active=False)

    assert _refused(_venues(client)) == (401, "not_authenticated")
    assert client.get("/t/trattoria/").status_code == 302
    assert not Client().login(email=trattoria.owner.email, password=trattoria.password)


def test_a_session_needs_its_csrf_token_to_write(trattoria: Place) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(trattoria.owner)

    answer = client.patch("/api/v1/settings/", {"auto_merge": True}, content_type="application/json")

    assert _refused(answer) == (403, "csrf_failed")


def test_signing_up_is_closed(trattoria: Place) -> None:
    answer = Client().post("/accounts/signup/", {"email": "new@example.com", "password1": "a-long-password"})

    assert not User.objects.filter(email="new@example.com").exists()
    assert answer.status_code in {200, 302, 404}


def test_opening_a_page_costs_a_fixed_number_of_queries(trattoria: Place) -> None:
    with CaptureQueriesContext(connection) as queries:
        entry = access.of_member(trattoria.owner.pk, "trattoria")

    assert entry is not None
    assert entry.actor.role == "owner"
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) == QUERIES_OF_A_PAGE


class TestARefusalWritesNothing:
    def test_an_answer_of_400_or_more_rolls_back_what_the_request_wrote(self, trattoria: Place) -> None:
        """The venue is written, then the second part of the request is refused."""
        client = trattoria.signed_in()
        first = {"name": "Terrazza", "country": "IT", "timezone": "Europe/Rome", "currency": "EUR"}

        assert client.post("/api/v1/venues/", first, content_type="application/json").status_code == 201
        answer = client.post("/api/v1/venues/", first, content_type="application/json")

        assert _refused(answer) == (409, "name_in_use")
        assert _names(_venues(client)) == ["Centro", "Mare", "Terrazza"]


@pytest.mark.parametrize("address", ["/t/Trattoria/", "/t/trattoria_/", "/t/_/", "/t//", "/t/trattoria"])
def test_an_odd_address_of_a_page_is_404_or_led_aright(trattoria: Place, address: str) -> None:
    assert trattoria.signed_in().get(address).status_code in {301, 404}
    assert Client().get(address).status_code in {301, 302, 404}
