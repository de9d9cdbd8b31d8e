"""Rights that a restored backup has lost come back with the migration that follows it (R-PRIV-1, R-PRIV-3)."""

from __future__ import annotations

import pytest
from django.db import connections, transaction

from config import database
from crm.models import Erasure

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
DEFINERS = "proc.prosecdef AND proc.pronamespace = 'public'::regnamespace"


@pytest.fixture
def owner():
    """The owner's connection, as after a restore: everybody may run every function, nobody has any other right."""
    connection = connections["owner"]
    with transaction.atomic(using="owner"), connection.cursor() as cursor:
        cursor.execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {database.app_role()}")
        yield connection
        transaction.set_rollback(True, using="owner")


def asked(connection, statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {row[0] for row in cursor.fetchall()}


def test_nobody_but_the_app_runs_what_wipes_ledgers_and_trails(owner):
    of_everybody = (
        f"SELECT proname FROM pg_proc proc WHERE {DEFINERS} AND has_function_privilege('public', oid, 'EXECUTE')"
    )
    assert {"erase_audit_values", "erase_consent_entries"} <= asked(owner, of_everybody)

    database.grant_rights(owner, database.app_role())

    assert asked(owner, of_everybody) == set()
    of_the_app = f"SELECT proname FROM pg_proc proc WHERE {DEFINERS} AND has_function_privilege(%s, oid, 'EXECUTE')"
    assert {"erase_audit_values", "erase_consent_entries"} <= asked(owner, of_the_app, database.app_role())


def test_ledgers_are_appended_to_and_nothing_else(owner):
    database.grant_rights(owner, database.app_role())

    held = "SELECT privilege_type FROM information_schema.role_table_grants WHERE table_name = %s AND grantee = %s"
    assert asked(owner, held, Erasure._meta.db_table, database.app_role()) == {"SELECT", "INSERT"}
