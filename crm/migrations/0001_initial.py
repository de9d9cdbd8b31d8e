import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.db import migrations, models

import tenants.base
import tenants.scope
from tenants.initial_migration import InitialMigration
from tenants.rls import CompositeForeignKey, EnableRowLevelSecurity

# What an index scan for a word needs to know of the contact's other words lies in the index itself (ADR 10).
SEARCH_KEY = (
    "ALTER TABLE crm_searchtoken DROP CONSTRAINT crm_searchtoken_pkey, ADD PRIMARY KEY (tenant_id, token, contact_id)"
)


class Migration(InitialMigration):
    dependencies = [
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
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
                            ("registered", "registered"),
                            ("unregistered", "unregistered"),
                            ("anonymous", "anonymous"),
                        ],
                        default="unregistered",
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "active"),
                            ("deleted", "in the bin"),
                            ("merged", "merged"),
                            ("erased", "erased"),
                        ],
                        default="active",
                        max_length=8,
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=20)),
                ("first_name", models.CharField(blank=True, max_length=100)),
                ("last_name", models.CharField(blank=True, max_length=100)),
                ("email", models.CharField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=16)),
                ("phone_extension", models.CharField(blank=True, max_length=20)),
                ("language", models.CharField(blank=True, max_length=5)),
                ("birthday", models.CharField(blank=True, max_length=10)),
                ("birth_month", models.PositiveSmallIntegerField(default=0)),
                ("birth_day", models.PositiveSmallIntegerField(default=0)),
                ("address", models.CharField(blank=True, max_length=200)),
                ("postcode", models.CharField(blank=True, max_length=20)),
                ("city", models.CharField(blank=True, max_length=100)),
                ("company", models.CharField(blank=True, max_length=120)),
                ("nickname", models.CharField(blank=True, max_length=100)),
                ("notes", models.TextField(blank=True, max_length=5000)),
                (
                    "first_channel",
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
                    "last_channel",
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
                ("first_contact_on", models.DateField()),
                ("registered_at", models.DateTimeField(null=True)),
                ("last_activity_at", models.DateTimeField()),
                ("profile_at", models.DateTimeField()),
                ("has_suspect_key", models.BooleanField(default=False)),
                ("deleted_at", models.DateTimeField(null=True)),
                ("sort_name", models.CharField(db_collation="C", max_length=255)),
                ("phrase_text", models.TextField(default="")),
                ("imported_visit_count", models.PositiveIntegerField(default=0)),
                ("imported_order_count", models.PositiveIntegerField(default=0)),
                ("imported_spend_minor", models.BigIntegerField(default=0)),
                ("imported_last_visit_on", models.DateField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
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
                ("anniversary", models.CharField(blank=True, default="", max_length=10)),
                (
                    "merged_into",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="crm.contact",
                    ),
                ),
                ("erase_on", models.DateField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "active")),
                        fields=["tenant", "sort_name", "id"],
                        name="contact_by_name",
                    ),
                    models.Index(
                        condition=models.Q(("state", "active")),
                        fields=["tenant", "first_contact_on", "id"],
                        name="contact_by_first",
                    ),
                    models.Index(
                        condition=models.Q(("state", "active")),
                        fields=["tenant", "created_at", "id"],
                        name="contact_by_created",
                    ),
                    models.Index(
                        condition=models.Q(("state", "active")),
                        fields=["tenant", "updated_at", "id"],
                        name="contact_by_updated",
                    ),
                    models.Index(
                        condition=models.Q(("state", "deleted")),
                        fields=["tenant", "deleted_at", "id"],
                        name="contact_in_bin",
                    ),
                    models.Index(
                        condition=models.Q(("has_suspect_key", True)), fields=["tenant", "id"], name="contact_suspect"
                    ),
                    models.Index(
                        condition=models.Q(("state", "active")),
                        fields=["tenant", "language", "sort_name", "id"],
                        name="contact_by_language",
                    ),
                    models.Index(
                        condition=models.Q(("state", "active")),
                        fields=["tenant", "first_channel", "sort_name", "id"],
                        name="contact_by_channel",
                    ),
                    models.Index(
                        condition=models.Q(("birth_month__gt", 0), ("state", "active")),
                        fields=["tenant", "birth_month", "birth_day"],
                        name="contact_by_birthday",
                    ),
                    models.Index(
                        condition=models.Q(("merged_into__isnull", False)),
                        fields=["tenant", "merged_into"],
                        name="contact_by_winner",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("imported_visit_count__gt", 0),
                            ("imported_order_count__gt", 0),
                            models.Q(("imported_spend_minor", 0), _negated=True),
                            ("imported_last_visit_on__isnull", False),
                            _connector="OR",
                        ),
                        fields=["tenant", "id"],
                        name="contact_imported",
                    ),
                    models.Index(
                        condition=models.Q(("erase_on__isnull", False)),
                        fields=["tenant", "erase_on"],
                        name="contact_to_erase",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("code", ""), _negated=True),
                        fields=("tenant", "code"),
                        name="one_contact_per_code",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactIdentifier",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(choices=[("email", "e-mail"), ("phone", "phone")], max_length=5)),
                ("value", models.CharField(db_collation="C", max_length=254)),
                ("is_key", models.BooleanField()),
                ("is_active", models.BooleanField(default=True)),
                ("is_main", models.BooleanField(default=True)),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identifiers",
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
                "indexes": [
                    models.Index(fields=["tenant", "value"], name="identifier_by_value"),
                    models.Index(fields=["contact"], name="identifier_by_contact"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_key", True)),
                        fields=("tenant", "kind", "value"),
                        name="one_contact_per_identifier",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DuplicatePair",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("phone", "same phone"), ("email", "same alternative e-mail")], max_length=20
                        ),
                        size=None,
                    ),
                ),
                ("score", models.PositiveSmallIntegerField(default=100)),
                ("is_certain", models.BooleanField(default=True)),
                ("dismissed_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "first",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.contact",
                    ),
                ),
                (
                    "second",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
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
                "indexes": [
                    models.Index(fields=["first"], name="pair_by_first"),
                    models.Index(fields=["second"], name="pair_by_second"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "first", "second"), name="one_pair_of_two_contacts"),
                    models.CheckConstraint(condition=models.Q(("first__lt", models.F("second"))), name="pair_in_order"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FieldChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("field", models.CharField(max_length=24)),
                ("old", models.TextField(blank=True)),
                ("new", models.TextField(blank=True)),
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
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_label", models.CharField(blank=True, max_length=160)),
                ("changed_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="crm.contact",
                    ),
                ),
                (
                    "reverts",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="crm.fieldchange",
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
                    models.Index(fields=["contact", "-created_at", "-id"], name="change_by_contact"),
                    models.Index(
                        condition=models.Q(("field", "email")), fields=["tenant", "old"], name="change_by_old_email"
                    ),
                    models.Index(
                        condition=models.Q(("field", "email")), fields=["tenant", "new"], name="change_by_new_email"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchToken",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant", "token", "contact", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("token", models.CharField(db_collation="C", max_length=64)),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_tokens",
                        to="crm.contact",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=tenants.scope.tenant_id,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                ("signature", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["contact", "token"], name="token_by_contact")],
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=40)),
                ("label", models.CharField(max_length=40)),
                ("is_system", models.BooleanField(default=False)),
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
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("tenant", "key"), name="one_tag_per_key")],
            },
        ),
        migrations.CreateModel(
            name="ContactTag",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("is_automatic", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_tags",
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
                    "tag",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_tags",
                        to="crm.tag",
                    ),
                ),
                ("reason", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "tag", "contact"], name="contacts_by_tag")],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "contact", "tag"), name="a_tag_once_per_contact")
                ],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("local_date", models.DateField()),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="visits",
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
                "indexes": [models.Index(fields=["tenant", "local_date", "venue"], name="visit_by_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "contact", "venue", "local_date"), name="one_visit_per_contact_venue_and_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="VisitSource",
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
                        choices=[("booking", "booking"), ("order", "order"), ("wifi", "WiFi")], max_length=8
                    ),
                ),
                ("source_id", models.UUIDField()),
                ("happened_at", models.DateTimeField()),
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
                    "visit",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sources",
                        to="crm.visit",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "kind", "source_id"), name="one_visit_per_source")
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactStats",
            fields=[
                (
                    "contact",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="stats",
                        serialize=False,
                        to="crm.contact",
                    ),
                ),
                ("visit_count", models.PositiveIntegerField(default=0)),
                ("last_visit_on", models.DateField(default=datetime.date(1, 1, 1))),
                ("booking_count", models.PositiveIntegerField(default=0)),
                ("cancelled_count", models.PositiveIntegerField(default=0)),
                ("no_show_count", models.PositiveIntegerField(default=0)),
                ("by_venue", models.JSONField(default=dict)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=tenants.scope.tenant_id,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                ("average_ticket_minor", models.BigIntegerField(default=0)),
                ("by_currency", models.JSONField(default=dict)),
                ("currency", models.CharField(default="", max_length=3)),
                ("google_rating", models.PositiveSmallIntegerField(null=True)),
                ("is_rating_falling", models.BooleanField(default=False)),
                ("last_purchase_on", models.DateField(default=datetime.date(1, 1, 1))),
                ("order_count", models.PositiveIntegerField(default=0)),
                ("purchase_count", models.PositiveIntegerField(default=0)),
                ("purchase_interval_days", models.FloatField(null=True)),
                ("review_average", models.FloatField(null=True)),
                ("review_count", models.PositiveIntegerField(default=0)),
                ("spend_minor", models.BigIntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "visit_count", "contact"], name="stats_by_visits"),
                    models.Index(fields=["tenant", "last_visit_on", "contact"], name="stats_by_last_visit"),
                    models.Index(
                        condition=models.Q(("no_show_count__gt", 0)),
                        fields=["tenant", "no_show_count", "contact"],
                        name="stats_by_no_shows",
                    ),
                    models.Index(fields=["tenant", "spend_minor", "contact"], name="stats_by_spend"),
                    models.Index(
                        condition=models.Q(("is_rating_falling", True)),
                        fields=["tenant", "contact"],
                        name="stats_falling",
                    ),
                    models.Index(
                        condition=models.Q(("review_count__gt", 0)),
                        fields=["tenant", "review_average", "contact"],
                        name="stats_by_rating",
                    ),
                    models.Index(
                        condition=models.Q(("order_count__gt", 0)),
                        fields=["tenant", "order_count", "contact"],
                        name="stats_by_orders",
                    ),
                    models.Index(
                        condition=models.Q(("purchase_count__gt", 0)),
                        fields=["tenant", "average_ticket_minor", "contact"],
                        name="stats_by_ticket",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactGroup",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=80)),
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
                "constraints": [models.UniqueConstraint(fields=("tenant", "name"), name="one_group_per_name")],
            },
        ),
        migrations.CreateModel(
            name="GroupMember",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="group_members",
                        to="crm.contact",
                    ),
                ),
                (
                    "group",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="crm.contactgroup",
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
                "indexes": [models.Index(fields=["contact"], name="group_member_by_contact")],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "group", "contact"), name="a_contact_once_per_group")
                ],
            },
        ),
        migrations.CreateModel(
            name="LiftedTag",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("lifted_by", models.CharField(blank=True, max_length=160)),
                ("lifted_at", models.DateTimeField()),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lifted_tags",
                        to="crm.contact",
                    ),
                ),
                (
                    "tag",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.tag",
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
                    models.UniqueConstraint(fields=("tenant", "contact", "tag"), name="a_tag_lifted_once_per_contact")
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("source", models.CharField(choices=[("private", "private"), ("google", "Google")], max_length=8)),
                ("external_id", models.CharField(blank=True, max_length=120)),
                ("rating", models.PositiveSmallIntegerField()),
                ("text", models.TextField(blank=True, max_length=5000)),
                ("booking_id", models.UUIDField(null=True)),
                ("reviewed_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
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
                    models.Index(fields=["tenant", "contact", "reviewed_at"], name="review_by_contact"),
                    models.Index(fields=["tenant", "reviewed_at", "id"], name="review_by_time"),
                    models.Index(
                        condition=models.Q(("booking_id__isnull", False)),
                        fields=["tenant", "booking_id"],
                        name="review_by_booking",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("tenant", "venue", "source", "external_id"),
                        name="one_review_per_external_id",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rating__gte", 1), ("rating__lte", 5)), name="one_to_five"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Segment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("filters", models.JSONField(default=dict)),
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
                "constraints": [models.UniqueConstraint(fields=("tenant", "name"), name="one_segment_per_name")],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "contact_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                ("fact_kind", models.CharField(blank=True, max_length=20)),
                ("fact_id", models.UUIDField(null=True)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("request", "asked for"),
                            ("scheduled", "put off until nothing was expected any more"),
                            ("bin", "thirty days in the bin"),
                            ("retention", "no activity for too long"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("user", "staff"),
                            ("key", "API key"),
                            ("worker", "worker"),
                            ("guest", "guest"),
                            ("system", "system"),
                        ],
                        max_length=10,
                    ),
                ),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_label", models.CharField(blank=True, max_length=160)),
                ("erased_at", models.DateTimeField()),
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
                "indexes": [models.Index(fields=["tenant", "erased_at", "id"], name="erasure_by_time")],
            },
        ),
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
        migrations.CreateModel(
            name="FactErasure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(db_collation="C", max_length=20)),
                ("fact_id", models.UUIDField()),
                ("erase_on", models.DateField()),
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
                "indexes": [models.Index(fields=["tenant", "erase_on"], name="fact_to_erase")],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "kind", "fact_id"), name="one_putting_off_per_fact")
                ],
            },
        ),
        EnableRowLevelSecurity("Contact"),
        EnableRowLevelSecurity("ContactIdentifier"),
        EnableRowLevelSecurity("SearchToken"),
        EnableRowLevelSecurity("FieldChange"),
        EnableRowLevelSecurity("DuplicatePair"),
        EnableRowLevelSecurity("ContactStats"),
        EnableRowLevelSecurity("Tag"),
        EnableRowLevelSecurity("ContactTag"),
        EnableRowLevelSecurity("Visit"),
        EnableRowLevelSecurity("VisitSource"),
        EnableRowLevelSecurity("ContactGroup"),
        EnableRowLevelSecurity("GroupMember"),
        EnableRowLevelSecurity("LiftedTag"),
        EnableRowLevelSecurity("Review"),
        EnableRowLevelSecurity("Segment"),
        EnableRowLevelSecurity("Erasure"),
        EnableRowLevelSecurity("HealthNote"),
        EnableRowLevelSecurity("PrivacyRequest"),
        EnableRowLevelSecurity("RetentionApproval"),
        EnableRowLevelSecurity("FactErasure"),
        CompositeForeignKey("ContactIdentifier", "contact", "Contact"),
        CompositeForeignKey("SearchToken", "contact", "Contact"),
        CompositeForeignKey("FieldChange", "contact", "Contact"),
        CompositeForeignKey("FieldChange", "reverts", "FieldChange"),
        CompositeForeignKey("DuplicatePair", "first", "Contact"),
        CompositeForeignKey("DuplicatePair", "second", "Contact"),
        CompositeForeignKey("ContactStats", "contact", "Contact"),
        CompositeForeignKey("ContactTag", "contact", "Contact"),
        CompositeForeignKey("ContactTag", "tag", "Tag"),
        CompositeForeignKey("Visit", "contact", "Contact"),
        CompositeForeignKey("Visit", "venue", "tenants.Venue"),
        CompositeForeignKey("VisitSource", "visit", "Visit"),
        CompositeForeignKey("Contact", "merged_into", "Contact"),
        CompositeForeignKey("GroupMember", "group", "ContactGroup"),
        CompositeForeignKey("GroupMember", "contact", "Contact"),
        CompositeForeignKey("LiftedTag", "contact", "Contact"),
        CompositeForeignKey("LiftedTag", "tag", "Tag"),
        CompositeForeignKey("Review", "venue", "tenants.Venue"),
        CompositeForeignKey("Review", "contact", "Contact"),
        CompositeForeignKey("HealthNote", "contact", "Contact"),
        migrations.RunSQL(f"{SEARCH_KEY} INCLUDE (signature)", SEARCH_KEY),
    ]
