import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.db import migrations, models

import tenants.base
import tenants.scope
from tenants.rls import CompositeForeignKey, EnableRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0009_erasure"),
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="HealthNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key_id", models.CharField(db_collation="C", max_length=16)),
                ("sealed", models.BinaryField()),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="health_notes",
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "contact"), name="one_health_note_per_contact")
                ],
            },
        ),
        migrations.CreateModel(
            name="PrivacyRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("access", "access to the data"), ("erasure", "erasure of the data")], max_length=7
                    ),
                ),
                ("subject_name", models.CharField(blank=True, max_length=200)),
                ("subject_address", models.CharField(blank=True, max_length=254)),
                ("subject_hash", models.CharField(blank=True, db_collation="C", max_length=64)),
                ("received_on", models.DateField()),
                ("due_on", models.DateField()),
                ("extension_reason", models.CharField(blank=True, max_length=300)),
                ("done_on", models.DateField(null=True)),
                ("done_by", models.CharField(blank=True, max_length=160)),
                ("notes", models.TextField(blank=True, max_length=2000)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                "indexes": [models.Index(fields=["tenant", "due_on", "id"], name="privacy_request_by_due")],
            },
        ),
        migrations.CreateModel(
            name="RetentionApproval",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("months", models.PositiveSmallIntegerField()),
                ("contact_count", models.PositiveIntegerField()),
                ("approved_by", models.CharField(blank=True, max_length=160)),
                ("approved_at", models.DateTimeField()),
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
                "indexes": [models.Index(fields=["tenant", "approved_at"], name="retention_approval_by_time")],
            },
        ),
        EnableRowLevelSecurity("HealthNote"),
        EnableRowLevelSecurity("PrivacyRequest"),
        EnableRowLevelSecurity("RetentionApproval"),
        CompositeForeignKey("HealthNote", "contact", "crm.Contact"),
    ]
