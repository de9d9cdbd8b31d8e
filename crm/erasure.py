"""Clear personal data: the person goes for good, what was booked, bought and paid stays (R-PRIV-1; source U).

Whoever clears types whom: the contact's e-mail, else its phone, else its code. What the guest is still expected for is named
first, and either called off or waited for: then the data go the day after the last of it. A contact is erased with those
merged into it, from the list or the bin. Its row stays under its id without a word about the person, since bookings, orders
and visits belong to it and the totals must not change. Facts that name the guest and are of nobody are wiped along; on
those of other contacts, what they say of the guest (crm.mentions). Others of nobody are wiped one by one (crm.fact_erasing).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import erasing as audit_erasing
from audit import recording
from audit.actions import Action
from crm import (
    editing,
    email_address,
    erasure_log,
    erasure_promises,
    expected,
    facets,
    fact_erasing,
    family,
    mentions,
    phone_number,
    profile,
    typed_confirmation,
)
from crm.expected import Way
from crm.facets import Upcoming
from crm.family import Family
from crm.mentions import Mention
from crm.models import (
    Contact,
    ContactIdentifier,
    ContactState,
    ContactTag,
    DuplicatePair,
    ErasureReason,
    FieldChange,
    GroupMember,
    HealthNote,
    LiftedTag,
    Review,
    SearchToken,
)
from crm.typed_confirmation import ConfirmationMismatch
from tenants.refusal import Refusal

# Rows of the list that are only about the person. Visits, figures and the stars of reviews stay.
DELETED = (ContactIdentifier, SearchToken, FieldChange, ContactTag, LiftedTag, GroupMember, HealthNote)
EMPTIED = (*profile.STAFF_FIELDS, "code")


class ContactErased(Refusal):
    code = "contact_erased"
    status = 410
    default_message = _("The personal data of this contact were cleared.")


@dataclass(frozen=True, slots=True)
class Preview:
    """What the guest is still expected for, the next first; and the facts of nobody and of others that name the guest."""

    expected: list[Upcoming]
    mentions: list[Mention]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`erase_on` is the day from which the data are cleared; None when they have been.

    `mentions` are the facts that named the guest and were not the guest's own, or still do until that day.
    """

    contact_id: UUID
    erase_on: datetime.date | None = None
    mentions: Sequence[Mention] = ()


def confirmation_of(contact: Contact) -> str:
    """What is to be typed."""
    return contact.email or contact.phone or contact.code or str(contact.pk)


def preview(contact: Contact, *, at: datetime.datetime) -> Preview:
    """What is to be known before the data are cleared."""
    merged = Contact.objects.filter(merged_into=contact).values_list("pk", flat=True)
    ids = [contact.pk, *merged]
    found = mentions.find(ids)
    return Preview(expected.of(ids, found, at=at), found)


def upcoming(own: Family, *, at: datetime.datetime) -> list[Upcoming]:
    """What a family that is locked to be erased is still expected for, or waits for, the next first."""
    return expected.of(own.ids, own.mentions, at=at)


def erase(contact: Contact, *, confirm: str, at: datetime.datetime, upcoming: Way | None = None) -> Outcome:
    """Clear the personal data of the contact and of those merged into it, or put it off until nothing is upcoming.

    Raises ContactErased, ConfirmationMismatch, expected.HasUpcoming while nobody said what becomes of it, and what a facet
    refuses.
    """
    own = family.lock_to_erase(contact)
    if own.head.state == ContactState.ERASED:
        raise ContactErased
    if not _is_confirmed(own.head, confirm):
        raise ConfirmationMismatch(field="confirm")
    still = expected.of(own.ids, own.mentions, at=at)
    expected.check_decided(still, upcoming)
    if still and upcoming is Way.ERASE_AFTER:
        return Outcome(own.head.pk, put_off(own, still), own.mentions)
    expected.call_off(still, at=at)
    wipe(own, reason=ErasureReason.REQUEST, at=at)
    return Outcome(own.head.pk, mentions=own.mentions)


def take_back(contact: Contact) -> None:
    """Keep the data of a contact that were to be cleared on a later day. Without that, nothing changes. Raises ContactErased."""
    own = family.lock(contact)
    if own.head.state == ContactState.ERASED:
        raise ContactErased
    if own.head.erase_on is not None:
        _schedule(own, None)


def put_off(own: Family, still: Iterable[Upcoming]) -> datetime.date:
    """Clear the data on the day after the last of these, and say when. The family is locked."""
    day = expected.day_after(still)
    if own.head.erase_on != day:
        _schedule(own, day)
    return day


def set_day(contact: Contact, day: datetime.date | None) -> None:
    """The day on which the data of a contact, which is locked, are cleared; none to keep them."""
    before, contact.erase_on = contact.erase_on, day
    contact.version += 1
    contact.updated_at = timezone.now()
    contact.save(update_fields=["erase_on", "version", "updated_at"])
    action = Action.ERASURE_WITHDRAWN if day is None else Action.ERASURE_SCHEDULED
    recording.record(action, contact, before={"erase_on": before}, after={"erase_on": day})


def wipe(own: Family, *, reason: ErasureReason, at: datetime.datetime) -> None:
    """Clear the data now, whatever is upcoming, and write that down. The family is locked to be erased."""
    clear(own)
    erasure_log.write_down(reason, at, contact_ids=own.ids)
    for mention in own.mentions:
        if mention.contact is None:
            # By itself: after a restore, the contact may not know the address yet.
            erasure_log.write_down(reason, at, fact_kind=mention.kind, fact_id=mention.id)
    record(own, reason)


def clear(own: Family) -> None:
    """Clear the data of a family that is locked to be erased, in all apps and in the trail."""
    ids = own.ids
    concerned = {*ids, *(pk for facet in facets.registered() for pk in facet.rows_of(ids)), *_reviews(ids)}
    for mention in own.mentions:
        _wipe_elsewhere(mention)
    for facet in facets.registered():
        facet.erase(ids)
    _wipe_rows(ids)
    for member in own.members:
        _wipe_fields(member)
    audit_erasing.erase({*concerned, *(mention.id for mention in own.mentions if mention.contact is None)})
    for mention in own.mentions:
        if mention.contact is not None:
            audit_erasing.erase_of_former(mention.id)


def record(own: Family, reason: str) -> None:
    after: dict[str, Any] = {"kind": reason, "contacts": [str(pk) for pk in own.ids]}
    if own.mentions:
        after["facts"] = [str(mention.id) for mention in own.mentions]
    recording.record(Action.CONTACT_ERASED, own.head, after=after)


def _wipe_elsewhere(mention: Mention) -> None:
    if mention.contact is None:
        fact_erasing.clear(mention.kind, mention.id)
    else:
        mentions.trim(mention)


def _is_confirmed(contact: Contact, typed: str) -> bool:
    """Compared as keys are: whoever types `Anna@Example.com ` has typed this e-mail."""
    wanted, text = confirmation_of(contact), typed.strip()
    if typed_confirmation.says(text, wanted):
        # Also one that was valid when it came, and is no longer.
        return True
    if contact.email:
        return email_address.check(text).value == wanted
    if contact.phone:
        return phone_number.check(text, editing.home_venue().country).value == wanted
    return False


def _schedule(own: Family, day: datetime.date | None) -> None:
    set_day(own.head, day)
    erasure_promises.write_down(day, erasure_promises.CONTACT, own.ids)


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
