"""What erasing a guest leaves of consent (R-PRIV-1): unsubscriptions under a keyed hash, and a ledger that names nobody.

The status rows go. The lines of the ledger stay, since their number and their events are what was done, but under the hash
of the address and without its evidence of where the guest was. The ledger gives the app no right to change it: one function
of the database does so, for the tenant in force.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from consent import suppression
from consent.models import ERASED, ConsentEntry, ConsentStatus
from crm import identity, known_addresses
from crm.models import ContactIdentifier
from tenants import keyed_hash, rows


def erase(contact_ids: Iterable[UUID], addresses: Iterable[str] = ()) -> None:
    """Wipe the addresses that only these contacts have or had, and these `addresses` besides.

    An address that another active contact shares stays: its consent is that contact's as well. The caller has locked the
    addresses.
    """
    ids = list(contact_ids)
    own = addresses_of(ids)
    gone = sorted((own - known_addresses.held_by_others(own, ids)) | set(addresses))
    known = ConsentStatus.objects.filter(address__in=gone)
    suppression.of_statuses(known)
    known.delete()
    suppression.unname(gone)
    marks = [f"{ERASED}{keyed_hash.of(address)}" for address in gone]
    rows.run("SELECT row_id FROM erase_consent_entries(%s::uuid[], %s::text[], %s::text[])", ids, gone, marks)


def erase_status(status_id: UUID) -> bool:
    """Wipe an address that no contact has, in the bin neither, by the id of its status; false when there is none such."""
    status: ConsentStatus | None = ConsentStatus.objects.filter(pk=status_id).first()
    if status is None:
        return False
    identity.lock_keys([status.address])
    if ContactIdentifier.objects.filter(value=status.address).exists():
        return False
    erase((), [status.address])
    return True


def addresses_of(contact_ids: Iterable[UUID]) -> set[str]:
    """Every address these contacts have, had, or got by a merge, as far as the list and the ledger know."""
    ids = list(contact_ids)
    return {*known_addresses.of(ids).all, *written_under(ids)}


def written_under(contact_ids: Iterable[UUID]) -> set[str]:
    """The addresses of these contacts that stand in the ledger."""
    written = ConsentEntry.objects.filter(contact__in=list(contact_ids)).exclude(address__startswith=ERASED)
    return set(written.values_list("address", flat=True))
