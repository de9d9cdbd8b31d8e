"""Searching the guest list (R-CRM-4): what a query asks for, as conditions on contacts.

Each needle is a range over the tokens, which may use its index under row level security. Where few contacts have all
needles, those are gathered first, and everything else is asked of them: left to itself the server walks the sorted list in
the hope of an early match, and the Rossis all stand together. What many have is left to that walk, which then ends soon.
A phrase is always sought among those who have its words, since the server takes it for far rarer than it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet

from crm import search_text
from crm.models import Contact, SearchToken
from crm.search_text import Needle

# Tokens of one needle whose contacts are fetched and sorted in some 20 ms; of several, where finding them costs as much.
FEW, FEW_OF_SEVERAL = 20_000, 5_000


def matching(contacts: QuerySet[Contact, Any], q: str, *, country: str | None = None) -> QuerySet[Contact, Any]:
    """The contacts among these that match the query; `country` is the tenant's, for phones typed as dialled there."""
    query = search_text.parse(q, country)
    if query.needles and (query.phrases or _are_few_holders_of(query.needles)):
        contacts = contacts.filter(among(_holders(query.needles).values("contact").distinct()))
    else:
        for needle in query.needles:
            contacts = contacts.filter(Exists(_tokens(needle).filter(contact=OuterRef("pk"))))
    for phrase in query.phrases:
        contacts = contacts.filter(phrase_text__contains=search_text.phrase_pattern(phrase))
    return contacts


def among(ids: QuerySet[Any, Any]) -> _IsAmong:
    """Contacts among these ids, which are gathered before anything else is done, whatever the server expects."""
    return _IsAmong(F("pk"), ArraySubquery(ids))


def _are_few_holders_of(needles: Sequence[Needle]) -> bool:
    few = FEW if len(needles) == 1 else FEW_OF_SEVERAL
    return not _holders(needles)[few : few + 1].exists()


def _holders(needles: Sequence[Needle]) -> QuerySet[SearchToken, Any]:
    """The tokens of the first needle whose contacts have the others too."""
    first, *others = needles
    tokens = _tokens(first)
    for needle in others:
        tokens = tokens.filter(Exists(_tokens(needle).filter(contact=OuterRef("contact"))))
    return tokens


def _tokens(needle: Needle) -> QuerySet[SearchToken, Any]:
    ranges = Q()
    for prefix in _prefixes(needle):
        ranges |= Q(token__gte=prefix, token__lt=search_text.upper_bound(prefix))
    tokens: QuerySet[SearchToken, Any] = SearchToken.objects.filter(ranges)
    return tokens


def _prefixes(needle: Needle) -> list[str]:
    return [needle.prefix, *([f"{search_text.PHONE_MARK}{needle.digits}"] if needle.digits is not None else [])]


class _IsAmong(Func):
    """`id = ANY (ARRAY(SELECT ...))`, which the server does not turn into a join."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()
