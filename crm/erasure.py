"""Clear personal data: the person goes for good, what was booked, bought and paid stays (R-PRIV-1; source U).

Whoever clears types whom: the contact's e-mail, else its phone, else its code. What the guest is still expected for is named
first, and either called off or waited for: then the data go the day after the last of it. A contact is erased with those
merged into it, from the list or the bin. Its row stays under its id without a word about the person, since bookings, orders
and visits belong to it and the totals must not change. Facts that never had a contact are wiped one by one.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import erasing as audit_erasing
from audit import recording
from audit.actions import Action
from crm import editing, email_address, erasure_log, facets, family, known_addresses, phone_number, profile
from crm.facets import Upcoming
from crm.family import Family
from crm.models import (
    Contact,
    ContactIdentifier,
    ContactState,
    ContactTag,
    DuplicatePair,
    Erasure,
    ErasureReason,
    FieldChange,
    GroupMember,
    HealthNote,
    LiftedTag,
    Review,
    SearchToken,
)
from tenants import keyed_hash, scope
from tenants.refusal import Refusal

# Rows of the list that are only about the person. Visits, figures and the stars of reviews stay.
DELETED = (ContactIdentifier, SearchToken, FieldChange, ContactTag, LiftedTag, GroupMember, HealthNote)
EMPTIED = (*profile.STAFF_FIELDS, "code")
REVIEW = "review"


class UnknownFact(Refusal):
    code = "unknown_fact"
    status = 404
    default_message = _("There is nothing here with this address or id.")


class ContactErased(Refusal):
    code = "contact_erased"
    status = 410
    default_message = _("The personal data of this contact were cleared.")


class ConfirmationMismatch(Refusal):
    code = "confirmation_mismatch"
    default_message = _("This is not the e-mail, phone or code of the contact.")


class HasUpcoming(Refusal):
    code = "has_upcoming"
    status = 409
    default_message = _(
        "The guest is still expected: say whether the bookings and orders are cancelled, or the data cleared the day after."
    )


class Way(enum.StrEnum):
    """What is to become of bookings and orders that the guest is still expected for."""

    CANCEL = "cancel"
    ERASE_AFTER = "erase_after"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`erase_on` is the day from which the data are cleared; None when they have been."""

    contact_id: UUID
    erase_on: datetime.date | None = None


def confirmation_of(contact: Contact) -> str:
    """What is to be typed."""
    return contact.email or contact.phone or contact.code or str(contact.pk)


def upcoming(contact: Contact, *, at: datetime.datetime) -> list[Upcoming]:
    """What the contact is still expected for, or waits for, the next first."""
    merged = Contact.objects.filter(merged_into=contact).values_list("pk", flat=True)
    return _upcoming([contact.pk, *merged], at)


def erase(contact: Contact, *, confirm: str, at: datetime.datetime, upcoming: Way | None = None) -> Outcome:
    """Clear the personal data of the contact and of those merged into it, or put it off until nothing is upcoming.

    Raises ContactErased, ConfirmationMismatch, HasUpcoming with the list while nobody said what becomes of it, and what a
    facet refuses.
    """
    own = family.lock(contact)
    if own.head.state == ContactState.ERASED:
        raise ContactErased
    if not _is_confirmed(own.head, confirm):
        raise ConfirmationMismatch(field="confirm")
    expected = _upcoming(own.ids, at)
    if expected and upcoming is None:
        raise HasUpcoming(upcoming=[_shown(fact) for fact in expected])
    if expected and upcoming is Way.ERASE_AFTER:
        return Outcome(own.head.pk, put_off(own.head, expected))
    _call_off(expected, at)
    wipe(own, reason=ErasureReason.REQUEST, at=at)
    return Outcome(own.head.pk)


def take_back(contact: Contact) -> None:
    """Keep the data of a contact that were to be cleared on a later day. Without that, nothing changes. Raises ContactErased."""
    head = family.lock(contact).head
    if head.state == ContactState.ERASED:
        raise ContactErased
    if head.erase_on is not None:
        _schedule(head, None, Action.ERASURE_WITHDRAWN)


def put_off(contact: Contact, expected: Iterable[Upcoming]) -> datetime.date:
    """Clear the data on the day after the last of these, and say when. The contact is locked."""
    day = max(fact.on for fact in expected) + datetime.timedelta(days=1)
    if contact.erase_on != day:
        _schedule(contact, day, Action.ERASURE_SCHEDULED)
    return day


def wipe(own: Family, *, reason: ErasureReason, at: datetime.datetime) -> None:
    """Clear the data now, whatever is upcoming, and write that down. The family is locked."""
    hashes = sorted(keyed_hash.of(address) for address in known_addresses.of(own.ids).all)
    clear(own)
    _keep(reason, at, contact_ids=own.ids, address_hashes=hashes)
    record(own, reason)


