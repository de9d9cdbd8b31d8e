from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consent", "0002_suppressions")]

    operations = [
        migrations.RemoveIndex(model_name="consentstatus", name="consent_pending"),
        migrations.AddIndex(
            model_name="consentstatus",
            index=models.Index(
                condition=models.Q(("pending_since__isnull", False)), fields=["pending_since"], name="consent_awaited"
            ),
        ),
        migrations.AddField(
            model_name="consentsuppression",
            name="address",
            field=models.CharField(blank=True, db_collation="C", default="", max_length=254),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="consentsuppression",
            index=models.Index(fields=["tenant", "address"], name="suppression_by_address"),
        ),
    ]
