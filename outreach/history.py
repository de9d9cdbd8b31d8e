"""The communications of a contact: messages out and in, and inquiries, as one list by time (R-CRM-3)."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from crm.models import Contact
from outreach.models import Inquiry, Message


class Communications:
    """Rows of several tables that all have `at` and `id`, as one list that tenants.keyset can page.

    A condition and an order go to every table; a page takes as many rows from each as it shows, and the first of all.
    """

    model = Message

    def __init__(self, parts: Sequence[QuerySet[Any]], *, is_descending: bool = False) -> None:
        self.parts = parts
        self.is_descending = is_descending

    def filter(self, condition: Any) -> Communications:
        return Communications([part.filter(condition) for part in self.parts], is_descending=self.is_descending)

    def order_by(self, *terms: str) -> Communications:
        return Communications([part.order_by(*terms) for part in self.parts], is_descending=terms[0].startswith("-"))

    def __getitem__(self, cut: slice) -> list[Message | Inquiry]:
        found = [row for part in self.parts for row in part[cut]]
        return sorted(found, key=attrgetter("at", "id"), reverse=self.is_descending)[cut]


def of(contact: Contact, *, venue_id: UUID | None = None) -> Communications:
    """Everything written between the house, or one venue of it, and `contact`. A query for each table."""
    parts: list[QuerySet[Any]] = [
        Message.objects.filter(contact=contact),
        Inquiry.objects.filter(contact=contact).annotate(at=F("received_at")),
    ]
    return Communications(parts if venue_id is None else [part.filter(venue_id=venue_id) for part in parts])
