"""What consent holds on people: where to look, what a guest is handed, what counts as activity (R-PRIV-1, R-PRIV-2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import F, Q, Value

from consent.models import ConsentEntry, ConsentStatus, ConsentSuppression, UndeliverableAddress
from consent.status import Status
from crm import activity
from crm.data_export import listed
from crm.holdings import Place
from crm.models import ContactIdentifier
from tenants import keyed_hash

CONSENT = "consent"
# The status of an address belongs to who has it.
_HOLDER = (
    f"(SELECT holder.contact_id FROM {ContactIdentifier._meta.db_table} holder "  # noqa: S608 (our own table)
    "WHERE holder.tenant_id = $1 AND holder.value = address ORDER BY holder.is_key DESC LIMIT 1)"
)
HOLDINGS = (
    Place(CONSENT, ConsentStatus._meta.db_table, "address", "changed_at", contact=_HOLDER, state="status"),
    *(
        Place(kind, table._meta.db_table, "''", "since", contact="NULL::uuid", hash="digest", state="channel")
        for kind, table in (("suppression", ConsentSuppression), ("undeliverable", UndeliverableAddress))
    ),
)
# A consent given, or renewed by what the guest did.
ACTIVITY = (activity.rows_since(ConsentEntry, "at", also=f"(status = '{Status.EXPLICIT.value}' OR renews_clock)"),)


def export(contact_ids: list[UUID]) -> dict[str, Any]:
    """What the addresses that the contacts have or had amount to, and the ledger's lines of them: not what another of the
    family did with the phone they share."""
    held = ContactIdentifier.objects.filter(contact__in=contact_ids).values_list("value", flat=True)
    addresses = set(held) | set(ConsentEntry.objects.filter(contact__in=contact_ids).values_list("address", flat=True))
    statuses = ConsentStatus.objects.filter(address__in=addresses).order_by("address", "venue", "channel")
    suppressed = (
        ConsentSuppression.objects.filter(address__in=addresses)
        .annotate(status=Value(Status.UNSUBSCRIBED.value), changed_at=F("since"))
        .order_by("address", "venue", "channel")
    )
    shown = ("venue__name", "channel", "address", "status", "changed_at", "source")
    own = Q(contact__in=contact_ids) | Q(contact=None)
    digests = {keyed_hash.of(address): address for address in addresses}
    bounced = UndeliverableAddress.objects.filter(digest__in=list(digests)).order_by("since", "pk")
    ledger = ConsentEntry.objects.filter(own, address__in=addresses).order_by("address", "venue", "channel", "number")
    return {
        "consents": [*listed(statuses, *shown), *listed(suppressed, *shown)],
        "undeliverable_addresses": [
            {"channel": one.channel, "address": digests[one.digest], "since": one.since} for one in bounced
        ],
        "consent_ledger": listed(
            ledger, *("venue__name", "channel", "address", "event", "status", "source", "evidence", "at", "created_at")
        ),
    }
