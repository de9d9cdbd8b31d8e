import django.contrib.postgres.fields
import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import tenants.scope
from tenants.rls import EnableRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0008_figures_of_few"),
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.AddField("Contact", "erase_on", models.DateField(null=True)),
        migrations.AddIndex(
            "Contact",
            models.Index(
                fields=["tenant", "erase_on"], name="contact_to_erase", condition=models.Q(erase_on__isnull=False)
            ),
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
                    "address_hashes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
                    ),
                ),
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
        EnableRowLevelSecurity("Erasure"),
    ]
