"""Searching the guest list (R-CRM-4): what a query asks for, as conditions on contacts.

Each needle is a range over the tokens, which may use its index under row level security. Where few contacts have all
needles, those are gathered first, and everything else is asked of them: left to itself the server walks the sorted list in
the hope of an early match, and the Rossis all stand together. What many have is left to that walk, which then ends soon.
A phrase is always sought among those who have its words, since the server takes it for far rarer than it is.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, UUIDField, Value

from crm import search_text
from crm.models import Contact, SearchToken
from crm.search_text import Needle

# The contacts of so many tokens are fetched and sorted in some 20 ms. Those of several needles are known one by one by
# then, since finding them is the greater part of the work.
FEW, FEW_OF_SEVERAL = 20_000, 5_000


def matching(contacts: QuerySet[Contact, Any], q: str, *, country: str | None = None) -> QuerySet[Contact, Any]:
    """The contacts among these that match the query; `country` is the tenant's, for phones typed as dialled there."""
    query = search_text.parse(q, country)
    holders = _few_holders(query)
    if holders is not None:
        contacts = contacts.filter(_IsAmong(F("pk"), holders))
    else:
        for needle in query.needles:
            contacts = contacts.filter(Exists(_tokens(needle).filter(contact=OuterRef("pk"))))
    for phrase in query.phrases:
        contacts = contacts.filter(phrase_text__contains=search_text.phrase_pattern(phrase))
    return contacts


def among(ids: QuerySet[Any, Any]) -> _IsAmong:
    """Contacts among these ids, which are gathered before anything else is done, whatever the server expects."""
    return _IsAmong(F("pk"), ArraySubquery(ids))


def _few_holders(query: search_text.Query) -> ArraySubquery | Value | None:
    """The ids of the contacts that have all needles, as an array; None where many have them."""
    if not query.needles:
        return None
    holders = _holders(query.needles)
    if query.phrases or (len(query.needles) == 1 and _is_rare(query.needles[0])):
        return ArraySubquery(holders.values("contact").distinct())
    if len(query.needles) > 1:
        # With repetitions, so that the server may stop as soon as there are too many.
        ids = list(holders.values_list("contact", flat=True)[: FEW_OF_SEVERAL + 1])
        if len(ids) <= FEW_OF_SEVERAL:
            return Value(list(set(ids)), ArrayField(UUIDField()))
    return None


def _is_rare(needle: Needle) -> bool:
    # One range at a time: two of them at once would be read from the table, one is read from its index alone.
    return not any(_beginning_with(prefix)[FEW : FEW + 1].exists() for prefix in _prefixes(needle))


def _holders(needles: Sequence[Needle]) -> QuerySet[SearchToken, Any]:
    """The tokens of the first needle whose contacts have the others too."""
    first, *others = needles
    tokens = _tokens(first)
    for needle in others:
        tokens = tokens.filter(Exists(_tokens(needle).filter(contact=OuterRef("contact"))))
    return tokens


def _tokens(needle: Needle) -> QuerySet[SearchToken, Any]:
    ranges = [Q(token__gte=prefix, token__lt=search_text.upper_bound(prefix)) for prefix in _prefixes(needle)]
    tokens: QuerySet[SearchToken, Any] = SearchToken.objects.filter(functools.reduce(operator.or_, ranges))
    return tokens


def _beginning_with(prefix: str) -> QuerySet[SearchToken, Any]:
    return _tokens(Needle(prefix))


def _prefixes(needle: Needle) -> list[str]:
    return [needle.prefix, *([f"{search_text.PHONE_MARK}{needle.digits}"] if needle.digits is not None else [])]


class _IsAmong(Func):
    """`id = ANY (ARRAY(SELECT ...))`, which the server does not turn into a join."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()
