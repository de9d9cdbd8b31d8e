"""The guest list as both doors show it: who is in it, and what it can be sorted by."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from crm import duplicates
from crm.models import Contact, ContactState
from tenants.keyset import orderings

ORDERINGS = orderings(
    last_name=("sort_name", "id"),
    first_contact_on=("first_contact_on", "id"),
    last_visit_on=("stats__last_visit_on", "stats__contact_id"),
    visit_count=("stats__visit_count", "stats__contact_id"),
    created_at=("created_at", "id"),
    updated_at=("updated_at", "id"),
)
BIN_ORDERINGS = orderings(deleted_at=("deleted_at", "id"))


def active() -> QuerySet[Contact, Any]:
    """The contacts in the list."""
    return Contact.objects.filter(state=ContactState.ACTIVE)


def in_bin() -> QuerySet[Contact, Any]:
    return Contact.objects.filter(state=ContactState.DELETED)


def with_figures(contacts: QuerySet[Contact, Any]) -> QuerySet[Contact, Any]:
    """With statistics and the duplicate badge, in the one query."""
    return contacts.select_related("stats").annotate(is_duplicate=duplicates.is_open())


def with_details(contacts: QuerySet[Contact, Any]) -> QuerySet[Contact, Any]:
    """With statistics, tags and the duplicate badge, in three queries whatever the number of contacts."""
    return with_figures(contacts).prefetch_related("contact_tags__tag")
