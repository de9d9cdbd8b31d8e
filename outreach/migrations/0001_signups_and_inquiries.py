import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.db import migrations, models

import tenants.base
import tenants.scope
from tenants.rls import CompositeForeignKey, EnableRowLevelSecurity


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("crm", "0003_every_channel"),
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Inquiry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("message", models.TextField(max_length=5000)),
                ("guest", models.JSONField(default=dict)),
                ("received_at", models.DateTimeField()),
                ("handled_at", models.DateTimeField(null=True)),
                ("handled_by", models.CharField(blank=True, max_length=160)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inquiries",
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
                "verbose_name_plural": "inquiries",
                "indexes": [
                    models.Index(fields=["tenant", "received_at", "id"], name="inquiry_by_time"),
                    models.Index(fields=["tenant", "updated_at", "id"], name="inquiry_by_update"),
                    models.Index(fields=["tenant", "contact", "received_at"], name="inquiry_by_contact"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PromotionSignup",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("promotion", models.CharField(max_length=200)),
                ("guest", models.JSONField(default=dict)),
                ("signed_up_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promotion_signups",
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
                    models.Index(fields=["tenant", "signed_up_at", "id"], name="signup_by_time"),
                    models.Index(fields=["tenant", "updated_at", "id"], name="signup_by_update"),
                    models.Index(fields=["tenant", "contact", "signed_up_at"], name="signup_by_contact"),
                ],
            },
        ),
        EnableRowLevelSecurity("Inquiry"),
        CompositeForeignKey("Inquiry", "venue", "tenants.Venue"),
        CompositeForeignKey("Inquiry", "contact", "crm.Contact"),
        EnableRowLevelSecurity("PromotionSignup"),
        CompositeForeignKey("PromotionSignup", "venue", "tenants.Venue"),
        CompositeForeignKey("PromotionSignup", "contact", "crm.Contact"),
    ]
