"""Searching the guest list (R-CRM-4): what a query asks for, as conditions on contacts.

There are two ways to the contacts that have all words. Where many do, the list is walked in its order and each contact's
own text is looked at, until the page is full. Where few do, they are gathered from the tokens first, whose ranges may use
their index under row level security, and everything else is asked of those. The latest contacts tell which way it is:
they are where a walk begins, and reading them takes two milliseconds. The conditions are composed as text, since the ORM
would take longer to write them than the server to answer.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, QuerySet
from django.db.models.expressions import RawSQL

from crm import search_text
from crm.models import Contact, ContactState, SearchToken
from crm.search_text import Needle, Query
from tenants import rows, scope

# With ten among the latest two thousand, a walk meets fifty within ten thousand rows: about ten milliseconds.
LATEST, MANY_AMONG_THEM = 2_000, 10
# So few are gathered by one word in a millisecond. Of more, reading the tokens of another word costs less than reading the
# contacts it would leave out.
FEW, MOST_GATHERED = 2_000, 3


def matching(contacts: QuerySet[Contact, Any], q: str, *, country: str | None = None) -> QuerySet[Contact, Any]:
    """The contacts among these that match the query; `country` is the tenant's, for phones typed as dialled there."""
    query = search_text.parse(q, country)
    if not (query.needles or query.phrases):
        return contacts
    holders = _holders(query) if query.needles else None
    if holders is not None:
        contacts = contacts.filter(_IsAmong(F("pk"), holders))
    return contacts.filter(_Says(query))


def among(ids: QuerySet[Any, Any] | RawSQL) -> _IsAmong:
    """Contacts among these ids, or in this array, gathered before anything else is done, whatever the server expects."""
    return _IsAmong(F("pk"), ids if isinstance(ids, RawSQL) else ArraySubquery(ids))


class _IsAmong(Func):
    """`id = ANY (ARRAY(SELECT ...))`, which the server does not turn into a join."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


class _Says(Func):
    """That a contact's words and phone hold all that a query asks for."""

    output_field = BooleanField()

    def __init__(self, query: Query, *expressions: Any) -> None:
        self.query = query
        super().__init__(*(expressions or (F("phrase_text"), F("phone"))))

    def as_sql(self, compiler: Any, connection: Any, *_own: Any, **_context: Any) -> tuple[str, Any]:
        words, phone = (compiler.compile(one)[0] for one in self.get_source_expressions())
        return _condition(self.query, words, phone)


def _condition(query: Query, words: str, phone: str) -> tuple[str, list[Any]]:
    """By STRPOS, of which the server expects a third to match: of LIKE it expects next to none, and reads all contacts."""
    conditions, values = [], []
    for needle in query.needles:
        conditions.append(f"strpos({words}, %s) > 0")
        values.append(f" {needle.prefix}")
        if needle.digits is not None:
            conditions[-1] = f"({conditions[-1]} OR strpos({phone}, %s) > 0)"
            values.append(needle.digits)
    for phrase in query.phrases:
        conditions.append(f"strpos({words}, %s) > 0")
        values.append(search_text.phrase_pattern(phrase))
    return " AND ".join(conditions), values


def _holders(query: Query) -> RawSQL | None:
    """The ids of contacts, all that have every needle among them.

    They are read from the tokens of one needle, the rarest where few have it, else the longest; the signatures there leave
    out most of those who lack another. What no signature tells of is asked for in the tokens, too, unless few are left.
    None where many have them all, so that a walk through the latest contacts soon meets as many as a page shows.
    """
    counts = _counts_unless_many(query)
    if counts is None:
        return None
    first, *others = sorted(query.needles, key=lambda needle: (min(counts[needle], FEW + 1), -len(needle.prefix)))
    unsigned = [] if counts[first] <= FEW else [needle for needle in others if not _is_signed(needle)]
    asked = [_tokens(needle) for needle in (first, *unsigned[: MOST_GATHERED - 1])]
    mask = search_text.signature(needle.prefix for needle in query.needles if _is_signed(needle))
    statement = " AND contact_id IN ".join(
        [f"{asked[0][0]} AND signature & %s = %s", *(f"({sql})" for sql, _ in asked[1:])]
    )
    values = [*asked[0][1], mask, mask, *(value for _sql, own in asked[1:] for value in own)]
    return RawSQL(f"ARRAY({statement})", values)  # noqa: S611 (above)


def _is_signed(needle: Needle) -> bool:
    """Whether a signature has bits for every word that begins with the needle; there are none for digits of a phone."""
    return needle.digits is None and len(needle.prefix) >= search_text.SIGNED_LETTERS


def _counts_unless_many(query: Query) -> dict[Needle, int] | None:
    """How many tokens each needle has: more than FEW are some number above it. None where many have all; see above."""
    prefixes = [(prefix, needle) for needle in query.needles for prefix in _prefixes(needle)]
    starts = [prefix for prefix, _needle in prefixes]
    condition, values = _condition(query, "phrase_text", "phone")
    tenant = scope.tenant_id()
    walk = [tenant, *values, tenant, LATEST - 1, MANY_AMONG_THEM - 1]
    ranges = [tenant, FEW + 1, starts, [*map(search_text.upper_bound, starts)]]
    ((found,),) = rows.run(_asking(condition), *walk, *ranges)
    if found is None:
        return None
    counts = dict.fromkeys(query.needles, 0)
    for (_prefix, needle), count in zip(prefixes, found, strict=True):
        counts[needle] += count
    return counts


def _asking(condition: str) -> str:
    """A short list has no two-thousandth contact: nobody in it has changed since.

    One range of tokens at a time: two of them at once would be read from the table, one is read from its index alone.
    """
    own = f"FROM {Contact._meta.db_table} WHERE tenant_id = %s AND state = '{ContactState.ACTIVE.value}'"
    since = f"SELECT updated_at {own} ORDER BY updated_at DESC OFFSET %s LIMIT 1"
    many = f"SELECT {own} AND {condition} AND updated_at >= ({since}) OFFSET %s LIMIT 1"
    tokens = (
        f"SELECT FROM {SearchToken._meta.db_table} WHERE tenant_id = %s AND token >= start AND token < bound LIMIT %s"
    )
    sought = "unnest(%s::text[], %s::text[]) WITH ORDINALITY AS sought (start, bound, number)"
    counts = f"SELECT (SELECT count(*) FROM ({tokens}) AS few) FROM {sought} ORDER BY number"  # noqa: S608 (our own tables)
    return f"SELECT CASE WHEN EXISTS ({many}) THEN NULL ELSE ARRAY({counts}) END"


def _tokens(needle: Needle) -> tuple[str, list[Any]]:
    prefixes = _prefixes(needle)
    ranges = " OR ".join(["(token >= %s AND token < %s)"] * len(prefixes))
    statement = f"SELECT contact_id FROM {SearchToken._meta.db_table} WHERE tenant_id = %s AND ({ranges})"  # noqa: S608
    ends = [end for prefix in prefixes for end in (prefix, search_text.upper_bound(prefix))]
    return statement, [scope.tenant_id(), *ends]


def _prefixes(needle: Needle) -> list[str]:
    return [needle.prefix, *([f"{search_text.PHONE_MARK}{needle.digits}"] if needle.digits is not None else [])]
