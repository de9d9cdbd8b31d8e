"""Ids in a body: one that is unknown, another tenant's, or outside the key's venue is the same 400 on its field."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from api.problems import refused_field
from tenants import rows, scope
from tenants.models import Venue


def venue(venue_id: UUID, *, field: str = "venue") -> Venue:
    """The venue, when the actor in force may act for it."""
    bound = scope.actor().venue_id
    found: Venue | None = None
    if bound is None or bound == venue_id:
        found = next(iter(rows.select(Venue, "id = %s", venue_id)), None)
    if found is None:
        raise refused_field(field, "unknown_id", _("There is no such venue."))
    return found
