import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.db import migrations, models

import tenants.base
import tenants.scope
from tenants.rls import CompositeForeignKey, DefinerFunction, EnableRowLevelSecurity

TENANT = (
    "tenant",
    models.ForeignKey(
        db_index=False,
        default=tenants.scope.tenant_id,
        editable=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="tenants.tenant",
    ),
)
ID = (
    "id",
    models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False),
)


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0008_figures_of_few"),
        ("tenants", "0001_initial"),
        ("outreach", "0005_open_and_failed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ID,
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
                TENANT,
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
            name="CampaignRecipient",
            fields=[
                ID,
                ("address", models.CharField(db_collation="C", max_length=254)),
                (
                    "status",
                    models.CharField(
                        choices=[("waiting", "waiting"), ("written", "written to"), ("excluded", "left out")],
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
                            ("address_changed", "has another address now"),
                        ],
                        max_length=24,
                    ),
                ),
                TENANT,
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
        migrations.AddField(
            model_name="message",
            name="campaign",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="outreach.campaign",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("campaign__isnull", False)),
                fields=["tenant", "campaign", "status"],
                name="message_by_campaign",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(("campaign__isnull", False), models.Q(("address", ""), _negated=True)),
                fields=("tenant", "campaign", "address"),
                name="one_message_per_campaign_and_address",
            ),
        ),
        EnableRowLevelSecurity("Campaign"),
        EnableRowLevelSecurity("CampaignRecipient"),
        CompositeForeignKey("Campaign", "venue", "tenants.Venue"),
        CompositeForeignKey("Campaign", "group", "crm.ContactGroup"),
        CompositeForeignKey("Campaign", "segment", "crm.Segment"),
        CompositeForeignKey("Campaign", "template", "MessageTemplate"),
        CompositeForeignKey("CampaignRecipient", "campaign", "Campaign"),
        CompositeForeignKey("CampaignRecipient", "contact", "crm.Contact"),
        CompositeForeignKey("Message", "campaign", "Campaign"),
        DefinerFunction(
            "due_campaigns",
            "",
            "SELECT c.tenant_id, c.id FROM outreach_campaign c "
            "WHERE c.status = 'sending' AND c.lease_until < now() ORDER BY c.lease_until",
        ),
    ]
