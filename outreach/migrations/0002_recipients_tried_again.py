from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("outreach", "0001_initial")]

    operations: ClassVar[list[Operation]] = [
        migrations.AlterField(
            model_name="campaignrecipient",
            name="status",
            field=models.CharField(
                choices=[
                    ("waiting", "waiting"),
                    ("later", "to be tried again"),
                    ("again", "being tried again"),
                    ("written", "written to"),
                    ("excluded", "left out"),
                ],
                default="waiting",
                max_length=8,
            ),
        ),
    ]
