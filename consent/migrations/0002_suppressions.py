import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import tenants.base
import tenants.scope
from tenants.rls import CURRENT_TENANT_SQL, CompositeForeignKey, DefinerFunction, EnableRowLevelSecurity

CHANNELS = [("email", "e-mail"), ("sms", "SMS")]
SOURCES = [
    ("booking", "booking"),
    ("order", "order"),
    ("receipt", "receipt"),
    ("wifi", "WiFi"),
    ("promotion", "promotion"),
    ("form", "contact form"),
    ("follow", "app"),
    ("import", "import"),
    ("staff", "staff"),
    ("api", "API"),
    ("page", "preference page"),
    ("message", "reply or complaint"),
]

# The app may not change the ledger. This wipes what says whose a line is, for the tenant in force only: the addresses of
# `gone` give way to their `marks`, after the lines that bear the same mark already; of other lines of the contacts, only
# what they say of the person. `wording` is kept where it is ours, not where staff typed it.
ERASE_ENTRIES = f"""
CREATE FUNCTION erase_consent_entries(contacts uuid[], gone text[], marks text[])
RETURNS TABLE (tenant_id uuid, row_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE consent_consententry AS entry SET
        address = coalesce(wiped.mark, entry.address),
        number = entry.number + coalesce((
            SELECT max(former.number) FROM consent_consententry AS former
            WHERE former.tenant_id = entry.tenant_id AND former.address = wiped.mark
            AND former.venue_id = entry.venue_id AND former.channel = entry.channel
        ), 0),
        contact_id = NULL,
        source_id = CASE WHEN wiped.mark IS NULL THEN entry.source_id END,
        evidence = (
            SELECT coalesce(jsonb_object_agg(said.key, said.value), '{{}}') FROM jsonb_each(entry.evidence) AS said
            WHERE said.key IN ('box', 'language', 'kept')
            OR (said.key = 'wording' AND entry.event <> 'subscribed_with_evidence')
        )
    FROM (
        SELECT own.id, given.mark FROM unnest(gone, marks) AS given (address, mark)
        JOIN consent_consententry AS own ON own.tenant_id = {CURRENT_TENANT_SQL} AND own.address = given.address
        UNION ALL
        SELECT own.id, NULL FROM consent_consententry AS own
        WHERE own.tenant_id = {CURRENT_TENANT_SQL} AND own.contact_id = ANY (contacts) AND own.address <> ALL (gone)
    ) AS wiped
    WHERE entry.id = wiped.id AND entry.tenant_id = {CURRENT_TENANT_SQL}
    RETURNING entry.tenant_id, entry.id
$$;
REVOKE ALL ON FUNCTION erase_consent_entries(uuid[], text[], text[]) FROM PUBLIC;
"""  # noqa: S608 (our own tables)


def row_id() -> models.UUIDField:
    return models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)


def tenant() -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        default=tenants.scope.tenant_id,
        editable=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="tenants.tenant",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("consent", "0001_consent_ledger"),
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentSuppression",
            fields=[
                ("id", row_id()),
                ("channel", models.CharField(choices=CHANNELS, max_length=5)),
                ("digest", models.CharField(db_collation="C", max_length=64)),
                ("since", models.DateTimeField()),
                ("source", models.CharField(choices=SOURCES, max_length=10)),
                ("tenant", tenant()),
                (
                    "venue",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.venue",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "digest", "venue", "channel"),
                        name="one_suppression_per_venue_channel_and_address",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UndeliverableAddress",
            fields=[
                ("id", row_id()),
                ("channel", models.CharField(choices=CHANNELS, max_length=5)),
                ("digest", models.CharField(db_collation="C", max_length=64)),
                ("since", models.DateTimeField()),
                ("tenant", tenant()),
            ],
            options={
                "verbose_name_plural": "undeliverable addresses",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "digest", "channel"), name="one_mark_per_undeliverable_address"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CarrierEvent",
            fields=[
                ("id", row_id()),
                ("kind", models.CharField(max_length=24)),
                ("provider", models.CharField(max_length=40)),
                ("external_id", models.CharField(db_collation="C", max_length=200)),
                ("received_at", models.DateTimeField()),
                ("tenant", tenant()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "kind", "provider", "external_id"), name="one_report_per_carrier_event"
                    )
                ],
            },
        ),
        EnableRowLevelSecurity("ConsentSuppression"),
        EnableRowLevelSecurity("UndeliverableAddress"),
        EnableRowLevelSecurity("CarrierEvent"),
        CompositeForeignKey("ConsentSuppression", "venue", "tenants.Venue"),
        migrations.AddField("ConsentStatus", "mailed_for", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "ConsentStatus",
            models.Index(
                fields=["tenant", "pending_since"],
                name="consent_pending",
                condition=models.Q(pending_since__isnull=False),
            ),
        ),
        DefinerFunction(
            "due_confirmations",
            "",
            "SELECT s.tenant_id, s.id FROM consent_consentstatus s WHERE s.pending_since IS NOT NULL "
            "AND s.pending_since BETWEEN now() - interval '72 hours' AND now() - interval '1 minute' "
            "AND s.mailed_for IS DISTINCT FROM s.pending_since ORDER BY s.pending_since LIMIT 1000",
        ),
        migrations.RunSQL(ERASE_ENTRIES, "DROP FUNCTION erase_consent_entries(uuid[], text[], text[])"),
    ]
