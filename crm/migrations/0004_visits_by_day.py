from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """By itself and concurrently: visits are many, and nobody waits for their index."""

    atomic = False

    dependencies = [
        ("crm", "0003_every_channel"),
    ]

    operations = [
        AddIndexConcurrently("visit", models.Index(fields=["tenant", "local_date", "venue"], name="visit_by_day")),
    ]
