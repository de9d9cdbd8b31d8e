from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """By themselves and concurrently: every contact has a row of statistics, and nobody waits for their indexes."""

    atomic = False

    dependencies = [
        ("crm", "0007_token_signatures"),
    ]

    operations = [
        AddIndexConcurrently(
            "contactstats",
            models.Index(
                fields=["tenant", "order_count", "contact"],
                name="stats_by_orders",
                condition=models.Q(order_count__gt=0),
            ),
        ),
        AddIndexConcurrently(
            "contactstats",
            models.Index(
                fields=["tenant", "average_ticket_minor", "contact"],
                name="stats_by_ticket",
                condition=models.Q(purchase_count__gt=0),
            ),
        ),
        AddIndexConcurrently(
            "contact",
            models.Index(
                fields=["tenant", "id"],
                name="contact_imported",
                condition=models.Q(imported_visit_count__gt=0)
                | models.Q(imported_order_count__gt=0)
                | ~models.Q(imported_spend_minor=0)
                | models.Q(imported_last_visit_on__isnull=False),
            ),
        ),
    ]
