"""What imports and exports hold on contacts: the rows they came from, the files they are in. Nothing to count (R-CRM-2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import models

from crm import facets
from crm.holdings import Place
from importexport import erasing, personal_data, resealing
from importexport.exporting import erasing as export_erasing
from importexport.models import ExportRow, ImportRow


class ImportFacet(facets.ContactFacet):
    name = "imports"

    def tables(self) -> Iterable[type[models.Model]]:
        return [ImportRow, ExportRow]

    def erase(self, contact_ids: list[UUID]) -> None:
        erasing.erase(contact_ids)
        export_erasing.erase(contact_ids)

    def reseal(self) -> int:
        return resealing.reseal()

    def is_behind(self) -> bool:
        return resealing.is_behind()

    def erase_fact(self, kind: str, fact_id: UUID) -> bool:
        return erasing.erase_fact(kind, fact_id)

    def holdings(self) -> Iterable[Place]:
        return personal_data.HOLDINGS

    def export(self, contact_ids: list[UUID], nobodys: list[UUID]) -> dict[str, Any]:
        return {**personal_data.export(contact_ids), "exports": export_erasing.exports_of(contact_ids)}


facets.register(ImportFacet())
