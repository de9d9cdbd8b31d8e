"""The one inversion: what the apps above tell crm about their rows on a contact.

crm counts, and later merges and erases, over rows it may not import. Each app above it registers one `ContactFacet` in
its module `facet`, which CrmConfig.ready() loads. tests/architecture walks every relation to Contact and fails when no
facet claims its table.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import django_filters
from django.db import models
from django.db.models import QuerySet

from crm.facts import Snapshots
from crm.figure_ranges import Range
from crm.gathering import Candidates
from crm.holdings import Place
from crm.models import Contact
from tenants import rows


@dataclass(frozen=True, slots=True)
class Counters:
    """What one table adds to the statistics: SQL aggregates over its rows of one contact and venue.

    `table` is a table, or a subselect with an alias, that has the columns tenant_id, contact_id and venue_id. `aggregates`
    are named as in crm.statistics (COUNTS, AMOUNTS, LAST_DAYS); `currency` is the expression by which amounts are kept apart.
    """

    table: str
    aggregates: Mapping[str, str]
    currency: str = "''"


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What a guest is still expected for, or waits for. `on` is the venue's day of it, after which it is over."""

    kind: str
    id: UUID
    venue_id: UUID
    at: datetime.datetime
    on: datetime.date


class ContactFacet:
    """What one app holds on contacts. A facet overrides what applies to it."""

    name: str

    def tables(self) -> Iterable[type[models.Model]]:
        """The models of this app that refer to a contact."""
        raise NotImplementedError

    def counters(self) -> Iterable[Counters]:
        """What this app's tables add to the statistics of contacts."""
        return ()

    def purchase_days(self) -> Iterable[str]:
        """SELECTs of (contact_id, day) for purchases that are no visit, over the tenant $1 and the contacts ANY($2)."""
        return ()

    def undone_purchases(self) -> Iterable[str]:
        """SELECTs of (tenant_id, id): what was bought, and is no purchase any more (R-CONSENT-3)."""
        return ()

    def open_facts(self) -> Iterable[str]:
        """SELECTs of (contact_id, what) for what is under way at the instant $3, over the tenant $1 and the contacts ANY($2).

        `what` is one word, such as booking: the guest is expected, or waits for something.
        """
        return ()

    def reassign(self, loser: Contact, winner: Contact) -> None:
        """Give this app's rows of the loser of a merge to its winner. Both contacts are locked."""

    def came_due(self) -> Iterable[str]:
        """SELECTs of (contact_id, is_no_show): what came due in the 180 days before the instant $3 (R-CRM-2).

        Over the tenant $1 and the contacts ANY($2).
        """
        return ()

    def no_shows(self, since: str) -> Iterable[str]:
        """SELECTs of (contact_id, id, learned_at): the no-shows of what was due since the instant `since`, an expression.

        Over the tenant $1 and the contacts ANY($2) (R-CRM-6).
        """
        return ()

    def bookings_made(self) -> Iterable[str]:
        """SELECTs of (id, contact_id, venue_id, made_at): the reservations that were not cancelled, over the tenant $1
        (R-CRM-10)."""
        return ()

    def keys_of(self, contact: Contact) -> Iterable[str]:
        """What else than e-mails and phones leads to this contact, or did when it went to the bin: names of advisory locks."""
        return ()

    def restore(self, contact: Contact) -> None:
        """Give a contact that comes back from the bin the keys it had, which are locked. Raises a refusal when one was taken."""

    def admit(self, contacts: Sequence[Contact]) -> Iterable[rows.Statement]:
        """What an app remembers of the keys that these contacts have just gained: goes in with their own rows."""
        return ()

    def upcoming(self, contact_ids: list[UUID], *, at: datetime.datetime) -> Iterable[Upcoming]:
        """What these contacts are still expected for, or wait for, at this instant."""
        return ()

    def upcoming_fact(self, kind: str, fact_id: UUID, *, at: datetime.datetime) -> Iterable[Upcoming]:
        """One fact of this app, whoever's it is, while its guest is still expected."""
        return ()

    def call_off(self, facts: Collection[Upcoming], *, at: datetime.datetime) -> None:
        """Cancel those of `upcoming` that are this app's, by its own rules. Their contacts are locked."""

    def lock_payers(self, contact_ids: list[UUID], fact_ids: list[UUID]) -> Iterable[UUID]:
        """Lock what is `upcoming` of these contacts and among these facts, and say whose figures rest on it besides.

        The contacts are locked.
        """
        return ()

    def snapshots(self) -> Iterable[Snapshots]:
        """This app's facts that keep the guest data they came with, whoever's they are by now (R-WRITE-2)."""
        return ()

    def rows_of(self, contact_ids: list[UUID]) -> Iterable[UUID]:
        """The ids of this app's rows of these contacts, under which the audit trail speaks of them."""
        for table in self.tables():
            if isinstance(table._meta.pk, models.UUIDField):
                found = table._default_manager.filter(contact__in=contact_ids)  # noqa: SLF001 (Django documents it)
                yield from found.values_list("pk", flat=True)

    def erase(self, contact_ids: list[UUID]) -> None:
        """Wipe what this app's rows say of these contacts, so that nobody can tell who they were; amounts, days and counts
        stay (R-PRIV-1). The contacts are locked, and their own rows not yet wiped."""

    def erase_fact(self, kind: str, fact_id: UUID) -> bool:
        """Wipe what one fact says of its guest, for facts without a contact; false when it is no fact of this app."""
        return False

    def reseal(self) -> int:
        """Seal a chunk of this app's health data anew that lies under an older key; how many texts (crm.resealing)."""
        return 0

    def is_behind(self) -> bool:
        """Whether any of this app's health data lie under an older key."""
        return False

    def holdings(self) -> Iterable[Place]:
        """Where this app holds something on people, a contact or not (R-PRIV-1)."""
        return ()

    def export(self, contact_ids: list[UUID], nobodys: list[UUID]) -> dict[str, Any]:
        """All that this app holds on a person, under names of its own (R-PRIV-2).

        The person is these contacts; `nobodys` are facts without a contact that name the person, of this app or others.
        """
        return {}

    def activity(self) -> Iterable[str]:
        """SELECTs of (contact_id): who dealt with the house at the instant $3 or later, or is to (R-PRIV-2).

        Over the tenant $1 and the contacts ANY($2).
        """
        return ()

    def filters(self) -> dict[str, django_filters.Filter]:
        """Parameters this app adds to the guest list's filters (R-CRM-5); `narrow` acts on them."""
        return {}

    def ranges(self) -> Iterable[Range]:
        """Those of its filters that are by a figure between two ends."""
        return ()

    def narrow(self, contacts: QuerySet[Contact, Any], values: Mapping[str, Any]) -> QuerySet[Contact, Any]:
        """The contacts that these filter values leave; `values` holds every filter's, empty ones too."""
        return contacts

    def candidates(self, values: Mapping[str, Any]) -> Iterable[Candidates]:
        """Among whom those are whom a filter of this app finds, where an index tells (crm.gathering)."""
        return ()


_facets: dict[str, ContactFacet] = {}


def register(facet: ContactFacet) -> None:
    _facets[facet.name] = facet


def registered() -> list[ContactFacet]:
    return list(_facets.values())


def ranges(own: Iterable[Range]) -> list[Range]:
    """Those of crm with those of all apps above."""
    return [*own, *(one for facet in registered() for one in facet.ranges())]


def admitted(contacts: Sequence[Contact]) -> list[rows.Statement]:
    """What all apps remember of the keys that these contacts have just gained."""
    return [statement for facet in registered() for statement in facet.admit(contacts)]
