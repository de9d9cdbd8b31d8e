"""Allergies and diet of a contact: sealed, seen as a mark by all, read and written by whom they concern (R-CRM-1, R-PRIV-3)."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from audit.models import AuditEntry
from crm import merging
from crm.models import Contact, FieldChange, HealthNote, SearchToken
from staff import api_keys
from tenants import scope
from tenants.permissions import OWNER_PERMISSIONS, Permission, Preset
from tests.api.test_problems import assert_problem
from tests.personas import Bearer

CANARY = "Krustentiere-7741"


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def anna(key):
    return key.post("contacts/", {"first_name": "Anna", "email": "anna@example.com"}).json()["id"]


@pytest.fixture
def unlearned(trattoria):
    """A key that may all but read allergies."""
    besides = OWNER_PERMISSIONS - {Permission.HEALTH_READ}
    with scope.enter(trattoria.id, scope.SYSTEM):
        _key, token = api_keys.create(name="x", preset=Preset.READ, besides=besides)
    return Bearer(token)


def test_they_are_written_read_and_cleared(key, anna):
    written = key.patch(f"contacts/{anna}/", {"allergies": "  nuts, shellfish "})

    assert (written.status_code, written.json()["crm_sync"]) == (200, "updated")
    assert (written.json()["allergies"], written.json()["has_allergies"]) == ("nuts, shellfish", True)
    assert key.get(f"contacts/{anna}/").json()["allergies"] == "nuts, shellfish"

    again = key.patch(f"contacts/{anna}/", {"allergies": "nuts, shellfish"})
    assert (again.json()["crm_sync"], again.headers["ETag"]) == ("unchanged", written.headers["ETag"])

    cleared = key.patch(f"contacts/{anna}/", {"allergies": None}).json()
    assert (cleared["allergies"], cleared["has_allergies"], cleared["crm_sync"]) == (None, False, "updated")


def test_a_change_raises_the_version_alone_and_together_with_other_fields(key, anna):
    first = key.get(f"contacts/{anna}/").headers["ETag"]
    alone = key.patch(f"contacts/{anna}/", {"allergies": "nuts"}).headers["ETag"]
    together = key.patch(f"contacts/{anna}/", {"allergies": "milk", "city": "Lodi"}).headers["ETag"]

    assert [first, alone, together] == ['"1"', '"2"', '"3"']
    assert_problem(key.patch(f"contacts/{anna}/", {"allergies": "eggs"}, **{"If-Match": first}), 412, "stale")
    assert key.get(f"contacts/{anna}/").json()["allergies"] == "milk"


def test_who_may_not_read_them_sees_the_mark_only(key, unlearned, anna):
    key.patch(f"contacts/{anna}/", {"allergies": "nuts"})

    seen = unlearned.get(f"contacts/{anna}/").json()
    assert (seen["has_allergies"], seen["allergies"]) == (True, None)
    assert unlearned.get("contacts/").json()["results"][0]["allergies"] is None


@pytest.mark.parametrize("sent", ["nuts", "", None])
def test_who_may_not_read_them_writes_nothing_either(key, unlearned, anna, sent):
    key.patch(f"contacts/{anna}/", {"allergies": "milk"})

    body = assert_problem(
        unlearned.patch(f"contacts/{anna}/", {"allergies": sent, "city": "Lodi"}), 403, "permission_denied"
    )

    assert body["permission"] == "health_read"
    kept = key.get(f"contacts/{anna}/").json()
    assert (kept["allergies"], kept["city"]) == ("milk", "")


def test_a_new_contact_brings_its_allergies(key, unlearned):
    made = key.post("contacts/", {"email": "bruno@example.com", "allergies": "celery"})
    assert (made.status_code, made.json()["allergies"]) == (201, "celery")

    refused = unlearned.post("contacts/", {"email": "carla@example.com", "allergies": "celery"})
    assert_problem(refused, 403, "permission_denied")
    assert [one["email"] for one in key.get("contacts/").json()["results"]] == ["bruno@example.com"]


def test_a_known_contact_loses_none_when_it_is_added_again(key, anna):
    key.patch(f"contacts/{anna}/", {"allergies": "nuts"})

    more = key.post("contacts/", {"email": "anna@example.com", "allergies": "milk"})
    same = key.post("contacts/", {"email": "anna@example.com", "allergies": "milk"})

    assert (more.status_code, more.json()["allergies"], more.json()["crm_sync"]) == (200, "nuts\nmilk", "updated")
    assert (same.json()["allergies"], same.json()["crm_sync"]) == ("nuts\nmilk", "unchanged")


@pytest.mark.parametrize(
    ("sent", "code"),
    [(5, "invalid"), (["nuts"], "invalid"), ({"a": 1}, "invalid"), ("x" * 1001, "max_length"), ("a\0b", None)],
)
def test_what_is_no_text_is_refused(key, anna, sent, code):
    body = assert_problem(key.patch(f"contacts/{anna}/", {"allergies": sent}), 400, "invalid")

    assert [error["field"] for error in body["errors"]] == ["allergies"]
    assert code is None or body["errors"][0]["code"] == code
    assert key.get(f"contacts/{anna}/").json()["has_allergies"] is False


def test_a_tag_of_allergy_is_still_a_mark(key, unlearned, anna):
    key.post("tags/", {"label": "Allergy: nuts"})
    key.post(f"contacts/{anna}/tags/", {"tag": "allergy_nuts"})

    seen = unlearned.get(f"contacts/{anna}/").json()
    assert (seen["has_allergies"], seen["tags"], seen["allergies"]) == (True, [], None)


def test_the_text_lies_nowhere_in_the_database_in_the_clear(key, trattoria, anna):
    key.patch(f"contacts/{anna}/", {"allergies": CANARY, "notes": "comes with her sister"})
    key.patch(f"contacts/{anna}/", {"allergies": f"{CANARY} and milk"})

    assert _tables_that_say(CANARY) == []
    with trattoria.enter():
        assert not SearchToken.objects.filter(token__startswith="krust").exists()
        assert not FieldChange.objects.filter(field="allergies").exists()
        told = AuditEntry.objects.filter(action="health_updated").order_by("created_at")
        assert [(one.before, one.after) for one in told] == [(None, {"has_allergies": True})] * 2
    assert key.get("contacts/", {"q": "krustentiere"}).json()["results"] == []


def _tables_that_say(word):
    """Every text, JSON and byte column of every table, as the app sees it within the tenant."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute("SELECT set_config('app.tenant_id', (SELECT id::text FROM tenants_tenant LIMIT 1), true)")
            cursor.execute(f'SELECT count(*) FROM "{table}" AS one WHERE strpos(one::text, %s) > 0', [word])
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def test_an_anonymous_user_of_the_app_who_is_merged_brings_them_along(key, trattoria, anna):
    from_app = _anonymous(key, trattoria)
    key.patch(f"contacts/{from_app}/", {"allergies": "soy"})
    key.patch(f"contacts/{anna}/", {"allergies": "nuts"})

    _merged(trattoria, from_app, anna)

    assert key.get(f"contacts/{anna}/").json()["allergies"] == "nuts\nsoy"
    with trattoria.enter():
        assert HealthNote.objects.count() == 1


