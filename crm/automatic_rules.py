"""The rules of automatic tags, one row each: what is counted, how many of it, within how many days (R-CRM-6).

Source: C, L; the numbers are ours.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import facets
from crm.facets import Happened
from crm.models import ContactTag, Visit, VisitSource
from tenants import rows, scope


def visits_since(contact_ids: list[UUID], since: datetime.datetime) -> dict[UUID, Happened]:
    """The visits from that day on; the latest is that of the latest source."""
    found = rows.run(_VISITS, scope.tenant_id(), contact_ids, since.date())
    return {contact_id: Happened(count, latest_at) for contact_id, count, latest_at in found}


def no_shows_since(contact_ids: list[UUID], since: datetime.datetime) -> dict[UUID, Happened]:
    found: dict[UUID, Happened] = {}
    for facet in facets.registered():
        found.update(facet.no_shows_since(contact_ids, since))
    return found


_VISITS = f"""
    SELECT visit.contact_id, count(DISTINCT visit.id), max(source.happened_at) FROM {Visit._meta.db_table} visit
    JOIN {VisitSource._meta.db_table} source ON source.tenant_id = visit.tenant_id AND source.visit_id = visit.id
    WHERE visit.tenant_id = %s AND visit.contact_id = ANY(%s) AND visit.local_date >= %s GROUP BY visit.contact_id
"""  # noqa: S608 (our own tables)


@dataclass(frozen=True, slots=True)
class Rule:
    """`threshold` events within `days` set the tag. `counter` is the statistic that must have reached as much in all."""

    tag: str
    threshold: int
    days: int
    counter: str
    count: Callable[[list[UUID], datetime.datetime], dict[UUID, Happened]]

    def since(self, at: datetime.datetime) -> datetime.datetime:
        return at - datetime.timedelta(days=self.days)


RULES = (
    Rule("regular", 6, 365, "visit_count", visits_since),
    Rule("no_show", 2, 180, "no_show_count", no_shows_since),
)


def why(reason: Mapping[str, Any]) -> str:
    """The reason of an automatic tag as a sentence; empty for one set by hand."""
    count, rule = reason.get("count", 0), reason.get("rule")
    if rule == "regular":
        return ngettext("%(count)s visit in 12 months", "%(count)s visits in 12 months", count) % {"count": count}
    if rule == "no_show":
        return ngettext("%(count)s no-show in 180 days", "%(count)s no-shows in 180 days", count) % {"count": count}
    return _("set by a rule") if rule else ""


def concerns() -> str:
    """SQL over rows `stats` of the statistics: whether a rule may set or take off a tag of this contact. $1 is the tenant."""
    reached = " OR ".join(f"stats.{rule.counter} >= {rule.threshold}" for rule in RULES)
    table = ContactTag._meta.db_table
    # OFFSET 0: or the server would read all automatic tags of the tenant to look one contact up among them.
    held = f"SELECT FROM {table} WHERE tenant_id = $1 AND contact_id = stats.contact_id AND is_automatic OFFSET 0"
    return f"{reached} OR EXISTS ({held})"
