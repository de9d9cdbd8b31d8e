"""Row level security and composite keys, as migration operations (R-PRIV-3).

Each is used in the migration that creates the table. A catalogue test in tests/architecture holds that no tenant table
lacks them.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# After COMMIT a value set with set_config(..., true) reads as '', not NULL: without NULLIF the cast would fail.
CURRENT_TENANT_SQL = "NULLIF(current_setting('app.tenant_id', true), '')::uuid"


class _SqlOperation(Operation):
    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The state of the models does not change: policies and composite keys live in the database only."""

    def table(self, app_label: str, state: ProjectState, name: str) -> str:
        label, _, model = name.rpartition(".")
        return str(state.apps.get_model(label or app_label, model)._meta.db_table)


class EnableRowLevelSecurity(_SqlOperation):
    """Rows are visible to, and written by, their own tenant only."""

    def __init__(self, model: str, tenant_column: str = "tenant_id") -> None:
        self.model = model
        self.tenant_column = tenant_column

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [self.model, self.tenant_column], {}

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        table = self.table(app_label, to_state, self.model)
        own = f"{self.tenant_column} = {CURRENT_TENANT_SQL}"
        schema_editor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        schema_editor.execute(f'CREATE POLICY own_tenant ON "{table}" USING ({own}) WITH CHECK ({own})')

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        table = self.table(app_label, from_state, self.model)
        schema_editor.execute(f'DROP POLICY own_tenant ON "{table}"')
        schema_editor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')

    def describe(self) -> str:
        return f"Let only its own tenant see {self.model}"


class CompositeForeignKey(_SqlOperation):
    """`(tenant_id, field_id)` refers to `(tenant_id, id)` of the parent: no row can point into another tenant.

    The first that refers to a parent brings the unique index it needs. Where nothing refers, each new row would pay for one.
    """

    def __init__(self, model: str, field: str, parent: str) -> None:
        self.model = model
        self.field = field
        self.parent = parent

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [self.model, self.field, self.parent], {}

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        table = self.table(app_label, to_state, self.model)
        parent = self.table(app_label, to_state, self.parent)
        schema_editor.execute(f'CREATE UNIQUE INDEX IF NOT EXISTS "{parent}_tenant_key" ON "{parent}" (tenant_id, id)')
        schema_editor.execute(
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{self._name(table)}" FOREIGN KEY (tenant_id, {self.field}_id) '
            f'REFERENCES "{parent}" (tenant_id, id) DEFERRABLE INITIALLY DEFERRED'
        )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        table = self.table(app_label, from_state, self.model)
        schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{self._name(table)}"')

    def describe(self) -> str:
        return f"Keep {self.model}.{self.field} within its tenant"

    def _name(self, table: str) -> str:
        return f"{table}_{self.field}_same_tenant"


class DefinerFunction(_SqlOperation):
    """A SECURITY DEFINER function that finds rows before a tenant is known.

    It returns (tenant id, row id) and nothing else; tests/architecture holds the list of all of them. `pg_temp` comes
    last in its path, or a caller's temporary table could stand in for a real one.
    """

    def __init__(self, name: str, arguments: str, query: str) -> None:
        self.name = name
        self.arguments = arguments
        self.query = query

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [self.name, self.arguments, self.query], {}

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        schema_editor.execute(
            f"CREATE FUNCTION {self.name}({self.arguments}) RETURNS TABLE (tenant_id uuid, row_id uuid) "
            f"LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$ {self.query} $$",
            params=None,
        )
        schema_editor.execute(f"REVOKE ALL ON FUNCTION {self.name}({self.arguments}) FROM PUBLIC")

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        schema_editor.execute(f"DROP FUNCTION {self.name}({self.arguments})")

    def describe(self) -> str:
        return f"Find rows over all tenants with {self.name}"
