"""The base of every tenant table: its key, its tenant, and a manager that never looks beyond the scope in force."""

from __future__ import annotations

from typing import Any

from django.db import models
from uuid_utils.compat import uuid7

from tenants import scope
from tenants.quick_rows import QuickRow


class TenantManager(models.Manager[Any]):
    """Filters by the scope in force; a query outside a scope raises NoScope when it runs."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(tenant_id=scope.CurrentTenant())


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A reference within one tenant.

    The database holds it by a composite key `(tenant_id, x_id)`, which Django cannot express: the migration that
    creates the table adds it with `tenants.rls.CompositeForeignKey`. Plain foreign keys ignore row level security.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(*args, **kwargs)


class TenantModel(QuickRow):
    """A row of one tenant. Version 7 identifiers keep new rows together in the indexes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(
        "tenants.Tenant",
        on_delete=models.PROTECT,
        default=scope.tenant_id,
        editable=False,
        db_index=False,
        related_name="+",
    )

    objects = TenantManager()

    class Meta:
        abstract = True
