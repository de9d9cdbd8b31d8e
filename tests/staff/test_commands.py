"""The commands `create_tenant` and `create_key`: what they print, and that a refused one writes nothing (API.md, Commands)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from uuid_utils.compat import uuid7

from crm.models import Tag
from staff import api_keys
from tenants import lookup, scope
from tenants.models import ApiKey, Membership, Tenant, User, Venue
from tenants.permissions import OWNER_PERMISSIONS, PRESET_PERMISSIONS, Permission
from tests.personas import Bearer, Place

GOOD = {
    "name": "Osteria",
    "country": "IT",
    "timezone": "Europe/Rome",
    "currency": "EUR",
    "owner_email": "carla@osteria.example.com",
    "venue": ["Duomo", "Navigli"],
}


@pytest.fixture
def create_tenant(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    def run(**changes: Any) -> Any:
        call_command("create_tenant", json=True, **{**GOOD, **changes})
        return json.loads(capsys.readouterr().out)

    return run


@pytest.mark.usefixtures("db")
class TestCreateTenant:
    def test_prints_ids_names_the_owner_and_a_key(self, create_tenant: Callable[..., Any]) -> None:
        answer = create_tenant()

        assert list(answer) == ["tenant", "venues", "owner", "api_key"]
        assert answer["tenant"] == {"id": answer["tenant"]["id"], "name": "Osteria", "slug": "osteria"}
        assert [venue["name"] for venue in answer["venues"]] == ["Duomo", "Navigli"]
        assert [set(venue) for venue in answer["venues"]] == [{"id", "name"}] * 2
        assert answer["owner"]["email"] == "carla@osteria.example.com"
        assert authenticate(None, email="carla@osteria.example.com", password=answer["owner"]["password"]) is not None

    def test_its_key_may_do_everything_and_act_for_the_guest(self, create_tenant: Callable[..., Any]) -> None:
        answer = create_tenant()

        key = api_keys.authenticate(f"Bearer {answer['api_key']}")

        assert str(key.tenant_id) == answer["tenant"]["id"]
        assert key.actor.permissions == OWNER_PERMISSIONS | {Permission.GUEST_ACTION}
        assert key.actor.venue_id is None

    def test_its_venues_take_zone_currency_and_regime(self, create_tenant: Callable[..., Any]) -> None:
        quebec = create_tenant(country="ca", timezone="America/Toronto", currency="cad")
        rome = create_tenant(name="Roma", owner_email="r@example.com")

        with scope.enter(UUID(quebec["tenant"]["id"]), scope.SYSTEM):
            venue = Venue.objects.get(name="Duomo")
            assert (venue.country, venue.timezone, venue.currency) == ("CA", "America/Toronto", "CAD")
            assert (venue.consent_regime, venue.double_opt_in) == ("casl", False)
        with scope.enter(UUID(rome["tenant"]["id"]), scope.SYSTEM):
            assert set(Venue.objects.values_list("consent_regime", "double_opt_in")) == {("gdpr", True)}
            assert Tag.objects.filter(is_system=True).count() == 9

    def test_without_a_venue_the_tenant_is_its_own(self, create_tenant: Callable[..., Any]) -> None:
        assert [venue["name"] for venue in create_tenant(venue=[])["venues"]] == ["Osteria"]

    def test_its_venues_send_no_marketing_before_staff_say_whom_it_is_from(
        self, create_tenant: Callable[..., Any]
    ) -> None:
        """An address is stated, never made up (R-CONSENT-4)."""
        made = create_tenant()
        key, venue = Bearer(made["api_key"]), made["venues"][0]["id"]
        own = key.get(f"venues/{venue}/").json()
        assert [own[name] for name in ("legal_name", "postal_address", "contact_details")] == [
            "",
            "",
            GOOD["owner_email"],
        ]
        anna = key.post("contacts/", {"email": "anna@example.com"}).json()["id"]
        proof = {"source": "paper form", "date": "2026-01-10", "wording": "I would like your news."}
        agreed = {"venue": venue, "channel": "email", "status": "explicit", "evidence": proof}
        assert key.post(f"contacts/{anna}/consents/", agreed).status_code == 200
        invitation = {"venue": venue, "channel": "email", "template": "invite"}

        refused = key.post(f"contacts/{anna}/messages/", invitation)

        assert (refused.status_code, refused.json()["code"]) == (409, "sender_incomplete")
        assert (refused.json()["missing"], refused.json()["venue"]) == (["legal_name", "postal_address"], venue)
        assert "Add to the settings of Duomo" in refused.json()["detail"]
        key.patch(f"venues/{venue}/", {"legal_name": "Osteria S.r.l.", "postal_address": "Via Roma 1, Milano"})
        assert key.post(f"contacts/{anna}/messages/", invitation).status_code == 201

    def test_a_known_owner_keeps_the_password(self, create_tenant: Callable[..., Any]) -> None:
        first = create_tenant()
        second = create_tenant(name="Osteria Due", owner_email="Carla@Osteria.example.com")

        assert second["owner"] == {"email": "carla@osteria.example.com", "password": None}
        assert authenticate(None, email="carla@osteria.example.com", password=first["owner"]["password"]) is not None
        assert len(lookup.memberships_of_user(User.objects.get().pk)) == 2

    def test_the_same_name_twice_gets_another_address(self, create_tenant: Callable[..., Any]) -> None:
        assert create_tenant()["tenant"]["slug"] == "osteria"
        assert create_tenant()["tenant"]["slug"] == "osteria-2"
        assert create_tenant(name="寿司")["tenant"]["slug"] == "tenant"

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"country": "XX"}, "--country: This is not a country. Use two letters, such as IT."),
            ({"country": "Italy"}, "--country: This is not a country. Use two letters, such as IT."),
            ({"timezone": "Europe/Atlantis"}, "--timezone: This is not a time zone. Use a name such as Europe/Rome."),
            ({"timezone": "../etc/passwd"}, "--timezone: This is not a time zone. Use a name such as Europe/Rome."),
            ({"currency": "ITL"}, "--currency: This is not a currency. Use three letters, such as EUR."),
            ({"currency": "euro"}, "--currency: This is not a currency. Use three letters, such as EUR."),
            ({"owner_email": "carla"}, "--owner-email: This is not an e-mail address."),
            ({"name": " "}, "--name: Give the restaurant or group a name of 1 to 120 characters."),
            ({"name": "x" * 121}, "--name: Give the restaurant or group a name of 1 to 120 characters."),
            ({"venue": ["Duomo", ""]}, "--venue: Give the venue a name of 1 to 120 characters."),
            ({"venue": ["Duomo", "Duomo"]}, "--venue: Another venue has this name."),
        ],
    )
    def test_a_bad_value_is_refused_by_the_name_of_its_option(self, changes: dict[str, Any], message: str) -> None:
        with pytest.raises(CommandError) as refusal:
            call_command("create_tenant", json=True, **{**GOOD, **changes})

        assert str(refusal.value) == message
        assert refusal.value.returncode == 1
        assert lookup.all_tenants() == []
        assert not User.objects.exists()


@pytest.mark.usefixtures("db")
class TestCreateKey:
    def test_prints_the_key_and_its_prefix(self, trattoria: Place, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("create_key", tenant=trattoria.id, preset="pos", venue=trattoria.venue.pk, json=True)

        answer = json.loads(capsys.readouterr().out)
        assert list(answer) == ["api_key", "prefix"]
        assert answer["api_key"].split("_")[1] == answer["prefix"]
        key = api_keys.authenticate(f"Bearer {answer['api_key']}")
        assert key.actor.permissions == PRESET_PERMISSIONS["pos"]
        assert key.actor.venue_id == trattoria.venue.pk

    def test_a_tenant_is_named_by_its_id_or_as_in_its_address(
        self, trattoria: Place, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("create_key", "--tenant", trattoria.tenant.slug, "--preset", "pos", "--json")

        key = api_keys.authenticate(f"Bearer {json.loads(capsys.readouterr().out)['api_key']}")
        assert key.tenant_id == trattoria.id

    @pytest.mark.parametrize("unknown", [uuid7(), "nowhere"])
    def test_an_unknown_tenant_is_refused(self, trattoria: Place, unknown: UUID | str) -> None:
        with pytest.raises(CommandError, match=f"--tenant: there is no tenant {unknown}"):
            call_command("create_key", tenant=unknown, preset="pos", json=True)

    def test_another_tenants_venue_is_refused_like_an_unknown_one(self, trattoria: Place, bistro: Place) -> None:
        with pytest.raises(CommandError, match="--venue: this tenant has no venue"):
            call_command("create_key", tenant=trattoria.id, preset="pos", venue=bistro.venue.pk, json=True)
        self._made_no_key(trattoria)

    def test_a_widget_key_needs_a_venue(self, trattoria: Place) -> None:
        with pytest.raises(CommandError, match="--venue: A widget key works for one venue"):
            call_command("create_key", tenant=trattoria.id, preset="widget", json=True)
        self._made_no_key(trattoria)

    def test_an_origin_with_a_path_is_refused(self, trattoria: Place) -> None:
        with pytest.raises(CommandError, match="--origin: Write an origin as"):
            call_command(
                "create_key", tenant=trattoria.id, preset="pos", origin=["https://www.example.com/book"], json=True
            )
        self._made_no_key(trattoria)

    def _made_no_key(self, place: Place) -> None:
        with place.enter():
            assert not ApiKey.objects.exists()


@pytest.mark.usefixtures("commits")
class TestAsAProcess:
    """What a shell sees: the output alone, the exit code, nothing half-written."""

    def test_the_output_is_the_json_alone(self) -> None:
        done = _manage("create_tenant", *_options(GOOD), "--json")

        assert done.returncode == 0, done.stderr
        tenant_id = UUID(json.loads(done.stdout)["tenant"]["id"])
        with scope.enter(tenant_id, scope.SYSTEM):
            assert Tenant.objects.get().name == "Osteria"
            assert Membership.objects.get().role == "owner"

    def test_a_refusal_goes_to_the_error_stream_with_exit_code_1(self) -> None:
        done = _manage("create_tenant", *_options({**GOOD, "country": "XX"}), "--json")

        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == "CommandError: --country: This is not a country. Use two letters, such as IT.\n"
        assert lookup.all_tenants() == []


def _options(values: dict[str, Any]) -> list[str]:
    pairs = [(name, one) for name, value in values.items() for one in (value if isinstance(value, list) else [value])]
    return [text for name, value in pairs for text in (f"--{name.replace('_', '-')}", value)]


def _manage(*arguments: str) -> subprocess.CompletedProcess[str]:
    values = settings.DATABASES["default"]
    url = f"postgres://{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env={**os.environ, "DATABASE_URL": url, "DATABASE_OWNER_URL": ""},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
