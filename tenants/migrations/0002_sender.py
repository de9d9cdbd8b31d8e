from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]

    operations = [
        migrations.AddField("Venue", "legal_name", models.CharField(blank=True, max_length=200, default="")),
        migrations.AddField("Venue", "postal_address", models.CharField(blank=True, max_length=300, default="")),
        migrations.AddField("Venue", "contact_details", models.CharField(blank=True, max_length=200, default="")),
    ]
