"""What the API keeps of contacts: the answers it may have to repeat (R-PRIV-1)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import models

from api import idempotency
from crm import facets, known_addresses


class AnswerFacet(facets.ContactFacet):
    name = "answers"

    def tables(self) -> Iterable[type[models.Model]]:
        return ()

    def erase(self, contact_ids: list[UUID]) -> None:
        idempotency.forget_contacts(contact_ids)
        idempotency.forget_naming([*known_addresses.of(contact_ids).needles, *map(str, contact_ids)])

    def erase_fact(self, kind: str, fact_id: UUID) -> bool:
        """The fact is another app's, which says whether there is one."""
        idempotency.forget_naming([str(fact_id)])
        return False


facets.register(AnswerFacet())
