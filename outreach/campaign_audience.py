"""To whom a campaign goes: the contacts of its group or segment that have an address, each address once (R-CRM-10).

Who is asked is fixed when sending starts, by one statement; the consent gate is asked again for each address when its
message leaves. Of several contacts with one phone, the one most recently active is written to. Source: M, U.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Q, QuerySet

from crm import segments
from crm.models import Contact, ContactState
from outreach.models import Campaign, CampaignRecipient, Exclusion, MessageChannel, RecipientStatus

CHUNK = 2000


class Addressed(NamedTuple):
    """An address to be written to, and the language of who holds it."""

    address: str
    language: str


class Extent(NamedTuple):
    """How many contacts the group or segment has, and how many of them have no address of their own, by reason."""

    contacts: int
    left_out: dict[str, int]


def chunks(campaign: Campaign) -> Iterator[list[Addressed]]:
    """The addresses as of now, so many at a time."""
    found = _each_address(campaign).values_list(_column(campaign), "language").iterator(chunk_size=CHUNK)
    while chunk := [Addressed(*one) for one in islice(found, CHUNK)]:
        yield chunk


def extent(campaign: Campaign) -> Extent:
    """Two queries at most."""
    people, column = _people(campaign), _column(campaign)
    is_active = Q(state=ContactState.ACTIVE)
    found = people.order_by().aggregate(
        contacts=Count("pk"),
        active=Count("pk", filter=is_active),
        addressed=Count("pk", filter=is_active & ~Q(**{column: ""})),
        addresses=Count(column, distinct=True, filter=is_active & ~Q(**{column: ""})),
    )
    left_out = {
        Exclusion.CONTACT_DELETED: found["contacts"] - found["active"],
        Exclusion.NO_ADDRESS: found["active"] - found["addressed"],
        Exclusion.DUPLICATE_ADDRESS: found["addressed"] - found["addresses"],
    }
    return Extent(found["contacts"], {reason.value: count for reason, count in left_out.items() if count})


def fix(campaign: Campaign) -> None:
    """Write down the recipients: from now on nobody joins and nobody is forgotten. Sets `recipient_count`, `left_out`."""
    chosen = _each_address(campaign).values_list("pk", _column(campaign))
    try:
        select, values = chosen.query.sql_with_params()
    except EmptyResultSet:
        return
    with connection.cursor() as cursor:
        cursor.execute(_INSERT.format(select=select), [campaign.owner_id, campaign.pk, *values])
        campaign.recipient_count = cursor.rowcount
    campaign.left_out = extent(campaign).left_out


_INSERT = (
    f"INSERT INTO {CampaignRecipient._meta.db_table} (id, tenant_id, campaign_id, contact_id, address, status, reason) "  # noqa: S608 (our own table; the select is composed by the ORM)
    f"SELECT gen_random_uuid(), %s, %s, contact_id, address, '{RecipientStatus.WAITING.value}', '' "
    "FROM ({select}) AS chosen (contact_id, address)"
)


def reassign(loser: Contact, winner: Contact) -> None:
    """What went, or is to go, to the loser of a merge is the winner's (R-MERGE-3)."""
    CampaignRecipient.objects.filter(contact=loser).update(contact=winner)


def erase(contact_ids: list[UUID]) -> None:
    """The rows stay, so that no count changes; nobody can tell from them who was written to (R-PRIV-1)."""
    held = CampaignRecipient.objects.filter(contact__in=contact_ids)
    held.filter(status=RecipientStatus.WAITING).update(
        status=RecipientStatus.EXCLUDED, reason=Exclusion.CONTACT_DELETED
    )
    held.update(address="")


def _people(campaign: Campaign) -> QuerySet[Contact, Any]:
    """Those of the group, in the bin too, so that they can be counted; or those in the segment now."""
    if campaign.segment is not None:
        return segments.members(campaign.segment)
    states = [ContactState.ACTIVE, ContactState.DELETED]
    return Contact.objects.filter(group_members__group=campaign.group, state__in=states)


def _each_address(campaign: Campaign) -> QuerySet[Contact, Any]:
    """A contact for each address."""
    column = _column(campaign)
    reachable = _people(campaign).filter(state=ContactState.ACTIVE).exclude(**{column: ""})
    return reachable.order_by(column, "-last_activity_at", "pk").distinct(column)


def _column(campaign: Campaign) -> str:
    return "phone" if campaign.channel == MessageChannel.SMS else "email"
