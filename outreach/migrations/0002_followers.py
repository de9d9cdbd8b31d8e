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
        ("tenants", "0001_initial"),
        ("outreach", "0001_signups_and_inquiries"),
    ]

    operations = [
        migrations.CreateModel(
            name="Follower",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("external_id", models.CharField(max_length=120)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followers",
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
                    models.UniqueConstraint(fields=("tenant", "external_id"), name="one_follower_per_external_id")
                ],
                "indexes": [
                    models.Index(fields=["tenant", "created_at", "id"], name="follower_by_creation"),
                    models.Index(fields=["tenant", "updated_at", "id"], name="follower_by_update"),
                    models.Index(fields=["tenant", "contact"], name="follower_by_contact"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Follow",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("followed_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "follower",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="follows",
                        to="outreach.follower",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "follower", "venue"), name="a_venue_once_per_follower")
                ],
                "indexes": [models.Index(fields=["tenant", "venue", "follower"], name="follow_by_venue")],
            },
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("email", models.CharField(db_collation="C", max_length=254)),
                ("guest", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
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
                    "follower",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="confirmations",
                        to="outreach.follower",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "follower", "created_at"], name="confirmation_by_follower"),
                    models.Index(fields=["tenant", "email", "created_at"], name="confirmation_by_email"),
                    models.Index(fields=["tenant", "expires_at"], name="confirmation_by_end"),
                ],
            },
        ),
        EnableRowLevelSecurity("Follower"),
        CompositeForeignKey("Follower", "contact", "crm.Contact"),
        EnableRowLevelSecurity("Follow"),
        CompositeForeignKey("Follow", "follower", "Follower"),
        CompositeForeignKey("Follow", "venue", "tenants.Venue"),
        EnableRowLevelSecurity("Confirmation"),
        CompositeForeignKey("Confirmation", "follower", "Follower"),
    ]
