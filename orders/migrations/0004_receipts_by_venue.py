from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """By itself and concurrently: receipts are many, and nobody waits for their index."""

    atomic = False

    dependencies = [
        ("orders", "0003_blocks_and_discounts"),
    ]

    operations = [
        AddIndexConcurrently(
            "receipt", models.Index(fields=["tenant", "venue", "closed_at", "id"], name="receipt_by_venue")
        ),
        AddIndexConcurrently(
            "receipt",
            models.Index(
                fields=["tenant", "venue", "closed_at", "id"],
                name="receipt_unlinked",
                condition=models.Q(contact__isnull=True),
            ),
        ),
    ]