def _anonymous(key, place):
    followed = key.post("followers/", {"venue": str(place.venue.pk), "external_id": "app-1"})
    return followed.json()["contact"]


def _merged(place, loser, winner):
    with place.enter():
        merging.absorb(Contact.objects.get(pk=loser), into=Contact.objects.get(pk=winner), at=timezone.now())


class TestRotatingKeys:
    def test_every_note_is_sealed_anew_and_the_old_key_can_go(self, key, trattoria, anna, settings, capsys):
        settings.HEALTH_KEYS = ["old"]
        key.patch(f"contacts/{anna}/", {"allergies": "nuts"})

        settings.HEALTH_KEYS = ["new", "old"]
        call_command("rotate_health_keys")

        settings.HEALTH_KEYS = ["new"]
        assert key.get(f"contacts/{anna}/").json()["allergies"] == "nuts"
        assert capsys.readouterr().out.startswith("1 texts")
        call_command("rotate_health_keys")
        assert capsys.readouterr().out.startswith("0 texts")

    def test_without_the_old_key_it_stops_and_says_so(self, key, trattoria, anna, settings):
        settings.HEALTH_KEYS = ["old"]
        key.patch(f"contacts/{anna}/", {"allergies": "nuts"})

        settings.HEALTH_KEYS = ["new"]
        with pytest.raises(CommandError, match="HEALTH_KEYS"):
            call_command("rotate_health_keys")
        assert_problem(key.get(f"contacts/{anna}/"), 503, "health_unreadable")


def test_the_description_names_them(key):
    described = json.loads(key.get("openapi.json").content)

    assert "allergies" in described["components"]["schemas"]["Contact"]["properties"]
    assert "allergies" in described["components"]["schemas"]["PatchedContactChanges"]["properties"]
