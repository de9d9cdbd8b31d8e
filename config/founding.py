"""A new tenant, ready to work: founded by staff/, with the system tags of crm/ and the suggested messages of outreach/."""

from __future__ import annotations

from crm import tags
from outreach import suggested_texts
from staff import founding
from tenants import scope


def found(**details: object) -> founding.Founded:
    """Open the new tenant's scope, found it and give it its tags and templates; see staff.founding.found for the details."""
    with scope.enter(founding.new_tenant_id(), scope.SYSTEM):
        founded = founding.found(**details)  # type: ignore[arg-type]
        tags.create_system_tags()
        suggested_texts.create_templates()
    return founded
