import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import tenants.scope
from tenants.initial_migration import InitialMigration
from tenants.rls import CURRENT_TENANT_SQL, EnableRowLevelSecurity

# Callers choose the id of a request (X-Request-Id), so that it says nothing of what belongs together: values are wiped of the
# entries about these objects, and of no others.
ERASE_VALUES = f"""
CREATE FUNCTION erase_audit_values(objects uuid[], kept text[]) RETURNS TABLE (tenant_id uuid, row_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE audit_auditentry AS entry SET
        before = CASE WHEN jsonb_typeof(entry.before) = 'object' THEN (
            SELECT coalesce(jsonb_object_agg(said.key, said.value), '{{}}') FROM jsonb_each(entry.before) AS said
            WHERE said.key = ANY (kept)
        ) END,
        after = CASE WHEN jsonb_typeof(entry.after) = 'object' THEN (
            SELECT coalesce(jsonb_object_agg(said.key, said.value), '{{}}') FROM jsonb_each(entry.after) AS said
            WHERE said.key = ANY (kept)
        ) END,
        actor_label = CASE WHEN entry.actor_kind = 'guest' THEN 'guest' ELSE entry.actor_label END
    WHERE entry.tenant_id = {CURRENT_TENANT_SQL} AND entry.object_id = ANY (objects)
    RETURNING entry.tenant_id, entry.id
$$;
REVOKE ALL ON FUNCTION erase_audit_values(uuid[], text[]) FROM PUBLIC;
"""  # noqa: S608 (our own table)


class Migration(InitialMigration):
    dependencies = [
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("action", models.CharField(max_length=40)),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("user", "staff"),
                            ("key", "API key"),
                            ("worker", "worker"),
                            ("guest", "guest"),
                            ("system", "system"),
                        ],
                        max_length=10,
                    ),
                ),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_label", models.CharField(max_length=160)),
                ("object_type", models.CharField(max_length=40)),
                ("object_id", models.UUIDField()),
                ("venue_id", models.UUIDField(null=True)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=tenants.scope.tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "created_at", "id"], name="audit_by_time"),
                    models.Index(fields=["tenant", "object_id", "created_at"], name="audit_by_object"),
                ],
            },
        ),
        EnableRowLevelSecurity("AuditEntry"),
        migrations.RunSQL(ERASE_VALUES, "DROP FUNCTION erase_audit_values(uuid[], text[])"),
    ]
