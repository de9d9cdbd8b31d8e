"""Purchases that are none any more, voided or given back whole, prolong no consent (R-CONSENT-3).

Who keeps purchases stands above consent and says which they are, when a consent is read (crm.facets): what was undone by
mistake and bought again counts at once. Such a purchase leaves the shorter time, as a visit does that is undone.
"""

from __future__ import annotations

from crm import facets


def table() -> str:
    """All of them, for a statement that goes through many consents: `undone`, with the columns tenant_id and id."""
    undone = " UNION ALL ".join(own for facet in facets.registered() for own in facet.undone_purchases())
    return f"({undone}) AS undone (tenant_id, id)"


def condition(entry: str) -> str:
    """For one that reads few: whether the purchase behind a row of the ledger, which it calls `entry`, was undone."""
    own = f"undone.tenant_id = {entry}.tenant_id AND undone.id = {entry}.source_id"
    return f"EXISTS (SELECT FROM {table()} WHERE {own})"
