"""What imports hold on contacts: the rows they came from. Nothing to count (R-CRM-2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import models

from crm import facets
from crm.holdings import Place
from importexport import erasing, personal_data, resealing
from importexport.models import ImportRow


class ImportFacet(facets.ContactFacet):
    name = "imports"

    def tables(self) -> Iterable[type[models.Model]]:
        return [ImportRow]

    def erase(self, contact_ids: list[UUID]) -> None:
        erasing.erase(contact_ids)

    def reseal(self) -> int:
        return resealing.reseal()

    def is_behind(self) -> bool:
        return resealing.is_behind()

    def erase_fact(self, kind: str, fact_id: UUID) -> bool:
        return erasing.erase_fact(kind, fact_id)

    def holdings(self) -> Iterable[Place]:
        return personal_data.HOLDINGS

    def export(self, contact_ids: list[UUID], nobodys: list[UUID]) -> dict[str, Any]:
        return personal_data.export(contact_ids)


facets.register(ImportFacet())
