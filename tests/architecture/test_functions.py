"""The closed list of functions that see over all tenants: what each may answer, and to whom (R-PRIV-3)."""

from __future__ import annotations

import pytest
from django.conf import settings

from tests.architecture.catalogue import rows

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

# Before a tenant is known nothing is visible; these find the tenant. Each answers (tenant id, row id) and nothing else.
CLOSED_LIST = {
    "keys_with_prefix": "key_prefix text",
    "memberships_of_user": "member uuid",
    "tenants_with_slug": "tenant_slug text",
    "all_tenants": "",
    "due_import_jobs": "",
    "due_messages": "",
    "erase_audit_values": "objects uuid[], kept text[]",
    "due_confirmations": "",
    "erase_consent_entries": "contacts uuid[], gone text[], marks text[]",
    "due_campaigns": "",
    "due_export_jobs": "",
    "expired_exports": "",
}


def test_no_other_function_runs_with_its_owners_rights() -> None:
    found = rows(
        "SELECT proname, pg_get_function_identity_arguments(oid) FROM pg_proc "
        "WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )

    assert dict(found) == CLOSED_LIST


def test_each_has_a_fixed_search_path_and_answers_ids_only() -> None:
    found = rows(
        "SELECT proname, proconfig, pg_get_function_result(oid) FROM pg_proc "
        "WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )

    for name, settings_of_function, result in found:
        assert settings_of_function == ["search_path=pg_catalog, public, pg_temp"], name
        assert result == "TABLE(tenant_id uuid, row_id uuid)", name


def test_each_is_taken_from_the_public_and_given_to_the_app() -> None:
    app = settings.DATABASES["default"]["USER"]
    found = rows(
        "SELECT proname, has_function_privilege('public', oid, 'EXECUTE'), has_function_privilege(%s, oid, 'EXECUTE') "
        "FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace",
        app,
    )

    assert {(for_all, for_app) for _name, for_all, for_app in found} == {(False, True)}
