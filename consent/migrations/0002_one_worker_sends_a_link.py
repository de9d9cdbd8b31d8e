from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

# The rights on the function stay as they are.
DEFINED = (
    "CREATE OR REPLACE FUNCTION due_confirmations() RETURNS TABLE (tenant_id uuid, row_id uuid) "
    "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$ "
    "SELECT s.tenant_id, s.id FROM consent_consentstatus s WHERE s.pending_since IS NOT NULL "
    "AND s.pending_since BETWEEN now() - interval '72 hours' AND now() - interval '1 minute' "
    "AND {condition} ORDER BY s.pending_since LIMIT 1000 $$"
)
# Who ticks again within the hour keeps the link they have (outreach.opt_in_mail).
NOW = "(s.mailed_for IS NULL OR s.pending_since >= s.mailed_for + interval '1 hour') AND coalesce(s.link_due_at < now(), true)"
BEFORE = "s.mailed_for IS DISTINCT FROM s.pending_since"


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0001_initial")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField("ConsentStatus", "link_due_at", models.DateTimeField(null=True)),
        migrations.RunSQL(DEFINED.format(condition=NOW), DEFINED.format(condition=BEFORE)),
    ]