def clear(own: Family) -> None:
    """Clear the data of a family that is locked, in all apps and in the trail."""
    ids = own.ids
    concerned = {*ids, *(pk for facet in facets.registered() for pk in facet.rows_of(ids)), *_reviews(ids)}
    for facet in facets.registered():
        facet.erase(ids)
    _wipe_rows(ids)
    for member in own.members:
        _wipe_fields(member)
    audit_erasing.erase(concerned)


def record(own: Family, reason: str) -> None:
    after = {"kind": reason, "contacts": [str(pk) for pk in own.ids]}
    recording.record(Action.CONTACT_ERASED, own.head, after=after)


def erase_fact(kind: str, fact_id: UUID, *, at: datetime.datetime) -> None:
    """Wipe what one fact says of its guest: a booking, order, receipt, inquiry or the like, mostly one without a contact.

    Raises UnknownFact when there is none of this kind and id.
    """
    if not clear_fact(kind, fact_id):
        raise UnknownFact
    erasure = _keep(ErasureReason.REQUEST, at, fact_kind=kind, fact_id=fact_id)
    recording.record(Action.FACT_ERASED, erasure, after={"kind": kind, "fact": str(fact_id)})


def clear_fact(kind: str, fact_id: UUID) -> bool:
    """Wipe one fact, in the trail too; false when there is none of this kind and id."""
    found = [facet.erase_fact(kind, fact_id) for facet in facets.registered()]
    if kind == REVIEW:
        found.append(Review.objects.filter(pk=fact_id).update(text="") > 0)
    if any(found):
        audit_erasing.erase([fact_id])
    return any(found)


def _is_confirmed(contact: Contact, typed: str) -> bool:
    """Compared as keys are: whoever types `Anna@Example.com ` has typed this e-mail."""
    wanted, text = confirmation_of(contact), typed.strip()
    if text.lower() == wanted.lower():
        # Also one that was valid when it came, and is no longer.
        return True
    if contact.email:
        return email_address.check(text).value == wanted
    if contact.phone:
        return phone_number.check(text, editing.home_venue().country).value == wanted
    return text == wanted


def _upcoming(contact_ids: list[UUID], at: datetime.datetime) -> list[Upcoming]:
    found = [fact for facet in facets.registered() for fact in facet.upcoming(contact_ids, at=at)]
    return sorted(found, key=lambda fact: (fact.at, fact.id))


def _shown(fact: Upcoming) -> dict[str, Any]:
    return {"kind": fact.kind, "id": str(fact.id), "venue": str(fact.venue_id), "at": fact.at.isoformat()}


def _call_off(expected: list[Upcoming], at: datetime.datetime) -> None:
    for facet in facets.registered():
        facet.call_off(expected, at=at)


def _schedule(contact: Contact, day: datetime.date | None, action: Action) -> None:
    before, contact.erase_on = contact.erase_on, day
    contact.version += 1
    contact.updated_at = timezone.now()
    contact.save(update_fields=["erase_on", "version", "updated_at"])
    recording.record(action, contact, before={"erase_on": before}, after={"erase_on": day})


def _reviews(contact_ids: list[UUID]) -> Iterable[UUID]:
    found: Iterable[UUID] = Review.objects.filter(contact__in=contact_ids).values_list("pk", flat=True)
    return found


def _wipe_rows(contact_ids: list[UUID]) -> None:
    for table in DELETED:
        table.objects.filter(contact__in=contact_ids).delete()
    DuplicatePair.objects.filter(Q(first__in=contact_ids) | Q(second__in=contact_ids)).delete()
    Review.objects.filter(contact__in=contact_ids).update(text="")


def _wipe_fields(contact: Contact) -> None:
    """Id, kind, channels and the dates that totals rest on stay."""
    for name in EMPTIED:
        setattr(contact, name, "")
    profile.derive(contact)
    contact.state = ContactState.ERASED
    contact.registered_at = contact.deleted_at = contact.erase_on = None
    contact.has_suspect_key = False
    contact.version += 1
    contact.updated_at = timezone.now()
    own = ("state", "registered_at", "deleted_at", "erase_on", "has_suspect_key", "version", "updated_at")
    contact.save(update_fields=[*EMPTIED, *profile.DERIVED_FIELDS, *own])


def _keep(reason: ErasureReason, at: datetime.datetime, **what: Any) -> Erasure:
    actor = scope.actor()
    erasure = Erasure(
        reason=reason,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        erased_at=at,
        **what,
    )
    erasure_log.keep(erasure)
    return erasure
