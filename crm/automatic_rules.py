"""The rules of automatic tags, one row each: what is counted, how many of it, within how many days (R-CRM-6).

Source: C, L; the numbers are ours.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import facets
from crm.models import ContactTag, Visit, VisitSource

# What a rule counts: SQL of (contact_id, id, learned_at), over the tenant $1 and the contacts ANY($2), from an instant on.
Events = Callable[[str], str]


def visits(since: str) -> str:
    """The visits from that day on, each with its sources; the latest is that of the latest source."""
    return f"""
        SELECT visit.contact_id, visit.id, source.happened_at FROM {Visit._meta.db_table} visit
        JOIN {VisitSource._meta.db_table} source ON source.tenant_id = visit.tenant_id AND source.visit_id = visit.id
        WHERE visit.tenant_id = $1 AND visit.contact_id = ANY($2)
            AND visit.local_date >= ({since}::timestamptz AT TIME ZONE 'UTC')::date
    """  # noqa: S608 (our own tables)


def no_shows(since: str) -> str:
    """The no-shows of what was due since then."""
    return " UNION ALL ".join(sql for facet in facets.registered() for sql in facet.no_shows(since))


@dataclass(frozen=True, slots=True)
class Rule:
    """`threshold` events within `days` set the tag. `counter` is the statistic that must have reached as much in all."""

    tag: str
    threshold: int
    days: int
    counter: str
    events: Events

    def since(self, at: datetime.datetime) -> datetime.datetime:
        return at - datetime.timedelta(days=self.days)


RULES = (
    Rule("regular", 6, 365, "visit_count", visits),
    Rule("no_show", 2, 180, "no_show_count", no_shows),
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
