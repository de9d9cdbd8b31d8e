"""Who may not order (R-ORDER-2; source U).

A block is set on a contact and holds for every e-mail the contact has or had, and for those it gains, until it is lifted:
its identifiers, kept in the bin too, and what its e-mail was before. Its phone counts where there is no e-mail, on the
order or on the contact, since an order by that phone would be this contact's (R-ID-2). Bookings are not affected. The block
of an erased guest holds on for the same addresses (orders.remembered_blocks).

Who has or had an address is found by it, so that an order costs the same however many are blocked, and no list of
blocked addresses has to be kept in step with every change of a key.
"""

from __future__ import annotations

import datetime
from typing import NamedTuple
from uuid import UUID

from audit import recording
from audit.actions import Action
from crm import identity, key_questions, known_addresses
from crm.editing import NotInList
from crm.identity import Identity
from crm.models import Contact, ContactIdentifier, FieldChange, IdentifierKind
from orders import remembered_blocks
from orders.models import BlockedAddress, OrderingBlock
from tenants import scope
from tenants.questions import Question


def block(contact: Contact) -> None:
    """Block a contact from ordering; blocking twice changes nothing. Raises NotInList for one in the bin."""
    if not _lock(contact).is_active:
        raise NotInList
    if OrderingBlock.objects.filter(contact=contact).exists():
        return
    OrderingBlock(contact=contact, blocked_by=scope.actor().label).save(force_insert=True)
    recording.record(Action.ORDERING_BLOCKED, contact)


def lift(contact: Contact) -> None:
    """Let a contact order again, one in the bin too; without a block nothing changes."""
    _lock(contact)
    lifted, _rows = OrderingBlock.objects.filter(contact=contact).delete()
    remembered_blocks.forget(contact)
    if lifted:
        recording.record(Action.ORDERING_UNBLOCKED, contact)


def await_change(contact_id: UUID) -> None:
    """Let a block of a contact whom staff chose for an order come before it, or after. Before the order's keys are locked."""
    identity.share_key(_name(contact_id))


def _lock(contact: Contact) -> Contact:
    """Lock all that an order of this contact could be known by, then the contact.

    An order asks whether its guest is blocked by the statement that locks the contact, as things were when that began: one
    that waited for the contact's row alone would not see a block that was set meanwhile.
    """
    identity.lock_keys([_name(contact.pk)])
    identity.open_book_of(contact, known_addresses.of([contact.pk]).all)
    return identity.lock(contact)


def _name(contact_id: UUID) -> str:
    return f"ordering:{contact_id}"


def holder(who: Identity, chosen: UUID | None = None) -> UUID | None:
    """The blocked contact whose order this would be, by its keys or as staff chose it; None when there is none.

    It may be an erased one, who had the address.
    """
    return key_questions.ask(HOLDER, who.keys, named=[] if chosen is None else [chosen])


_HOLDER = f"""
    SELECT found.contact_id FROM (
        SELECT max(value) FILTER (WHERE is_email) AS email, max(digest) FILTER (WHERE is_email) AS email_digest,
            max(value) FILTER (WHERE NOT is_email) AS phone, max(digest) FILTER (WHERE NOT is_email) AS phone_digest
        FROM (
            SELECT value, digest, position('@' IN value) > 0 AS is_email FROM unnest($2::text[], $5::text[]) AS key (value, digest)
        ) AS keys
    ) AS who CROSS JOIN LATERAL (
        SELECT block.contact_id, 1 AS place, block.id FROM (
            SELECT unnest($3::uuid[]) AS contact_id
            UNION ALL
            SELECT own.contact_id FROM {ContactIdentifier._meta.db_table} own
            WHERE own.tenant_id = $1 AND own.kind = '{IdentifierKind.EMAIL.value}' AND own.value = who.email
            UNION ALL
            SELECT change.contact_id FROM {FieldChange._meta.db_table} change
            WHERE change.tenant_id = $1 AND change.field = 'email' AND change.old = who.email
            UNION ALL
            SELECT change.contact_id FROM {FieldChange._meta.db_table} change
            WHERE change.tenant_id = $1 AND change.field = 'email' AND change.new = who.email
            UNION ALL
            SELECT own.contact_id FROM {ContactIdentifier._meta.db_table} own
                JOIN {Contact._meta.db_table} contact ON contact.tenant_id = $1 AND contact.id = own.contact_id
            WHERE own.tenant_id = $1 AND own.kind = '{IdentifierKind.PHONE.value}' AND own.value = who.phone
                AND (who.email IS NULL OR contact.email = '')
        ) AS known JOIN {OrderingBlock._meta.db_table} block ON block.tenant_id = $1 AND block.contact_id = known.contact_id
        UNION ALL
        SELECT held.contact_id, 2, held.id FROM {BlockedAddress._meta.db_table} held
        WHERE held.tenant_id = $1 AND (
            held.digest = who.email_digest OR (held.digest = who.phone_digest AND (who.email IS NULL OR held.is_alone))
        )
    ) AS found ORDER BY found.place, found.id LIMIT 1
"""  # noqa: S608 (our own tables)
# `holder`, of keys that are locked. It is asked whoever orders, so that its answer takes the same way for known and unknown guests.
HOLDER: Question[UUID | None] = Question(lambda: _HOLDER, 1, lambda found: found[0][0] if found else None)
_BLOCK = f"""
    SELECT blocked_at, blocked_by FROM {OrderingBlock._meta.db_table} WHERE tenant_id = $1 AND contact_id = ANY($2)
"""  # noqa: S608 (our own table)


class Block(NamedTuple):
    """Since when somebody may not order, and who said so."""

    blocked_at: datetime.datetime
    blocked_by: str


# The block of the one contact that is asked of, None without one.
BLOCK = Question(lambda: _BLOCK, 2, lambda found: Block(*found[0]) if found else None)
