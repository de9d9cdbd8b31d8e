import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.db import migrations, models

import tenants.base
import tenants.scope
from tenants.initial_migration import InitialMigration
from tenants.rls import CURRENT_TENANT_SQL, CompositeForeignKey, DefinerFunction, EnableRowLevelSecurity

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


class Migration(InitialMigration):
    dependencies = [
        ("crm", "0001_initial"),
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("channel", models.CharField(choices=[("email", "e-mail"), ("sms", "SMS")], max_length=5)),
                ("address", models.CharField(db_collation="C", max_length=254)),
                ("number", models.PositiveIntegerField()),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("guest_booked_ticked", "guest booked or ordered online, box ticked"),
                            ("guest_booked", "guest booked or ordered online, box not ticked"),
                            ("guest_confirmed", "guest confirmed"),
                            ("signed_up_ticked", "guest signed up, box ticked"),
                            ("signed_up", "guest signed up, box not ticked"),
                            ("inquired_ticked", "guest wrote to us, box ticked"),
                            ("inquired", "guest wrote to us, box not ticked"),
                            ("others_booked", "booked or ordered through staff or a third party"),
                            ("purchased", "purchase at the till"),
                            ("listed", "entered or imported into the list"),
                            ("unsubscribed", "unsubscribed"),
                            ("subscribed_with_evidence", "subscribed, with evidence"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("none", "none"),
                            ("implied", "implied"),
                            ("explicit", "explicit"),
                            ("unsubscribed", "unsubscribed"),
                        ],
                        max_length=12,
                    ),
                ),
                ("renews_clock", models.BooleanField(default=False)),
                ("pending_since", models.DateTimeField(null=True)),
                (
                    "source",
                    models.CharField(
                        choices=[
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
                        ],
                        max_length=10,
                    ),
                ),
                ("source_id", models.UUIDField(null=True)),
                ("evidence", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
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
                ("actor_label", models.CharField(blank=True, max_length=160)),
                ("at", models.DateTimeField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consent_entries",
                        to="crm.contact",
                    ),
                ),
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
                "indexes": [models.Index(fields=["contact"], name="consent_entry_by_contact")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "address", "venue", "channel", "number"), name="one_consent_entry_per_number"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentStatus",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("channel", models.CharField(choices=[("email", "e-mail"), ("sms", "SMS")], max_length=5)),
                ("address", models.CharField(db_collation="C", max_length=254)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("none", "none"),
                            ("implied", "implied"),
                            ("explicit", "explicit"),
                            ("unsubscribed", "unsubscribed"),
                        ],
                        default="none",
                        max_length=12,
                    ),
                ),
                ("pending_since", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField()),
                (
                    "source",
                    models.CharField(
                        choices=[
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
                        ],
                        max_length=10,
                    ),
                ),
                ("number", models.PositiveIntegerField(default=0)),
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
                ("mailed_for", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "status", "address"], name="consent_by_status"),
                    models.Index(
                        condition=models.Q(("pending_since__isnull", False)),
                        fields=["pending_since"],
                        name="consent_awaited",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "address", "venue", "channel"),
                        name="one_consent_per_venue_channel_and_address",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentSuppression",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("channel", models.CharField(choices=[("email", "e-mail"), ("sms", "SMS")], max_length=5)),
                ("digest", models.CharField(db_collation="C", max_length=64)),
                ("since", models.DateTimeField()),
                (
                    "source",
                    models.CharField(
                        choices=[
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
                        ],
                        max_length=10,
                    ),
                ),
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
                ("address", models.CharField(blank=True, db_collation="C", max_length=254)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "digest", "venue", "channel"),
                        name="one_suppression_per_venue_channel_and_address",
                    )
                ],
                "indexes": [models.Index(fields=["tenant", "address"], name="suppression_by_address")],
            },
        ),
        migrations.CreateModel(
            name="UndeliverableAddress",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("channel", models.CharField(choices=[("email", "e-mail"), ("sms", "SMS")], max_length=5)),
                ("digest", models.CharField(db_collation="C", max_length=64)),
                ("since", models.DateTimeField()),
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
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=24)),
                ("provider", models.CharField(max_length=40)),
                ("external_id", models.CharField(db_collation="C", max_length=200)),
                ("received_at", models.DateTimeField()),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "kind", "provider", "external_id"), name="one_report_per_carrier_event"
                    )
                ],
            },
        ),
        EnableRowLevelSecurity("ConsentEntry"),
        EnableRowLevelSecurity("ConsentStatus"),
        EnableRowLevelSecurity("ConsentSuppression"),
        EnableRowLevelSecurity("UndeliverableAddress"),
        EnableRowLevelSecurity("CarrierEvent"),
        CompositeForeignKey("ConsentEntry", "venue", "tenants.Venue"),
        CompositeForeignKey("ConsentEntry", "contact", "crm.Contact"),
        CompositeForeignKey("ConsentStatus", "venue", "tenants.Venue"),
        CompositeForeignKey("ConsentSuppression", "venue", "tenants.Venue"),
        DefinerFunction(
            "due_confirmations",
            "",
            "SELECT s.tenant_id, s.id FROM consent_consentstatus s WHERE s.pending_since IS NOT NULL "
            "AND s.pending_since BETWEEN now() - interval '72 hours' AND now() - interval '1 minute' "
            "AND s.mailed_for IS DISTINCT FROM s.pending_since ORDER BY s.pending_since LIMIT 1000",
        ),
        migrations.RunSQL(ERASE_ENTRIES, "DROP FUNCTION erase_consent_entries(uuid[], text[], text[])"),
    ]
