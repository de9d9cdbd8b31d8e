import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.db import migrations, models

import tenants.base
import tenants.scope
from tenants.initial_migration import InitialMigration
from tenants.rls import CompositeForeignKey, DefinerFunction, EnableRowLevelSecurity


class Migration(InitialMigration):
    dependencies = [
        ("crm", "0001_initial"),
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("uploaded", "uploaded"),
                            ("checking", "being checked"),
                            ("checked", "checked"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="uploaded",
                        max_length=10,
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("create", "only create"), ("upsert", "create and update"), ("update", "only update")],
                        default="upsert",
                        max_length=6,
                    ),
                ),
                ("file_name", models.CharField(max_length=255)),
                ("file_kind", models.CharField(choices=[("csv", "csv"), ("xlsx", "xlsx")], max_length=4)),
                ("encoding", models.CharField(blank=True, max_length=16)),
                ("delimiter", models.CharField(blank=True, max_length=1)),
                ("headings", models.JSONField()),
                ("sample", models.JSONField()),
                ("row_count", models.PositiveIntegerField()),
                ("date_evidence", models.JSONField()),
                ("mapping", models.JSONField()),
                (
                    "date_format",
                    models.CharField(
                        blank=True, choices=[("dmy", "dmy"), ("mdy", "mdy"), ("ymd", "ymd")], max_length=3
                    ),
                ),
                ("consent_evidence", models.JSONField(null=True)),
                ("staged_at", models.DateTimeField(null=True)),
                ("chunk_count", models.PositiveIntegerField(default=0)),
                ("next_chunk", models.PositiveIntegerField(default=0)),
                ("done_count", models.PositiveIntegerField(default=0)),
                ("created_count", models.PositiveIntegerField(default=0)),
                ("updated_count", models.PositiveIntegerField(default=0)),
                ("unchanged_count", models.PositiveIntegerField(default=0)),
                ("skipped_count", models.PositiveIntegerField(default=0)),
                ("rejected_count", models.PositiveIntegerField(default=0)),
                ("noted_count", models.PositiveIntegerField(default=0)),
                ("lease_holder", models.CharField(blank=True, max_length=64)),
                ("lease_until", models.DateTimeField(null=True)),
                ("failure", models.CharField(blank=True, max_length=40)),
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
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
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
                ("attempt_count", models.PositiveSmallIntegerField(default=0)),
                ("heading_row", models.PositiveIntegerField(default=1)),
            ],
            options={
                "indexes": [
                    models.Index(models.F("tenant"), models.F("created_at"), models.F("id"), name="imports_by_time"),
                    models.Index(
                        models.F("lease_until"),
                        condition=models.Q(("status__in", ["checking", "running"])),
                        name="imports_at_work",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant", "job", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("chunk", models.PositiveIntegerField()),
                ("leader_number", models.PositiveIntegerField()),
                ("cells", models.JSONField()),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("created", "created"),
                            ("updated", "updated"),
                            ("unchanged", "unchanged"),
                            ("skipped", "skipped"),
                            ("rejected", "rejected"),
                        ],
                        max_length=9,
                    ),
                ),
                ("reasons", models.JSONField(default=list)),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="crm.contact",
                    ),
                ),
                (
                    "job",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="importexport.importjob",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=tenants.scope.tenant_id,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(models.F("job"), models.F("chunk"), models.F("number"), name="rows_by_chunk"),
                    models.Index(models.F("job"), models.F("outcome"), models.F("number"), name="rows_by_outcome"),
                    models.Index(
                        models.F("contact"), condition=models.Q(("contact__isnull", False)), name="rows_by_contact"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportJob",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("lease_holder", models.CharField(blank=True, max_length=64)),
                ("lease_until", models.DateTimeField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("queued", "waiting"), ("running", "running"), ("done", "done"), ("failed", "failed")],
                        default="queued",
                        max_length=7,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("contacts", "contacts"), ("customer_report", "customer report")], max_length=15
                    ),
                ),
                ("file_kind", models.CharField(choices=[("csv", "csv"), ("xlsx", "xlsx")], max_length=4)),
                ("filters", models.JSONField(default=dict)),
                ("channel", models.CharField(blank=True, choices=[("email", "e-mail"), ("sms", "SMS")], max_length=5)),
                (
                    "regime",
                    models.CharField(
                        blank=True, choices=[("gdpr", "GDPR (European Union)"), ("casl", "CASL (Canada)")], max_length=4
                    ),
                ),
                ("is_filtered", models.BooleanField(default=False)),
                ("columns", models.JSONField(default=list)),
                ("currencies", models.JSONField(default=list)),
                ("language", models.CharField(max_length=10)),
                ("holds_health", models.BooleanField(default=False)),
                ("fixed_at", models.DateTimeField(null=True)),
                ("contact_count", models.PositiveIntegerField(default=0)),
                ("done_count", models.PositiveIntegerField(default=0)),
                ("row_count", models.PositiveIntegerField(default=0)),
                ("attempt_count", models.PositiveSmallIntegerField(default=0)),
                ("failure", models.CharField(blank=True, max_length=40)),
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
                ("is_kept", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.venue",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(models.F("tenant"), models.F("created_at"), models.F("id"), name="exports_by_time"),
                    models.Index(
                        models.F("lease_until"),
                        condition=models.Q(("status__in", ["queued", "running"])),
                        name="exports_at_work",
                    ),
                    models.Index(models.F("expires_at"), condition=models.Q(("is_kept", True)), name="exports_kept"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant", "job", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.contact",
                    ),
                ),
                ("address", models.CharField(blank=True, db_collation="C", max_length=254)),
                (
                    "job",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="importexport.exportjob",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=tenants.scope.tenant_id,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(models.F("contact"), models.F("job"), name="exports_by_contact")],
            },
        ),
        EnableRowLevelSecurity("ImportJob"),
        EnableRowLevelSecurity("ImportRow"),
        EnableRowLevelSecurity("ExportJob"),
        EnableRowLevelSecurity("ExportRow"),
        CompositeForeignKey("ImportJob", "venue", "tenants.Venue"),
        CompositeForeignKey("ImportRow", "job", "ImportJob"),
        CompositeForeignKey("ImportRow", "contact", "crm.Contact"),
        CompositeForeignKey("ExportJob", "venue", "tenants.Venue"),
        CompositeForeignKey("ExportRow", "job", "ExportJob"),
        CompositeForeignKey("ExportRow", "contact", "crm.Contact"),
        DefinerFunction(
            "due_export_jobs",
            "",
            "SELECT j.tenant_id, j.id FROM importexport_exportjob j "
            "WHERE j.status IN ('queued', 'running') AND j.lease_until < now() ORDER BY j.lease_until",
        ),
        DefinerFunction(
            "expired_exports",
            "",
            "SELECT j.tenant_id, j.id FROM importexport_exportjob j "
            "WHERE j.is_kept AND j.expires_at < now() ORDER BY j.expires_at",
        ),
        DefinerFunction(
            "due_import_jobs",
            "",
            "SELECT j.tenant_id, j.id FROM importexport_importjob j "
            "WHERE j.status IN ('checking', 'running') AND j.lease_until < now() ORDER BY j.lease_until",
        ),
    ]
