from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """By itself and concurrently: reviews are many, and nobody waits for their index."""

    atomic = False

    dependencies = [
        ("crm", "0005_stats_by_rating"),
    ]

    operations = [
        AddIndexConcurrently(
            "review",
            models.Index(
                fields=["tenant", "booking_id"],
                name="review_by_booking",
                condition=models.Q(booking_id__isnull=False),
            ),
        ),
    ]
