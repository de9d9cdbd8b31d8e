from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """By themselves and concurrently: purchases are many, and nobody waits for their indexes."""

    atomic = False

    dependencies = [
        ("orders", "0004_receipts_by_venue"),
    ]

    operations = [
        AddIndexConcurrently(
            "order",
            models.Index(
                fields=["tenant", "service_date", "contact"],
                name="order_by_day",
                condition=models.Q(service_date__isnull=False),
            ),
        ),
        AddIndexConcurrently(
            "order",
            models.Index(
                fields=["tenant", "status", "placed_at", "id"],
                name="order_by_status",
                condition=~models.Q(status="fulfilled"),
            ),
        ),
        AddIndexConcurrently(
            "receipt",
            models.Index(fields=["tenant", "business_date", "contact"], name="receipt_by_day"),
        ),
    ]
