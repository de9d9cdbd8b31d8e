from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0006_blocked_addresses"),
        ("tenants", "0002_sender"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="orderline",
            name="order_line_by_category",
        ),
        migrations.RemoveIndex(
            model_name="receiptline",
            name="receipt_line_by_category",
        ),
        migrations.AddIndex(
            model_name="orderline",
            index=models.Index(fields=["tenant", "category_key", "item_key", "order"], name="order_line_by_keys"),
        ),
        migrations.AddIndex(
            model_name="receiptline",
            index=models.Index(fields=["tenant", "category_key", "item_key", "receipt"], name="receipt_line_by_keys"),
        ),
    ]
