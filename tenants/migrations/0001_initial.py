import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

import tenants.base
import tenants.scope
from tenants.initial_migration import InitialMigration
from tenants.rls import CompositeForeignKey, DefinerFunction, EnableRowLevelSecurity


class Migration(InitialMigration):
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.CharField(blank=True, max_length=120)),
                ("language", models.CharField(blank=True, max_length=5)),
                ("is_discreet", models.BooleanField(default=False)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Tenant",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("country", models.CharField(max_length=2)),
                ("language", models.CharField(default="en", max_length=5)),
                ("auto_merge", models.BooleanField(default=False)),
                ("retention_months", models.PositiveSmallIntegerField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="Venue",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("country", models.CharField(max_length=2)),
                ("timezone", models.CharField(max_length=64)),
                ("currency", models.CharField(max_length=3)),
                (
                    "consent_regime",
                    models.CharField(
                        choices=[("gdpr", "GDPR (European Union)"), ("casl", "CASL (Canada)")], max_length=4
                    ),
                ),
                ("double_opt_in", models.BooleanField(default=False)),
                ("day_starts_at", models.TimeField(default=datetime.time(0, 0))),
                ("no_show_grace_minutes", models.PositiveSmallIntegerField(default=15)),
                ("ordering_paused", models.BooleanField(default=False)),
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
                ("legal_name", models.CharField(blank=True, default="", max_length=200)),
                ("postal_address", models.CharField(blank=True, default="", max_length=300)),
                ("contact_details", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("tenant", "name"), name="one_venue_per_name")],
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("prefix", models.CharField(db_index=True, max_length=12)),
                ("secret_hash", models.CharField(max_length=64)),
                (
                    "preset",
                    models.CharField(
                        choices=[
                            ("widget", "Booking widget"),
                            ("pos", "Point of sale"),
                            ("wifi", "Guest WiFi"),
                            ("read", "Read only"),
                            ("admin", "Administration"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "permissions",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None),
                ),
                (
                    "origins",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), default=list, size=None
                    ),
                ),
                ("expires_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
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
                (
                    "venue",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.venue",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("tenant", "prefix"), name="one_key_per_prefix")],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "Owner"),
                            ("manager", "Manager"),
                            ("host", "Host"),
                            ("marketer", "Marketer"),
                        ],
                        max_length=10,
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
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
                "constraints": [models.UniqueConstraint(fields=("tenant", "user"), name="one_membership_per_user")],
            },
        ),
        EnableRowLevelSecurity("Tenant", "id"),
        EnableRowLevelSecurity("Venue"),
        EnableRowLevelSecurity("Membership"),
        EnableRowLevelSecurity("ApiKey"),
        CompositeForeignKey("ApiKey", "venue", "Venue"),
        DefinerFunction(
            "keys_with_prefix",
            "key_prefix text",
            "SELECT k.tenant_id, k.id FROM tenants_apikey k WHERE k.prefix = key_prefix",
        ),
        DefinerFunction(
            "memberships_of_user",
            "member uuid",
            "SELECT m.tenant_id, m.id FROM tenants_membership m WHERE m.user_id = member AND m.is_active",
        ),
        DefinerFunction(
            "tenants_with_slug",
            "tenant_slug text",
            "SELECT t.id, t.id FROM tenants_tenant t WHERE t.slug = tenant_slug",
        ),
        DefinerFunction("all_tenants", "", "SELECT t.id, t.id FROM tenants_tenant t ORDER BY t.id"),
    ]
