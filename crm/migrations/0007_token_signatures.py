"""Every token says which beginnings the other words of its contact have (ADR 10, crm.search_text.signature)."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

# The same bits as crm.search_text.signature: two of 63 from the MD5 of each word's first three letters.
SIGN = """
    UPDATE crm_searchtoken token SET signature = own.signature FROM (
        SELECT tenant_id, contact_id, bit_or((1::bigint << low) | (1::bigint << high)) AS signature FROM (
            SELECT tenant_id, contact_id,
                ('x' || left(digest, 7))::bit(28)::int % 63 AS low, ('x' || substr(digest, 8, 7))::bit(28)::int % 63 AS high
            FROM (
                SELECT tenant_id, contact_id, md5(left(token, 3)) AS digest FROM crm_searchtoken
                WHERE left(token, 1) <> '#' AND length(token) >= 3
            ) AS word
        ) AS bits GROUP BY tenant_id, contact_id
    ) AS own
    WHERE token.tenant_id = own.tenant_id AND token.contact_id = own.contact_id
"""
KEY = "ALTER TABLE crm_searchtoken DROP CONSTRAINT crm_searchtoken_pkey, ADD PRIMARY KEY (tenant_id, token, contact_id)"


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("crm", "0006_reviews_by_booking")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField("searchtoken", "signature", models.BigIntegerField(default=0), preserve_default=False),
        migrations.RunSQL(SIGN, migrations.RunSQL.noop),
        migrations.RunSQL(f"{KEY} INCLUDE (signature)", KEY),
    ]
