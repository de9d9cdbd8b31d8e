"""What the server plans for every statement of a request: how many there are, and which big tables are read whole.

The requests run in this process, as the app's role under row level security, and every statement is explained where it
runs: in the request's own transaction, with its own values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.test import Client

# A table of this many rows is not read whole for one page or one booking.
BIG = 10_000
PLANNED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
# What begins and ends a transaction and says whose it is: the same for every request.
FRAME = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "SELECT set_config")


@dataclass(slots=True)
class Plan:
    """The statements of one request, and the big tables that one of them reads from end to end."""

    statements: list[str] = field(default_factory=list)
    scanned: list[str] = field(default_factory=list)

    @property
    def questions(self) -> list[str]:
        """The statements without those of the transaction."""
        return [one for one in self.statements if not one.lstrip().startswith(FRAME)]


@dataclass(frozen=True, slots=True)
class Explainer:
    """Requests with their plans. `rows` are the estimated numbers of rows by table."""

    client: Client
    rows: Mapping[str, float]

    def get(self, path: str, parameters: Mapping[str, str]) -> Plan:
        return self._explain(lambda: self.client.get(path, dict(parameters)))

    def post(self, path: str, bodies: Iterator[str]) -> Plan:
        return self._explain(lambda: self.client.post(path, next(bodies), content_type="application/json"))

    def _explain(self, send: Callable[[], Any]) -> Plan:
        plan = Plan()
        send()  # the key is trusted for a second: what follows is what most requests do
        with connection.execute_wrapper(self._into(plan)):
            response = send()
        if response.status_code >= 300:
            raise RuntimeError(f"{response.status_code} {response.content[:300]!r}")
        return plan

    def _into(self, plan: Plan) -> Callable[..., Any]:
        def explain(execute: Any, statement: str, values: Any, many: bool, context: Any) -> Any:
            plan.statements.append(statement)
            if statement.lstrip().startswith(PLANNED):
                execute(f"EXPLAIN (FORMAT JSON) {statement}", values, many, context)
                (found,) = context["cursor"].cursor.fetchone()
                plan.scanned += [table for table in _scanned(found) if self.rows.get(table, 0) >= BIG]
            return execute(statement, values, many, context)

        return explain


def explainer(headers: Mapping[str, str]) -> Explainer:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r'")
        return Explainer(Client(headers=dict(headers)), dict(cursor.fetchall()))


def _scanned(found: Any) -> Iterator[str]:
    plan = json.loads(found) if isinstance(found, str) else found
    for node in _nodes(plan[0]["Plan"]):
        if node["Node Type"] == "Seq Scan":
            yield node["Relation Name"]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
