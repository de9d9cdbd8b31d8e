from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outreach", "0006_campaigns")]

    operations = [
        migrations.AlterField(
            model_name="campaignrecipient",
            name="status",
            field=models.CharField(
                choices=[
                    ("waiting", "waiting"),
                    ("later", "to be tried again"),
                    ("written", "written to"),
                    ("excluded", "left out"),
                ],
                default="waiting",
                max_length=8,
            ),
        ),
    ]
