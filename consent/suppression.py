"""Unsubscriptions that outlive their address (R-PRIV-1, R-CONSENT-2).

Of an erased address that had unsubscribed we keep a keyed hash, in its venue and channel: whoever brings it back finds it
unsubscribed, and only a later act of the guest lifts that, by the table of R-CONSENT-2. The same holds for one that
unsubscribes by an old link when nothing is known of it any more. What the ledger says of an address goes before. Once
somebody of the list has the address, the suppression names it, so that the list can be filtered by it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from consent.models import ConsentStatus, ConsentSuppression, Source, UndeliverableAddress
from consent.status import ConsentChannel, Status
from crm import key_questions
from crm.models import Contact
from tenants import keyed_hash, questions, rows, scope
from tenants.models import Venue
from tenants.questions import Question


@dataclass(frozen=True, slots=True)
class Standing:
    """What is on record of some addresses. `undeliverable` holds (channel, address).

    A status that only a suppression says is no row of its table: its `number` is 0.
    """

    statuses: list[ConsentStatus]
    undeliverable: frozenset[tuple[str, str]]


NOTHING = Standing([], frozenset())


def standing(addresses: Iterable[str], venue_ids: Iterable[UUID]) -> Standing:
    """What is on record of these addresses (in normal form) in these venues. One query."""
    wanted = set(addresses)
    return key_questions.ask(STANDING, wanted, venue_ids=venue_ids) if wanted else NOTHING


def _standing(found: questions.Rows) -> Standing:
    rows_found = [rows.loaded(ConsentStatus, values) for values in found]
    kept = {_key(row): row for row in rows_found if row.number}
    bounced = set()
    for row in (one for one in rows_found if not one.number):
        if row.status:
            kept.setdefault(_key(row), _suppressed(row))
        else:
            bounced.add((row.channel, row.address))
    return Standing(list(kept.values()), frozenset(bounced))


def of_unknown(
    addresses: Iterable[str], *, venue: Venue, channel: ConsentChannel, source: Source, at: datetime.datetime
) -> None:
    """Keep that these addresses unsubscribed, without keeping them; of one that did before, the later time."""
    digests = [keyed_hash.of(address) for address in addresses]
    _keep(ConsentSuppression(venue=venue, channel=channel, digest=one, since=at, source=source) for one in digests)
    known = ConsentSuppression.objects.filter(venue=venue, channel=channel, digest__in=digests)
    known.filter(since__lt=at).update(since=at, source=source)


def of_statuses(statuses: Iterable[ConsentStatus]) -> None:
    """Keep the unsubscriptions among these rows, whose addresses are about to be erased."""
    _keep(
        ConsentSuppression(
            venue_id=row.venue_id,
            channel=row.channel,
            digest=keyed_hash.of(row.address),
            since=row.changed_at,
            source=row.source,
        )
        for row in statuses
        if row.status == Status.UNSUBSCRIBED
    )


def name(contacts: Iterable[Contact]) -> Iterable[rows.Statement]:
    """Let the suppressions of the addresses that these contacts have just gained name them; goes in with their rows."""
    by_digest = {keyed_hash.of(one): one for contact in contacts for one in (contact.email, contact.phone) if one}
    if by_digest:
        yield rows.Statement(_NAMED, (list(by_digest), list(by_digest.values()), scope.tenant_id()))


def unname(addresses: Iterable[str]) -> None:
    """Forget these addresses, which are about to be erased, and keep their hashes."""
    ConsentSuppression.objects.filter(address__in=list(addresses)).update(address="")


def become_rows(statuses: Iterable[ConsentStatus]) -> None:
    """Forget the suppressions that the ledger says itself from now on."""
    for row in statuses:
        ConsentSuppression.objects.filter(
            digest=keyed_hash.of(row.address), venue=row.venue_id, channel=row.channel
        ).delete()


def _keep(suppressions: Iterable[ConsentSuppression]) -> None:
    ConsentSuppression.objects.bulk_create(suppressions, ignore_conflicts=True)


def _suppressed(row: ConsentStatus) -> ConsentStatus:
    """The status as a new row, for who writes it."""
    names = ("venue_id", "channel", "address", "status", "changed_at", "source")
    return ConsentStatus(**{name: getattr(row, name) for name in names})


def _key(row: ConsentStatus) -> tuple[UUID, str, str]:
    return row.venue_id, row.channel, row.address


def _as_statuses(table: str, said: Mapping[str, str], condition: str) -> str:
    """Rows of another table under the columns of the status; what it does not say is NULL."""
    columns = [said.get(str(one.column), "NULL") for one in ConsentStatus._meta.concrete_fields]
    return f"SELECT {', '.join(columns)} FROM {table} WHERE tenant_id = $1 AND {condition}"  # noqa: S608 (our own names)


_NAMED = (
    f"UPDATE {ConsentSuppression._meta.db_table} AS held SET address = gained.address "  # noqa: S608 (our own table)
    "FROM unnest(%s::text[], %s::text[]) AS gained (digest, address) "
    "WHERE held.tenant_id = %s AND held.digest = gained.digest"
)


def _select(addresses: str, digests: str, of_venues: str) -> str:
    """What is on record of `addresses`, whose hashes `digests` are; `of_venues` may leave out those of other venues."""
    # Only who brings an address knows it again.
    address = f"({addresses}::text[])[array_position({digests}::text[], digest::text)]"
    alike = {"id": "id", "tenant_id": "tenant_id", "channel": "channel", "address": address, "changed_at": "since"}
    suppressed = {"venue_id": "venue_id", "status": f"'{Status.UNSUBSCRIBED}'", "source": "source", "number": "0"}
    own = (
        f"SELECT {rows.columns(ConsentStatus)} FROM {ConsentStatus._meta.db_table} "  # noqa: S608 (as above)
        f"WHERE tenant_id = $1 AND address = ANY({addresses}::text[]) {of_venues}"
    )
    is_theirs = f"digest = ANY({digests}::text[])"
    others = (
        _as_statuses(ConsentSuppression._meta.db_table, alike | suppressed, f"{is_theirs} {of_venues}"),
        _as_statuses(UndeliverableAddress._meta.db_table, alike | {"status": "''", "number": "0"}, is_theirs),
    )
    return " UNION ALL ".join((own, *others))


_WIDTH = len(ConsentStatus._meta.concrete_fields)
STANDING = Question(lambda: _select("$2", "$5", "AND venue_id = ANY($4)"), _WIDTH, _standing)
# The same for a page of contacts (tenants.questions): of the addresses $4 with the hashes $5, in every venue.
OF_ADDRESSES = Question(lambda: _select("$4", "$5", ""), _WIDTH, _standing)
