"""What the API keeps of contacts: the answers it may have to repeat (R-PRIV-1)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import models

from api import idempotency
from crm import facets, known_addresses
from importexport import row_ids
from importexport.erasing import IMPORT_ROW


class AnswerFacet(facets.ContactFacet):
    name = "answers"

    def tables(self) -> Iterable[type[models.Model]]:
        return ()

    def erase(self, contact_ids: list[UUID]) -> None:
        idempotency.forget_contacts(contact_ids)
        idempotency.forget_ids(map(str, contact_ids))
        idempotency.forget_naming(known_addresses.of(contact_ids))

    def erase_fact(self, kind: str, fact_id: UUID) -> bool:
        """The fact is another app's, which says whether there is one. A row of an import stands in the answer to its upload."""
        idempotency.forget_ids([row_ids.beginning_of_job(fact_id) if kind == IMPORT_ROW else str(fact_id)])
        return False


facets.register(AnswerFacet())
