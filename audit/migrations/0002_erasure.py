from django.db import migrations

from tenants.rls import CURRENT_TENANT_SQL

# The app may not change the trail. This takes the values out of the entries about some objects, and out of those of the same
# requests about other things than contacts, for the tenant in force only; of the values, those of the `kept` names stay. An
# entry of the same request was written within the same minute: so the index by time finds it.
ERASE_VALUES = f"""
CREATE FUNCTION erase_audit_values(objects uuid[], kept text[]) RETURNS TABLE (tenant_id uuid, row_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH own AS (
        SELECT id, request_id, created_at FROM audit_auditentry
        WHERE audit_auditentry.tenant_id = {CURRENT_TENANT_SQL} AND object_id = ANY (objects)
    ), wiped AS (
        SELECT id FROM own
        UNION
        SELECT other.id FROM own CROSS JOIN LATERAL (
            SELECT id FROM audit_auditentry AS beside
            WHERE beside.tenant_id = {CURRENT_TENANT_SQL}
            AND beside.created_at BETWEEN own.created_at - interval '1 minute' AND own.created_at + interval '1 minute'
            AND beside.request_id = own.request_id AND beside.object_type <> 'contact'
        ) AS other WHERE own.request_id <> ''
    )
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
    FROM wiped WHERE entry.id = wiped.id AND entry.tenant_id = {CURRENT_TENANT_SQL}
    RETURNING entry.tenant_id, entry.id
$$;
REVOKE ALL ON FUNCTION erase_audit_values(uuid[], text[]) FROM PUBLIC;
"""  # noqa: S608 (our own table)


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(ERASE_VALUES, "DROP FUNCTION erase_audit_values(uuid[], text[])"),
    ]
