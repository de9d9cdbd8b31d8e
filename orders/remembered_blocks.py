"""A block outlives the guest (R-ORDER-2, R-PRIV-1): of an erased guest who might not order, hashes of the addresses stay.

A later order with one of them is refused as before. Who gains such an address, by whatever door, is blocked from that
moment, so that staff see it where they see every block; lifting that ends it for all addresses of the erased guest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from crm import known_addresses
from crm.models import Contact, IdentifierKind
from orders.models import BlockedAddress, OrderingBlock
from tenants import keyed_hash, rows, scope


def remember(contact_ids: Sequence[UUID]) -> None:
    """Keep the blocks of these contacts, which are about to be erased, by the hashes of every address they had.

    One that is somebody else's, such as a typing error once, blocks nobody.
    """
    blocks: list[OrderingBlock] = list(OrderingBlock.objects.filter(contact__in=contact_ids).order_by("blocked_at"))
    if not blocks:
        return
    known = known_addresses.of(contact_ids)
    theirs = known_addresses.held_by_others(known.all, contact_ids)
    held = [(email, IdentifierKind.EMAIL) for email in known.emails if email not in theirs]
    held += [(phone, IdentifierKind.PHONE) for phone in known.phones if phone not in theirs]
    BlockedAddress.objects.bulk_create(
        [
            BlockedAddress(
                digest=keyed_hash.of(address),
                kind=kind,
                is_alone=not known.emails,
                contact_id=blocks[0].contact_id,
                blocked_at=blocks[0].blocked_at,
                blocked_by=blocks[0].blocked_by,
            )
            for address, kind in held
        ],
        ignore_conflicts=True,
    )
    OrderingBlock.objects.filter(pk__in=[block.pk for block in blocks]).delete()


def carry_over(contacts: Sequence[Contact]) -> Iterable[rows.Statement]:
    """Block those of these contacts who have just gained a remembered address; a statement to go in with their rows."""
    gained = [(contact.pk, keyed_hash.of(contact.email), True) for contact in contacts if contact.email]
    gained += [(contact.pk, keyed_hash.of(contact.phone), not contact.email) for contact in contacts if contact.phone]
    if gained:
        ids, digests, counts = (list(column) for column in zip(*gained, strict=True))
        yield rows.Statement(_CARRY_OVER, (ids, digests, counts, scope.tenant_id()))


def forget(contact: Contact) -> None:
    """Lift what is remembered of the erased guests whose addresses this contact has or had."""
    digests = [keyed_hash.of(address) for address in known_addresses.of([contact.pk]).all]
    erased = BlockedAddress.objects.filter(digest__in=digests).values_list("contact", flat=True)
    BlockedAddress.objects.filter(contact__in=list(erased)).delete()


_CARRY_OVER = f"""
    INSERT INTO {OrderingBlock._meta.db_table} (id, tenant_id, contact_id, blocked_at, blocked_by)
    SELECT DISTINCT ON (gained.contact_id)
        gen_random_uuid(), held.tenant_id, gained.contact_id, held.blocked_at, held.blocked_by
    FROM unnest(%s::uuid[], %s::text[], %s::boolean[]) AS gained (contact_id, digest, counts)
        JOIN {BlockedAddress._meta.db_table} held ON held.digest = gained.digest AND (gained.counts OR held.is_alone)
    WHERE held.tenant_id = %s
    ORDER BY gained.contact_id, held.blocked_at
    ON CONFLICT (tenant_id, contact_id) DO NOTHING
"""  # noqa: S608 (our own tables)
