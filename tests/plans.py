"""By what the server enters the tables of one of our statements, when it may read none of them whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from psycopg.pq import ExecStatus


def entered_by(statement: str, table: str) -> list[str]:
    """The index conditions of all places where the statement reads the table, in the one plan it has for all values."""
    with connection.cursor() as cursor:
        if connection.connection.info.server_version < 160_000:
            pytest.skip("before PostgreSQL 16 a plan for any values cannot be asked for")
        cursor.execute("SET LOCAL enable_seqscan = off")
    answer = connection.connection.pgconn.exec_(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {statement}".encode())
    assert answer.status == ExecStatus.TUPLES_OK, answer.error_message
    plan = json.loads(answer.get_value(0, 0))[0]["Plan"]
    return [node.get("Index Cond", "") for node in _nodes(plan) if node.get("Relation Name") == table]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
