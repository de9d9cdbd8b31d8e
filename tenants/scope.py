"""The tenant and the actor in force: one value, set once per request or task (R-PRIV-3).

`enter` opens the transaction, tells PostgreSQL which tenant's rows may be seen, and makes the scope known to the code.
It is the only place that sets `app.tenant_id`. Everything below reads `current()`; nobody hands tenant or user down.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus

from tenants.permissions import Permission
from tenants.refusal import Refusal

LABEL_LENGTH = 160


class ActorKind(models.TextChoices):
    USER = "user", _("staff")
    KEY = "key", _("API key")
    WORKER = "worker", _("worker")
    GUEST = "guest", _("guest")
    SYSTEM = "system", _("system")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a member of staff, an API key, the worker, a guest on a public page, or the system's own commands.

    `venue_id` binds a key to one venue; None means every venue of the tenant.
    """

    kind: ActorKind
    id: UUID | None = None
    label: str = ""
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    venue_id: UUID | None = None
    role: str | None = None
    preset: str | None = None

    def __post_init__(self) -> None:
        # Kept beside what was done; a person without a name is known by an e-mail, which may be longer.
        object.__setattr__(self, "label", self.label[:LABEL_LENGTH])

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


SYSTEM = Actor(kind=ActorKind.SYSTEM, label="system", permissions=frozenset(Permission))
WORKER = Actor(kind=ActorKind.WORKER, label="worker", permissions=frozenset(Permission))


@dataclass(frozen=True, slots=True)
class Scope:
    tenant_id: UUID
    actor: Actor


class NoScope(RuntimeError):
    """Tenant data was asked for where no tenant is in force: a programming error, never an answer."""


class ScopeConflict(RuntimeError):
    """A scope of another tenant inside one: refused, because releasing its savepoint would leak the setting."""


class PermissionMissing(Refusal):
    code = "permission_denied"
    status = 403


_current: ContextVar[Scope | None] = ContextVar("coperto_scope", default=None)


@contextmanager
def enter(tenant_id: UUID, actor: Actor) -> Iterator[Scope]:
    """Open a transaction in which `tenant_id` is the tenant and `actor` the one who acts.

    Entering the same tenant again is a savepoint with another actor. Raises ScopeConflict for another tenant.
    """
    outer = _current.get()
    if outer is not None and outer.tenant_id != tenant_id:
        raise ScopeConflict(f"scope of tenant {tenant_id} inside the scope of tenant {outer.tenant_id}")
    outlived = outer is None and connection.in_atomic_block
    with transaction.atomic():
        if outer is None:
            _tell_database(tenant_id)
        token = _current.set(Scope(tenant_id, actor))
        try:
            yield Scope(tenant_id, actor)
        finally:
            _current.reset(token)
        if outlived and not connection.needs_rollback:
            # The transaction around the scope goes on, and would go on seeing the tenant's rows. A rollback resets it.
            _tell_database(None)


def _tell_database(tenant_id: UUID | None) -> None:
    """Of which tenant rows may be seen; that prepared statements (tenants.rows) keep the plan they have; and that one process
    of the server answers.

    Left to itself the server plans the longest of them, the statistics, anew for each guest: four times its own work. And for
    a page of the list it starts processes that take longer to come than the page takes.

    It goes along with the BEGIN, for which the driver would go a way of its own: of the ten that a booking costs.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors:
        database = connection.connection.pgconn
        begin = "BEGIN; " if database.transaction_status == TransactionStatus.IDLE else ""
        # The plain protocol takes no values apart: nothing but the digits of an id may stand in the text.
        value = "" if tenant_id is None else str(UUID(int=tenant_id.int))
        answer = database.exec_(f"{begin}SELECT set_config('app.tenant_id', '{value}', true), {_FOR_ALL}".encode())
        if answer.status != ExecStatus.TUPLES_OK:
            raise error_from_result(answer)


_FOR_ALL = "set_config('plan_cache_mode', 'force_generic_plan', true), set_config('max_parallel_workers_per_gather', '0', true)"


def current() -> Scope:
    """The scope in force. Raises NoScope outside one."""
    scope = _current.get()
    if scope is None:
        raise NoScope("no tenant is in force here: open tenants.scope.enter() first")
    return scope


def is_open() -> bool:
    return _current.get() is not None


def tenant_id() -> UUID:
    return current().tenant_id


def actor() -> Actor:
    return current().actor


def require(permission: Permission) -> None:
    """Raise PermissionMissing, which names the permission, unless the actor in force holds it."""
    if not current().actor.may(permission):
        raise PermissionMissing(
            _("This needs the permission “%(permission)s”.") % {"permission": permission.value},
            permission=permission.value,
        )


class CurrentTenant(models.Expression):
    """The tenant in force, read when the query is compiled.

    Class-level querysets of forms and filters are built at import, where no scope exists: a missing scope must raise
    when a query runs, not when it is written.
    """

    output_field = models.UUIDField()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [tenant_id()]
