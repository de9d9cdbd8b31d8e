"""To whom a campaign goes: the contacts of its group or segment that have an address, each address once (R-CRM-10).

Who is asked is fixed when sending starts, by one statement; the consent gate is asked again for each address when its
message leaves. Of several contacts with one phone, the one most recently active is written to. Who asked for their data to be
cleared is left out at once. Source: M, U.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When

from consent.models import ConsentStatus
from consent.status import Status
from crm import identity, segments
from crm.models import Contact, ContactState, GroupMember
from outreach.models import (
    NOT_WRITTEN,
    Campaign,
    CampaignRecipient,
    Exclusion,
    Message,
    MessageChannel,
    MessageStatus,
    RecipientStatus,
)

CHUNK = 2000

# Held by who fixes an audience, shared by who erases: neither sees yet what the other is about to write.
_FIXING = "campaign:audience"


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
    stays = is_active & Q(erase_on=None)
    found = people.order_by().aggregate(
        contacts=Count("pk"),
        active=Count("pk", filter=is_active),
        staying=Count("pk", filter=stays),
        addressed=Count("pk", filter=stays & ~Q(**{column: ""})),
        addresses=Count(column, distinct=True, filter=stays & ~Q(**{column: ""})),
    )
    left_out = {
        Exclusion.CONTACT_DELETED: found["contacts"] - found["active"],
        Exclusion.ERASURE_ASKED: found["active"] - found["staying"],
        Exclusion.NO_ADDRESS: found["staying"] - found["addressed"],
        Exclusion.DUPLICATE_ADDRESS: found["addressed"] - found["addresses"],
    }
    return Extent(found["contacts"], {reason.value: count for reason, count in left_out.items() if count})


def hold_off_erasures() -> None:
    """Let nobody be erased from here until the transaction ends. Taken before any row is locked."""
    identity.lock_keys([_FIXING])


def fix(campaign: Campaign) -> None:
    """Write down the recipients: from now on nobody joins and nobody is forgotten. Sets `recipient_count`, `left_out`.

    Erasures are held off.
    """
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
    """The rows stay, so that no count changes; nobody can tell from them who was written to (R-PRIV-1).

    Before the messages and the consents of these contacts are erased.
    """
    identity.share_key(_FIXING)
    held = CampaignRecipient.objects.filter(contact__in=contact_ids)
    held.filter(status__in=NOT_WRITTEN).update(status=RecipientStatus.EXCLUDED, reason=Exclusion.CONTACT_DELETED)
    _note_unsubscriptions(contact_ids)
    held.update(address="")


def _note_unsubscriptions(contact_ids: list[UUID]) -> None:
    """What campaign_results reads from messages and consents, which are about to lose the address, stays in the row."""
    consents = ConsentStatus.objects.filter(
        address=OuterRef("address"),
        venue=OuterRef("campaign__venue"),
        channel=OuterRef("campaign__channel"),
        status=Status.UNSUBSCRIBED,
    )
    sent = Message.objects.filter(campaign=OuterRef("campaign"), address=OuterRef("address"), status=MessageStatus.SENT)
    written = CampaignRecipient.objects.filter(contact__in=contact_ids, status=RecipientStatus.WRITTEN, reason="")
    written.annotate(
        sent_at=Subquery(sent.values("sent_at")[:1]), left_at=Subquery(consents.values("changed_at")[:1])
    ).filter(left_at__gte=F("sent_at")).update(reason=Exclusion.UNSUBSCRIBED)


def _people(campaign: Campaign) -> QuerySet[Contact, Any]:
    """Those of the group, in the bin too, so that they can be counted; or those in the segment now."""
    if campaign.segment is not None:
        return segments.members(campaign.segment)
    # Right after many guests came in, PostgreSQL takes the tables for nearly empty and would join each contact with each
    # member (10,000 of both: 10 s). As a condition of its own, the members are one hash, whatever it takes them for.
    members = Q(pk__in=GroupMember.objects.filter(group=campaign.group).values("contact"))
    is_member = Case(When(members, then=Value(True)), default=Value(False), output_field=BooleanField())
    return Contact.objects.filter(is_member, state__in=[ContactState.ACTIVE, ContactState.DELETED])


def _each_address(campaign: Campaign) -> QuerySet[Contact, Any]:
    """A contact for each address."""
    column = _column(campaign)
    reachable = _people(campaign).filter(state=ContactState.ACTIVE, erase_on=None).exclude(**{column: ""})
    return reachable.order_by(column, "-last_activity_at", "pk").distinct(column)


def _column(campaign: Campaign) -> str:
    return "phone" if campaign.channel == MessageChannel.SMS else "email"
