import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import tenants.scope
from tenants.initial_migration import InitialMigration
from tenants.rls import EnableRowLevelSecurity


class Migration(InitialMigration):
    dependencies = [
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="IdempotentAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("credential_id", models.UUIDField()),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.BinaryField()),
                ("status", models.PositiveSmallIntegerField()),
                ("body", models.BinaryField()),
                ("headers", models.JSONField(default=dict)),
                ("contact_id", models.UUIDField(null=True)),
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
                "indexes": [models.Index(fields=["tenant", "created_at"], name="idempotent_answer_by_age")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "credential_id", "key"), name="one_answer_per_idempotency_key"
                    )
                ],
            },
        ),
        EnableRowLevelSecurity("IdempotentAnswer"),
    ]
