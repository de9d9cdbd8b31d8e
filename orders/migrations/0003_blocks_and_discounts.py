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
        ("orders", "0002_receipts"),
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="OrderingBlock",
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
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ordering_blocks",
                        to="crm.contact",
                    ),
                ),
                ("blocked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("blocked_by", models.CharField(blank=True, max_length=160)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "contact"), name="one_ordering_block_per_contact")
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="OrderAttempt",
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
                        related_name="order_attempts",
                        to="crm.contact",
                    ),
                ),
                ("attempted_at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("takeaway", "takeaway"),
                            ("delivery", "delivery"),
                            ("self_order", "self-order"),
                            ("dine_in", "dine-in"),
                            ("voucher", "voucher"),
                            ("event", "event"),
                            ("box", "box"),
                        ],
                        max_length=12,
                    ),
                ),
                ("total_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "contact", "attempted_at", "id"], name="attempt_by_contact")
                ],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="Discount",
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
                ("name", models.CharField(max_length=80)),
                ("kind", models.CharField(choices=[("percent", "percent"), ("amount", "amount")], max_length=7)),
                ("percent", models.PositiveSmallIntegerField(null=True)),
                ("amount_minor", models.BigIntegerField(null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "name"), name="one_discount_per_name"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount_minor", None),
                                ("currency", ""),
                                ("kind", "percent"),
                                ("percent__gte", 1),
                                ("percent__lte", 100),
                            ),
                            models.Q(
                                models.Q(("currency", ""), _negated=True),
                                ("amount_minor__gte", 1),
                                ("kind", "amount"),
                                ("percent", None),
                            ),
                            _connector="OR",
                        ),
                        name="discount_is_percent_or_amount",
                    ),
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="FixedDiscount",
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
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fixed_discounts",
                        to="crm.contact",
                    ),
                ),
                (
                    "discount",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.discount",
                    ),
                ),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "discount"], name="fixed_discount_by_discount")],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "contact"), name="one_fixed_discount_per_contact")
                ],
            },
        ),
        migrations.CreateModel(
            name="AppliedDiscount",
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
                    "order",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="applied_discounts",
                        to="orders.order",
                    ),
                ),
                (
                    "discount",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="orders.discount",
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("amount_minor", models.BigIntegerField()),
                ("applied_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "discount"], name="applied_discount_by_discount")],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "order"), name="one_fixed_discount_per_order")
                ],
            },
        ),
        EnableRowLevelSecurity("OrderingBlock"),
        EnableRowLevelSecurity("OrderAttempt"),
        EnableRowLevelSecurity("Discount"),
        EnableRowLevelSecurity("FixedDiscount"),
        EnableRowLevelSecurity("AppliedDiscount"),
        CompositeForeignKey("OrderingBlock", "contact", "crm.Contact"),
        CompositeForeignKey("OrderAttempt", "venue", "tenants.Venue"),
        CompositeForeignKey("OrderAttempt", "contact", "crm.Contact"),
        CompositeForeignKey("FixedDiscount", "contact", "crm.Contact"),
        CompositeForeignKey("FixedDiscount", "discount", "orders.Discount"),
        CompositeForeignKey("AppliedDiscount", "order", "orders.Order"),
        CompositeForeignKey("AppliedDiscount", "discount", "orders.Discount"),
    ]
