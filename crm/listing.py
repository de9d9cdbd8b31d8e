"""The guest list as both doors show it: who is in it, and what it can be sorted by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from crm.models import Contact, ContactState, ContactStats
from tenants import quick_rows, rows, scope
from tenants.keyset import orderings

ORDERINGS = orderings(
    last_name=("sort_name", "id"),
    first_contact_on=("first_contact_on", "id"),
    last_visit_on=("stats__last_visit_on", "stats__contact_id"),
    visit_count=("stats__visit_count", "stats__contact_id"),
    spend_total_minor=("stats__spend_minor", "stats__contact_id"),
    created_at=("created_at", "id"),
    updated_at=("updated_at", "id"),
)
USUAL, USUAL_OF_A_SEARCH = "last_name", "-updated_at"
BIN_ORDERINGS = orderings(deleted_at=("deleted_at", "id"))


def active() -> QuerySet[Contact, Any]:
    """The contacts in the list."""
    return Contact.objects.filter(state=ContactState.ACTIVE)


def usual_ordering(*, is_search: bool) -> str:
    """By name; of those a search finds, the most recent first.

    Who is searched for is mostly somebody who was here lately. Also, the Rossis stand together by name, but scattered by
    date: a walk through the list by date meets the first fifty soon.
    """
    return USUAL_OF_A_SEARCH if is_search else USUAL


def in_bin() -> QuerySet[Contact, Any]:
    return Contact.objects.filter(state=ContactState.DELETED)


def with_figures(contacts: QuerySet[Contact, Any]) -> QuerySet[Contact, Any]:
    """With statistics, in the one query.

    Every contact has its row of statistics. Saying so makes an inner join of it, which may begin at either table: sorted
    by visits, the outer join read both tables whole.
    """
    return _joined(contacts).select_related("stats")


def _joined(contacts: QuerySet[Contact, Any]) -> QuerySet[Contact, Any]:
    return contacts.filter(stats__tenant_id=scope.CurrentTenant())


def asks_for_figures(contacts: QuerySet[Contact, Any]) -> bool:
    """Whether a filter has asked for the statistics."""
    return any(one.table_name == ContactStats._meta.db_table for one in contacts.query.alias_map.values())


def with_asked_figures(contacts: QuerySet[Contact, Any]) -> QuerySet[Contact, Any]:
    """The same contacts, with an inner join of the statistics if a filter has asked for them."""
    return _joined(contacts) if asks_for_figures(contacts) else contacts


def sortable(contacts: QuerySet[Contact, Any], by: str) -> QuerySet[Contact, Any]:
    """The same contacts for a page in the ordering of this name, whose rows `load` reads.

    Where neither filters nor the ordering need the statistics, the page is found without.
    """
    is_by_figures = any("__" in column for column in ORDERINGS[by].columns)
    return _joined(contacts) if is_by_figures else with_asked_figures(contacts)


def load(ids: Sequence[UUID]) -> list[Contact]:
    """These contacts with statistics, in this order, for a page of the list (tenants.keyset). One query."""
    return [_with_stats(row) for row in rows.run(_LOADED, scope.tenant_id(), list(ids))] if ids else []


def _with_stats(row: Sequence[Any]) -> Contact:
    contact = rows.loaded(Contact, row[:_WIDTH])
    quick_rows.join(contact, "stats", rows.loaded(ContactStats, row[_WIDTH:]), "contact")
    return contact


_WIDTH = len(Contact._meta.concrete_fields)
_LOADED = f"""
    SELECT {rows.columns(Contact)}, {rows.columns(ContactStats)}
    FROM unnest($2::uuid[]) WITH ORDINALITY AS wanted (id, number)
        JOIN {Contact._meta.db_table} ON {Contact._meta.db_table}.tenant_id = $1 AND {Contact._meta.db_table}.id = wanted.id
        JOIN {ContactStats._meta.db_table} ON {ContactStats._meta.db_table}.contact_id = wanted.id
    WHERE {ContactStats._meta.db_table}.tenant_id = $1 ORDER BY number
"""  # noqa: S608 (our own tables)
