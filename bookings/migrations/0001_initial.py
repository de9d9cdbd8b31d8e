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
            name="Booking",
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
                        choices=[("reservation", "reservation"), ("walk_in", "walk-in"), ("queue", "queue")],
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
                            ("requested", "Requested"),
                            ("confirmed", "Confirmed"),
                            ("queued", "In the queue"),
                            ("arrived", "Arrived"),
                            ("finished", "Finished"),
                            ("cancelled", "Cancelled"),
                            ("no_show", "No-show"),
                            ("rejected", "Rejected"),
                        ],
                        max_length=10,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("service_date", models.DateField()),
                ("party_size", models.PositiveSmallIntegerField()),
                ("notes", models.CharField(blank=True, max_length=1000)),
                ("table", models.CharField(blank=True, max_length=40)),
                ("occasion", models.CharField(blank=True, max_length=80)),
                ("is_late", models.BooleanField(default=False)),
                ("provider", models.CharField(blank=True, max_length=40)),
                ("external_id", models.CharField(blank=True, max_length=120)),
                ("guest", models.JSONField(default=dict)),
                ("arrived_at", models.DateTimeField(null=True)),
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
                        related_name="bookings",
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
                    models.Index(fields=["tenant", "venue", "service_date", "starts_at"], name="booking_by_day"),
                    models.Index(fields=["tenant", "starts_at", "id"], name="booking_by_start"),
                    models.Index(fields=["tenant", "updated_at", "id"], name="booking_by_update"),
                    models.Index(fields=["tenant", "contact", "starts_at"], name="booking_by_contact"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("tenant", "venue", "provider", "external_id"),
                        name="one_booking_per_external_id",
                    ),
                    models.CheckConstraint(condition=models.Q(("party_size__gte", 1)), name="somebody_is_coming"),
                ],
            },
        ),
        EnableRowLevelSecurity("Booking"),
        CompositeForeignKey("Booking", "venue", "tenants.Venue"),
        CompositeForeignKey("Booking", "contact", "crm.Contact"),
    ]
