"""Searching the guest list (R-CRM-4): what a query asks for, as conditions on contacts.

Each needle is a range over the tokens, which may use its index under row level security; a phrase is checked on the few
contacts that its needles left.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from crm import search_text
from crm.models import Contact, SearchToken


def matching(contacts: QuerySet[Contact, Any], q: str, *, country: str | None = None) -> QuerySet[Contact, Any]:
    """The contacts among these that match the query; `country` is the tenant's, for phones typed as dialled there."""
    query = search_text.parse(q, country)
    for needle in query.needles:
        contacts = contacts.filter(_has_token(needle))
    for phrase in query.phrases:
        contacts = contacts.filter(phrase_text__contains=search_text.phrase_pattern(phrase))
    return contacts


def _has_token(needle: search_text.Needle) -> Exists:
    ranges = _beginning_with(needle.prefix)
    if needle.digits is not None:
        ranges |= _beginning_with(f"{search_text.PHONE_MARK}{needle.digits}")
    return Exists(SearchToken.objects.filter(ranges, contact=OuterRef("pk")))


def _beginning_with(prefix: str) -> Q:
    return Q(token__gte=prefix, token__lt=search_text.upper_bound(prefix))
