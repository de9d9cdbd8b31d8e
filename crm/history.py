"""The field history of a contact, and taking a change back with one click (R-WRITE-2)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from crm import editing
from crm.models import Contact, FieldChange


def of(contact: Contact) -> QuerySet[FieldChange, Any]:
    """The changes of a contact's fields, newest first; what it was created with is no change."""
    return FieldChange.objects.filter(contact=contact).order_by("-created_at", "-pk")


def revert(change: FieldChange) -> editing.Edited:
    """Give the field its old value back; that is a change of its own. Raises what crm.editing.edit raises."""
    return editing.edit(change.contact, {change.field: change.old}, reverts=change)
