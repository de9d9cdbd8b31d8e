"""What imports hold on contacts: the rows they came from. Nothing to count (R-CRM-2)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from crm import facets
from importexport.models import ImportRow


class ImportFacet(facets.ContactFacet):
    name = "imports"

    def tables(self) -> Iterable[type[models.Model]]:
        return [ImportRow]


facets.register(ImportFacet())
