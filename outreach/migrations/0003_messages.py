import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.db import migrations, models

import tenants.base
import tenants.scope
from tenants.rls import CompositeForeignKey, DefinerFunction, EnableRowLevelSecurity

# The suggested messages of tenants that are there already; founding gives them to new ones (outreach.suggested_texts).
BUILTIN_TEMPLATES = """
    INSERT INTO outreach_messagetemplate
        (id, tenant_id, kind, name, language, channel, subject, text, is_builtin, created_at, updated_at)
    SELECT gen_random_uuid(), tenant.id, kinds.kind, '', languages.code, channels.channel, '', '', TRUE, now(), now()
    FROM tenants_tenant tenant, unnest(ARRAY['ask_opinion', 'invite']) AS kinds (kind),
        unnest(ARRAY['en', 'it', 'fr', 'pl']) AS languages (code), unnest(ARRAY['email', 'sms']) AS channels (channel)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0003_every_channel"),
        ("tenants", "0001_initial"),
        ("outreach", "0002_followers"),
    ]

    operations = [
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
                        choices=[("en", "English"), ("it", "Italian"), ("fr", "French"), ("pl", "Polish")],
                        max_length=5,
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
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "at", "id"], name="message_by_time"),
                    models.Index(fields=["tenant", "contact", "at", "id"], name="message_by_contact"),
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["tenant", "created_at"],
                        name="message_queued",
                    ),
                    models.Index(
                        condition=models.Q(("template__isnull", False)),
                        fields=["tenant", "template"],
                        name="message_by_template",
                    ),
                ],
            },
        ),
        EnableRowLevelSecurity("MessageTemplate"),
        EnableRowLevelSecurity("Message"),
        CompositeForeignKey("Message", "contact", "crm.Contact"),
        CompositeForeignKey("Message", "venue", "tenants.Venue"),
        CompositeForeignKey("Message", "template", "MessageTemplate"),
        migrations.RunSQL(BUILTIN_TEMPLATES, migrations.RunSQL.noop),
        DefinerFunction(
            "due_messages",
            "",
            "SELECT m.tenant_id, m.id FROM outreach_message m WHERE m.status = 'queued' AND "
            "coalesce(m.claimed_at + interval '10 minutes', m.created_at + interval '30 seconds') < now() "
            "ORDER BY m.created_at LIMIT 1000",
        ),
    ]
