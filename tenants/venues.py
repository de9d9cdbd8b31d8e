"""A tenant's venues in the order it opened them: the first is its home, whose country and zone hold where none is named."""

from __future__ import annotations

from tenants import rows
from tenants.models import Venue
from tenants.questions import Question

_OLDEST_FIRST = f"SELECT {rows.columns(Venue)} FROM {Venue._meta.db_table} WHERE tenant_id = $1 ORDER BY created_at, id"  # noqa: S608 (our own table)
# Whoever acts: a key that is bound to one venue sees the others' names as well.
OLDEST_FIRST = Question(
    lambda: _OLDEST_FIRST,
    len(Venue._meta.concrete_fields),
    lambda found: [rows.loaded(Venue, values) for values in found],
)


def oldest_first() -> list[Venue]:
    """The tenant's venues. One query."""
    return OLDEST_FIRST.ask()
