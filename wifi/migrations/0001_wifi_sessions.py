from django.db import migrations


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("crm", "0003_every_channel"),
        ("tenants", "0001_initial"),
    ]

    operations = []
