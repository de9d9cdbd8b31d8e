import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.db import migrations, models

import tenants.base
import tenants.scope
from tenants.rls import CompositeForeignKey, EnableRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0003_every_channel"),
        ("orders", "0001_orders"),
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
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
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="crm.contact",
                    ),
                ),
                (
                    "order",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="orders.order",
                    ),
                ),
                ("provider", models.CharField(blank=True, max_length=40)),
                ("external_id", models.CharField(blank=True, db_collation="C", max_length=120)),
                ("closed_at", models.DateTimeField()),
                ("business_date", models.DateField()),
                ("guest", models.JSONField(default=dict)),
                ("taxes", models.JSONField(default=list)),
                ("tip_minor", models.BigIntegerField(default=0)),
                ("discount_minor", models.BigIntegerField(default=0)),
                ("net_minor", models.BigIntegerField()),
                ("total_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("voided_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "contact", "closed_at", "id"], name="receipt_by_contact"),
                    models.Index(
                        condition=models.Q(("order__isnull", False)),
                        fields=["tenant", "order"],
                        name="receipt_by_order",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("tenant", "venue", "provider", "external_id"),
                        name="one_receipt_per_external_id",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("discount_minor__gte", 0),
                            ("net_minor__gte", 0),
                            ("tip_minor__gte", 0),
                            ("total_minor__gte", 0),
                        ),
                        name="receipt_amounts_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
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
                    "receipt",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="orders.receipt",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("quantity", models.PositiveIntegerField()),
                ("unit_price_minor", models.BigIntegerField()),
                ("total_minor", models.BigIntegerField()),
                ("category", models.CharField(blank=True, max_length=120)),
                ("item_key", models.CharField(db_collation="C", max_length=120)),
                ("category_key", models.CharField(blank=True, db_collation="C", max_length=120)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "item_key", "receipt"], name="receipt_line_by_item"),
                    models.Index(fields=["tenant", "category_key", "receipt"], name="receipt_line_by_category"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "receipt", "position"), name="one_receipt_line_per_position"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1), ("total_minor__gte", 0), ("unit_price_minor__gte", 0)),
                        name="something_was_bought",
                    ),
                ],
            },
        ),
        EnableRowLevelSecurity("Receipt"),
        EnableRowLevelSecurity("ReceiptLine"),
        CompositeForeignKey("Receipt", "venue", "tenants.Venue"),
        CompositeForeignKey("Receipt", "contact", "crm.Contact"),
        CompositeForeignKey("Receipt", "order", "orders.Order"),
        CompositeForeignKey("ReceiptLine", "receipt", "orders.Receipt"),
    ]
