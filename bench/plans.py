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
from psycopg.pq import ExecStatus

# A table of this many rows is not read whole for one page or one booking.
BIG = 10_000
PLANNED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
# Of so many intakes one is of a guest whom a rule or a tag concerns.
INTAKES = 25
# What begins and ends a transaction: the same for every request.
FRAME = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
# One step of a plan as the server tells it, and the tables that count of a whole plan.
Node = dict[str, Any]
Tables = Callable[[Node], Iterator[str]]


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
        return self._explain(lambda: self.client.get(path, dict(parameters)), _scanned)

    def post(self, path: str, bodies: Iterator[str]) -> Plan:
        """Of several, since guests differ: what most cost, and what any of them reads whole or of the whole tenant."""
        plans = [
            self._explain(lambda: self.client.post(path, next(bodies), content_type="application/json"), _gone_through)
            for _ in range(INTAKES)
        ]
        usual = sorted(plans, key=lambda plan: len(plan.statements))[INTAKES // 2]
        return Plan(usual.statements, sorted({table for plan in plans for table in plan.scanned}))

    def _explain(self, send: Callable[[], Any], tables: Tables) -> Plan:
        plan = Plan()
        send()  # the key is trusted for a second: what follows is what most requests do
        with connection.execute_wrapper(self._into(plan, tables)):
            response = send()
        if response.status_code >= 300:
            raise RuntimeError(f"{response.status_code} {response.content[:300]!r}")
        return plan

    def _into(self, plan: Plan, tables: Tables) -> Callable[..., Any]:
        def explain(execute: Any, statement: str, values: Any, many: bool, context: Any) -> Any:
            plan.statements.append(statement)
            if statement.lstrip().startswith(PLANNED):
                if "$1" in statement:
                    root = of_any_values(statement)
                else:
                    execute(f"EXPLAIN (FORMAT JSON) {statement}", values, many, context)
                    (found,) = context["cursor"].cursor.fetchone()
                    root = _root(found)
                plan.scanned += [table for table in tables(root) if self.rows.get(table, 0) >= BIG]
            return execute(statement, values, many, context)

        return explain


def explainer(headers: Mapping[str, str]) -> Explainer:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r'")
        return Explainer(Client(headers=dict(headers)), dict(cursor.fetchall()))


def of_any_values(statement: str) -> Node:
    """The one plan for all values that our own statements have (ADR 13). Only a message without values may ask for it."""
    answer = connection.connection.pgconn.exec_(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {statement}".encode())
    if answer.status != ExecStatus.TUPLES_OK:
        raise RuntimeError(answer.error_message.decode())
    return _root(answer.get_value(0, 0).decode())


def nodes(root: Node) -> Iterator[Node]:
    """A plan's nodes, the outermost first."""
    yield root
    for child in root.get("Plans", ()):
        yield from nodes(child)


def _root(found: Any) -> Node:
    root: Node = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return root


def _scanned(root: Node) -> Iterator[str]:
    for node in nodes(root):
        if node["Node Type"] == "Seq Scan":
            yield node["Relation Name"]


def _gone_through(root: Node) -> Iterator[str]:
    """As `_scanned`, and the tables of which all that the tenant has is read. A page of the list walks an index like that."""
    yield from _scanned(root)
    for node in nodes(root):
        entered_by = node.get("Index Cond", "")
        if "Relation Name" in node and entered_by.startswith("(tenant_id = ") and " AND " not in entered_by:
            yield node["Relation Name"]
