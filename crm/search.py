"""Searching the guest list (R-CRM-4): what a query asks for, as conditions on contacts.

Each needle is a range over the tokens, which may use its index under row level security. A needle that few contacts have
is looked up first, and everything else is asked of those few: left to itself the server walks the sorted list in the hope
of an early match, and the Rossis all stand together. Needles that many have are left to that walk, which then ends soon.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet

from crm import search_text
from crm.models import Contact, SearchToken
from crm.search_text import Needle
from tenants import rows, scope

# The contacts of so many tokens are fetched and sorted in some 20 ms; counting further costs more than it tells.
FEW = 20_000


def matching(contacts: QuerySet[Contact, Any], q: str, *, country: str | None = None) -> QuerySet[Contact, Any]:
    """The contacts among these that match the query; `country` is the tenant's, for phones typed as dialled there."""
    query = search_text.parse(q, country)
    needles = _rarest_first(query.needles)
    if needles and (query.phrases or needles[0][0] <= FEW):
        # A phrase is found in the text of each contact that has all its words: few, even of words that many have.
        sought = [needle for _hits, needle in needles]
        contacts = contacts.filter(_IsAmong(F("pk"), ArraySubquery(_holders(sought if query.phrases else sought[:1]))))
    for needle in query.needles:
        contacts = contacts.filter(Exists(_tokens(needle).filter(contact=OuterRef("pk"))))
    for phrase in query.phrases:
        contacts = contacts.filter(phrase_text__contains=search_text.phrase_pattern(phrase))
    return contacts


def _rarest_first(needles: Sequence[Needle]) -> list[tuple[int, Needle]]:
    """The needles with the number of their tokens, counted up to one more than FEW."""
    if not needles:
        return []
    values: list[Any] = [scope.tenant_id()]
    counts = []
    for needle in needles:
        ranges = []
        for prefix in _prefixes(needle):
            values += [prefix, search_text.upper_bound(prefix)]
            ranges.append(f"token >= ${len(values) - 1} AND token < ${len(values)}")
        found = f"SELECT FROM {SearchToken._meta.db_table} WHERE tenant_id = $1 AND ({' OR '.join(ranges)})"
        counts.append(f"(SELECT count(*) FROM ({found} LIMIT {FEW + 1}) AS hit)")  # noqa: S608 (our own table)
    (hits,) = rows.run(f"SELECT {', '.join(counts)}", *values)
    return sorted(zip(hits, needles, strict=True), key=lambda counted: counted[0])


def _holders(needles: Sequence[Needle]) -> QuerySet[SearchToken, Any]:
    """The ids of the contacts that have all these needles."""
    first, *others = needles
    tokens = _tokens(first)
    for needle in others:
        tokens = tokens.filter(Exists(_tokens(needle).filter(contact=OuterRef("contact"))))
    return tokens.values("contact").distinct()


def _tokens(needle: Needle) -> QuerySet[SearchToken, Any]:
    ranges = Q()
    for prefix in _prefixes(needle):
        ranges |= Q(token__gte=prefix, token__lt=search_text.upper_bound(prefix))
    tokens: QuerySet[SearchToken, Any] = SearchToken.objects.filter(ranges)
    return tokens


def _prefixes(needle: Needle) -> list[str]:
    return [needle.prefix, *([f"{search_text.PHONE_MARK}{needle.digits}"] if needle.digits is not None else [])]


class _IsAmong(Func):
    """`id = ANY (ARRAY(SELECT ...))`: the ids are gathered before anything else is done, whatever the server expects."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()
