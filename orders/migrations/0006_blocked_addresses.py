import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import tenants.base
import tenants.scope
from tenants.rls import CompositeForeignKey, EnableRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0009_erasure"),
        ("orders", "0005_purchases_by_day"),
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BlockedAddress",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("digest", models.CharField(db_collation="C", max_length=64)),
                ("kind", models.CharField(choices=[("email", "e-mail"), ("phone", "phone")], max_length=5)),
                ("is_alone", models.BooleanField(default=False)),
                ("blocked_at", models.DateTimeField()),
                ("blocked_by", models.CharField(blank=True, max_length=160)),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="blocked_addresses",
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
                "verbose_name_plural": "blocked addresses",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "digest"), name="one_block_per_erased_address")
                ],
                "indexes": [models.Index(fields=["tenant", "contact"], name="blocked_address_by_contact")],
            },
        ),
        EnableRowLevelSecurity("BlockedAddress"),
        CompositeForeignKey("BlockedAddress", "contact", "crm.Contact"),
    ]
