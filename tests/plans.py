"""By what the server enters the tables of one of our statements, when it may read none of them whole."""

from __future__ import annotations

import pytest
from django.db import connection

from bench import plans


def entered_by(statement: str, table: str) -> list[str]:
    """The index conditions of all places where the statement reads the table, in the one plan it has for all values."""
    with connection.cursor() as cursor:
        if connection.connection.info.server_version < 160_000:
            pytest.skip("before PostgreSQL 16 a plan for any values cannot be asked for")
        cursor.execute("SET LOCAL enable_seqscan = off")
    nodes = plans.nodes(plans.of_any_values(statement))
    return [node.get("Index Cond", "") for node in nodes if node.get("Relation Name") == table]
