from django.db import migrations


class Migration(migrations.Migration):
    # Filled by the change that brings these tables.

    dependencies = [
        ("crm", "0003_every_channel"),
        ("tenants", "0001_initial"),
        ("outreach", "0001_signups_and_inquiries"),
    ]

    operations = []
