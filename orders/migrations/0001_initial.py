import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.db import migrations, models

import tenants.base
import tenants.scope
from tenants.initial_migration import InitialMigration
from tenants.rls import CompositeForeignKey, EnableRowLevelSecurity


class Migration(InitialMigration):
    dependencies = [
        ("crm", "0001_initial"),
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Order",
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
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("web", "web"),
                            ("phone", "phone"),
                            ("staff", "staff"),
                            ("google", "Google"),
                            ("third_party", "third party"),
                            ("walk_in", "walk-in"),
                            ("queue", "queue"),
                            ("order_web", "order on the web"),
                            ("order_phone", "order by phone"),
                            ("self_order", "self-order"),
                            ("wifi", "WiFi"),
                            ("promotion", "promotion"),
                            ("form", "contact form"),
                            ("follow", "app"),
                            ("pos", "point of sale"),
                            ("import", "import"),
                            ("manual", "manual entry"),
                            ("api", "API"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("accepted", "Accepted"),
                            ("preparing", "Preparing"),
                            ("ready", "Ready"),
                            ("fulfilled", "Fulfilled"),
                            ("cancelled", "Cancelled"),
                            ("rejected", "Rejected"),
                            ("refunded", "Refunded"),
                        ],
                        max_length=10,
                    ),
                ),
                ("provider", models.CharField(blank=True, max_length=40)),
                ("external_id", models.CharField(blank=True, db_collation="C", max_length=120)),
                ("placed_at", models.DateTimeField()),
                ("fulfilled_at", models.DateTimeField(null=True)),
                ("service_date", models.DateField(null=True)),
                ("notes", models.CharField(blank=True, max_length=1000)),
                ("guest", models.JSONField(default=dict)),
                ("taxes", models.JSONField(default=list)),
                ("tip_minor", models.BigIntegerField(default=0)),
                ("discount_minor", models.BigIntegerField(default=0)),
                ("total_minor", models.BigIntegerField()),
                ("refunded_minor", models.BigIntegerField(default=0)),
                ("currency", models.CharField(max_length=3)),
                ("status_at", models.DateTimeField()),
                ("status_by", models.CharField(blank=True, max_length=160)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
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
                "indexes": [
                    models.Index(fields=["tenant", "contact", "placed_at", "id"], name="order_by_contact"),
                    models.Index(fields=["tenant", "venue", "placed_at", "id"], name="order_by_venue"),
                    models.Index(fields=["tenant", "placed_at", "id"], name="order_by_placing"),
                    models.Index(fields=["tenant", "updated_at", "id"], name="order_by_update"),
                    models.Index(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=["tenant", "external_id"],
                        name="order_by_external_id",
                    ),
                    models.Index(
                        condition=models.Q(("service_date__isnull", False)),
                        fields=["tenant", "service_date", "contact"],
                        name="order_by_day",
                    ),
                    models.Index(
                        condition=models.Q(("status", "fulfilled"), _negated=True),
                        fields=["tenant", "status", "placed_at", "id"],
                        name="order_by_status",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("tenant", "venue", "provider", "external_id"),
                        name="one_order_per_external_id",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("discount_minor__gte", 0), ("tip_minor__gte", 0), ("total_minor__gte", 0)),
                        name="order_amounts_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("refunded_minor__gte", 0), ("refunded_minor__lte", models.F("total_minor"))
                        ),
                        name="refunds_within_the_total",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("quantity", models.PositiveIntegerField()),
                ("unit_price_minor", models.BigIntegerField()),
                ("category", models.CharField(blank=True, max_length=120)),
                ("item_key", models.CharField(db_collation="C", max_length=120)),
                ("category_key", models.CharField(blank=True, db_collation="C", max_length=120)),
                (
                    "order",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="orders.order",
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
                "indexes": [
                    models.Index(fields=["tenant", "item_key", "order"], name="order_line_by_item"),
                    models.Index(fields=["tenant", "category_key", "item_key", "order"], name="order_line_by_keys"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "order", "position"), name="one_order_line_per_position"),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1), ("unit_price_minor__gte", 0)),
                        name="something_was_ordered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("refunded_at", models.DateTimeField()),
                ("refunded_by", models.CharField(blank=True, max_length=160)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "order",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refunds",
                        to="orders.order",
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
                "indexes": [models.Index(fields=["tenant", "order", "refunded_at", "id"], name="refund_by_order")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="refund_of_something")
                ],
            },
        ),
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
                    models.Index(fields=["tenant", "venue", "closed_at", "id"], name="receipt_by_venue"),
                    models.Index(
                        condition=models.Q(("contact__isnull", True)),
                        fields=["tenant", "venue", "closed_at", "id"],
                        name="receipt_unlinked",
                    ),
                    models.Index(fields=["tenant", "business_date", "contact"], name="receipt_by_day"),
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
                    models.Index(fields=["tenant", "category_key", "item_key", "receipt"], name="receipt_line_by_keys"),
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
        EnableRowLevelSecurity("Order"),
        EnableRowLevelSecurity("OrderLine"),
        EnableRowLevelSecurity("Refund"),
        EnableRowLevelSecurity("Receipt"),
        EnableRowLevelSecurity("ReceiptLine"),
        EnableRowLevelSecurity("OrderingBlock"),
        EnableRowLevelSecurity("OrderAttempt"),
        EnableRowLevelSecurity("Discount"),
        EnableRowLevelSecurity("FixedDiscount"),
        EnableRowLevelSecurity("AppliedDiscount"),
        EnableRowLevelSecurity("BlockedAddress"),
        CompositeForeignKey("Order", "venue", "tenants.Venue"),
        CompositeForeignKey("Order", "contact", "crm.Contact"),
        CompositeForeignKey("OrderLine", "order", "Order"),
        CompositeForeignKey("Refund", "order", "Order"),
        CompositeForeignKey("Receipt", "venue", "tenants.Venue"),
        CompositeForeignKey("Receipt", "contact", "crm.Contact"),
        CompositeForeignKey("Receipt", "order", "Order"),
        CompositeForeignKey("ReceiptLine", "receipt", "Receipt"),
        CompositeForeignKey("OrderingBlock", "contact", "crm.Contact"),
        CompositeForeignKey("OrderAttempt", "venue", "tenants.Venue"),
        CompositeForeignKey("OrderAttempt", "contact", "crm.Contact"),
        CompositeForeignKey("FixedDiscount", "contact", "crm.Contact"),
        CompositeForeignKey("FixedDiscount", "discount", "Discount"),
        CompositeForeignKey("AppliedDiscount", "order", "Order"),
        CompositeForeignKey("AppliedDiscount", "discount", "Discount"),
        CompositeForeignKey("BlockedAddress", "contact", "crm.Contact"),
    ]
