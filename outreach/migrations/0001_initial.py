import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.db import migrations, models

import tenants.base
import tenants.scope
from tenants.initial_migration import InitialMigration
from tenants.rls import CompositeForeignKey, DefinerFunction, EnableRowLevelSecurity


class Migration(InitialMigration):
    dependencies = [
        ("crm", "0001_initial"),
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
                    models.Index(
                        condition=models.Q(("handled_at__isnull", True)),
                        fields=["tenant", "received_at", "id"],
                        name="inquiry_open",
                    ),
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
        migrations.CreateModel(
            name="MessageTemplate",
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
                            ("ask_opinion", "request for an opinion"),
                            ("invite", "invitation"),
                            ("free", "message"),
                        ],
                        max_length=12,
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("it", "Italian"), ("fr", "French"), ("pl", "Polish")], max_length=5
                    ),
                ),
                ("channel", models.CharField(choices=[("email", "e-mail"), ("sms", "SMS")], max_length=5)),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("text", models.TextField(blank=True, max_length=5000)),
                ("is_builtin", models.BooleanField(default=False)),
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
                "indexes": [models.Index(fields=["tenant", "created_at", "id"], name="template_by_time")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_builtin", True)),
                        fields=("tenant", "kind", "language", "channel"),
                        name="one_builtin_template_per_kind_language_and_channel",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_builtin", False)),
                        fields=("tenant", "name", "language", "channel"),
                        name="one_template_per_name_language_and_channel",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FormerContact",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
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
                (
                    "follower",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_contacts",
                        to="outreach.follower",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "contact", "follower"), name="a_follower_once_per_former_contact"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("channel", models.CharField(choices=[("email", "e-mail"), ("sms", "SMS")], max_length=5)),
                ("audience_name", models.CharField(max_length=80)),
                ("template_name", models.CharField(blank=True, max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ask_opinion", "request for an opinion"),
                            ("invite", "invitation"),
                            ("free", "message"),
                        ],
                        max_length=12,
                    ),
                ),
                ("words", models.JSONField(default=dict)),
                ("language", models.CharField(blank=True, max_length=5)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("sending", "being sent"),
                            ("sent", "sent"),
                            ("cancelled", "cancelled"),
                            ("failed", "failed"),
                        ],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("recipient_count", models.PositiveIntegerField(default=0)),
                ("left_out", models.JSONField(default=dict)),
                ("lease_holder", models.CharField(blank=True, max_length=64)),
                ("lease_until", models.DateTimeField(null=True)),
                ("attempt_count", models.PositiveSmallIntegerField(default=0)),
                ("failure", models.CharField(blank=True, max_length=40)),
                (
                    "actor_kind",
                    models.CharField(
                        blank=True,
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
                ("created_by", models.CharField(blank=True, max_length=160)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
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
                    "group",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="crm.contactgroup",
                    ),
                ),
                (
                    "segment",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="crm.segment",
                    ),
                ),
                (
                    "template",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="outreach.messagetemplate",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "created_at", "id"], name="campaign_by_time"),
                    models.Index(
                        condition=models.Q(("status", "sending")), fields=["lease_until"], name="campaign_at_work"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("direction", models.CharField(choices=[("in", "received"), ("out", "sent")], max_length=3)),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "e-mail"), ("sms", "SMS"), ("app", "app"), ("form", "contact form")],
                        max_length=5,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ask_opinion", "request for an opinion"),
                            ("invite", "invitation"),
                            ("reply", "reply"),
                            ("free", "message"),
                            ("inquiry", "inquiry"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        blank=True,
                        choices=[("marketing", "marketing"), ("service", "service"), ("reply", "reply")],
                        max_length=10,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("sent", "Sent"),
                            ("failed", "Not sent"),
                            ("received", "Received"),
                        ],
                        max_length=8,
                    ),
                ),
                ("address", models.CharField(blank=True, db_collation="C", max_length=254)),
                ("language", models.CharField(blank=True, max_length=5)),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("text", models.TextField(max_length=5000)),
                ("error", models.CharField(blank=True, max_length=24)),
                ("error_detail", models.CharField(blank=True, max_length=300)),
                ("provider_id", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                ("sent_on", models.DateField()),
                ("claimed_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("sent_by", models.CharField(blank=True, max_length=160)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
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
                (
                    "template",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="outreach.messagetemplate",
                    ),
                ),
                (
                    "campaign",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="outreach.campaign",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "at", "id"], name="message_by_time"),
                    models.Index(fields=["tenant", "contact", "at", "id"], name="message_by_contact"),
                    models.Index(
                        condition=models.Q(("status", "queued")), fields=["tenant", "created_at"], name="message_queued"
                    ),
                    models.Index(
                        condition=models.Q(("template__isnull", False)),
                        fields=["tenant", "template"],
                        name="message_by_template",
                    ),
                    models.Index(
                        condition=models.Q(("direction", "in")), fields=["tenant", "at", "id"], name="message_received"
                    ),
                    models.Index(
                        condition=models.Q(("status", "failed")), fields=["tenant", "at", "id"], name="message_failed"
                    ),
                    models.Index(
                        condition=models.Q(("campaign__isnull", False)),
                        fields=["tenant", "campaign", "status"],
                        name="message_by_campaign",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("campaign__isnull", False), models.Q(("address", ""), _negated=True)),
                        fields=("tenant", "campaign", "address"),
                        name="one_message_per_campaign_and_address",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignRecipient",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("address", models.CharField(db_collation="C", max_length=254)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("later", "to be tried again"),
                            ("written", "written to"),
                            ("excluded", "left out"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_address", "no address on this channel"),
                            ("duplicate_address", "the same address as another contact"),
                            ("contact_deleted", "not in the list any more"),
                            ("unsubscribed", "unsubscribed"),
                            ("not_marketable", "has not agreed to be written to"),
                            ("undeliverable", "the address does not work"),
                            ("erasure_asked", "asked for their data to be cleared"),
                            ("address_changed", "has another address now"),
                        ],
                        max_length=24,
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
                    "campaign",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recipients",
                        to="outreach.campaign",
                    ),
                ),
                (
                    "contact",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.contact",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("address", ""), _negated=True),
                        fields=("tenant", "campaign", "address"),
                        name="an_address_once_per_campaign",
                    )
                ],
                "indexes": [
                    models.Index(fields=["tenant", "campaign", "status", "reason", "id"], name="recipient_by_status"),
                    models.Index(fields=["tenant", "contact"], name="recipient_by_contact"),
                ],
            },
        ),
        EnableRowLevelSecurity("Inquiry"),
        EnableRowLevelSecurity("PromotionSignup"),
        EnableRowLevelSecurity("Follower"),
        EnableRowLevelSecurity("Follow"),
        EnableRowLevelSecurity("Confirmation"),
        EnableRowLevelSecurity("MessageTemplate"),
        EnableRowLevelSecurity("Message"),
        EnableRowLevelSecurity("FormerContact"),
        EnableRowLevelSecurity("Campaign"),
        EnableRowLevelSecurity("CampaignRecipient"),
        CompositeForeignKey("Inquiry", "venue", "tenants.Venue"),
        CompositeForeignKey("Inquiry", "contact", "crm.Contact"),
        CompositeForeignKey("PromotionSignup", "venue", "tenants.Venue"),
        CompositeForeignKey("PromotionSignup", "contact", "crm.Contact"),
        CompositeForeignKey("Follower", "contact", "crm.Contact"),
        CompositeForeignKey("Follow", "follower", "Follower"),
        CompositeForeignKey("Follow", "venue", "tenants.Venue"),
        CompositeForeignKey("Confirmation", "follower", "Follower"),
        CompositeForeignKey("Message", "contact", "crm.Contact"),
        CompositeForeignKey("Message", "venue", "tenants.Venue"),
        CompositeForeignKey("Message", "template", "MessageTemplate"),
        CompositeForeignKey("FormerContact", "follower", "Follower"),
        CompositeForeignKey("FormerContact", "contact", "crm.Contact"),
        CompositeForeignKey("Campaign", "venue", "tenants.Venue"),
        CompositeForeignKey("Campaign", "group", "crm.ContactGroup"),
        CompositeForeignKey("Campaign", "segment", "crm.Segment"),
        CompositeForeignKey("Campaign", "template", "MessageTemplate"),
        CompositeForeignKey("CampaignRecipient", "campaign", "Campaign"),
        CompositeForeignKey("CampaignRecipient", "contact", "crm.Contact"),
        CompositeForeignKey("Message", "campaign", "Campaign"),
        DefinerFunction(
            "due_messages",
            "",
            "SELECT m.tenant_id, m.id FROM outreach_message m WHERE m.status = 'queued' AND "
            "coalesce(m.claimed_at + interval '10 minutes', m.created_at + interval '30 seconds') < now() "
            "ORDER BY m.created_at LIMIT 1000",
        ),
        DefinerFunction(
            "due_campaigns",
            "",
            "SELECT c.tenant_id, c.id FROM outreach_campaign c "
            "WHERE c.status = 'sending' AND c.lease_until < now() ORDER BY c.lease_until",
        ),
    ]
