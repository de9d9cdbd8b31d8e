from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """By itself and concurrently: every contact has a row of statistics, and nobody waits for their index."""

    atomic = False

    dependencies = [
        ("crm", "0004_visits_by_day"),
    ]

    operations = [
        AddIndexConcurrently(
            "contactstats",
            models.Index(
                fields=["tenant", "review_average", "contact"],
                name="stats_by_rating",
                condition=models.Q(review_count__gt=0),
            ),
        ),
    ]
