from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """By itself and concurrently: the inbox looks for few rows among all that was ever written."""

    atomic = False

    dependencies = [
        ("outreach", "0004_former_contacts"),
    ]

    operations = [
        AddIndexConcurrently(
            "inquiry",
            models.Index(
                fields=["tenant", "received_at", "id"],
                name="inquiry_open",
                condition=models.Q(handled_at__isnull=True),
            ),
        ),
        AddIndexConcurrently(
            "message",
            models.Index(fields=["tenant", "at", "id"], name="message_received", condition=models.Q(direction="in")),
        ),
        AddIndexConcurrently(
            "message",
            models.Index(fields=["tenant", "at", "id"], name="message_failed", condition=models.Q(status="failed")),
        ),
    ]
