"""The guest list as both doors show it: who is in it, and what it can be sorted by."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from crm.models import Contact, ContactState
from tenants import scope
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
    return contacts.filter(stats__tenant_id=scope.CurrentTenant()).select_related("stats")
