from django.db import migrations

from tenants.rls import CURRENT_TENANT_SQL

# Callers choose the id of a request (X-Request-Id), so that it says nothing of what belongs together: values are wiped of the
# entries about these objects, and of no others.
ERASE_VALUES = f"""
CREATE OR REPLACE FUNCTION erase_audit_values(objects uuid[], kept text[]) RETURNS TABLE (tenant_id uuid, row_id uuid)
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


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_erasure"),
    ]

    operations = [
        migrations.RunSQL(ERASE_VALUES, migrations.RunSQL.noop),
    ]
