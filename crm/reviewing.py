"""Reviews: what guests thought, from 1 to 5, private ones and Google's (R-CRM-2).

A review is no intake: it makes no contact and changes no profile. It belongs to the contact that is named, or to that of
the booking it speaks of, or to who has the guest's e-mail, else phone (R-ID-2); else to nobody. Source: L; ours for the
look-up.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils import timezone

from audit import recording
from audit.actions import Action
from crm import event_time, identity, statistics, suspicion
from crm.guest_data import Guest, UnknownContact
from crm.models import Contact, ContactState, Review, ReviewSource
from crm.warnings import IntakeWarning
from tenants.models import Venue


@dataclass(frozen=True, slots=True)
class OfBooking:
    """The booking a review speaks of, and whose it is: crm knows no bookings."""

    booking_id: UUID
    contact_id: UUID | None


@dataclass(frozen=True, slots=True)
class Opinion:
    """A review as it was sent. Whose it is: a `contact`, a `booking`'s, a `guest`'s, or nobody's."""

    venue: Venue
    source: ReviewSource
    rating: int
    reviewed_at: datetime.datetime | None = None
    text: str = ""
    external_id: str = ""
    contact: UUID | None = None
    booking: OfBooking | None = None
    guest: Guest | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of it. `is_new` is false when the external id was known: then nothing changed."""

    review: Review
    warnings: list[IntakeWarning]
    is_new: bool = True


def record(opinion: Opinion, *, at: datetime.datetime | None = None) -> Recorded:
    """Record a review, sent `at` (now by default). Raises event_time.InFuture and UnknownContact."""
    now = at or timezone.now()
    opinion = replace(opinion, reviewed_at=event_time.of(opinion.reviewed_at, field="reviewed_at", now=now))
    known = _known(opinion)
    if known is not None:
        return Recorded(known, [], is_new=False)
    contact, warnings = _author(opinion)
    review = _review(opinion, contact, now)
    review.save(force_insert=True)
    if contact is not None:
        statistics.refresh(contact.pk)
    after = {"source": review.source, "rating": review.rating}
    recording.record(Action.REVIEW_RECORDED, review, after=after, venue_id=review.venue_id)
    return Recorded(review, warnings)


def carry(booking: OfBooking, contact_id: UUID | None) -> None:
    """Give the reviews of a booking that left its contact to the new one; who was named as their author keeps them.

    The caller has locked both contacts, and refreshes their statistics.
    """
    left = Review.objects.filter(booking_id=booking.booking_id, contact=booking.contact_id)
    left.update(contact=contact_id)


def _known(opinion: Opinion) -> Review | None:
    """The review this external id already made; its lock keeps two parallel posts from both making one."""
    if not opinion.external_id:
        return None
    identity.lock_keys([f"review:{opinion.venue.pk}:{opinion.source}:{opinion.external_id}"])
    known = Review.objects.select_related("venue").filter(venue=opinion.venue, source=opinion.source)
    found: Review | None = known.filter(external_id=opinion.external_id).first()
    return found


def _author(opinion: Opinion) -> tuple[Contact | None, list[IntakeWarning]]:
    """Whose review it is, locked; and what is wrong with the keys of a guest."""
    if opinion.contact is not None:
        return _chosen(opinion.contact), []
    if opinion.booking is not None:
        return _of_booking(opinion.booking), []
    if opinion.guest is None:
        return None, []
    who = identity.check(opinion.guest.email, opinion.guest.phone, opinion.venue.country)
    return identity.match(who, identity.open_book(who.keys)).contact, suspicion.of_keys(who)


def _chosen(contact_id: UUID) -> Contact:
    contact = identity.open_book((), [contact_id]).contacts.get(contact_id)
    if contact is None:
        raise UnknownContact(field="contact")
    return contact


def _of_booking(booking: OfBooking) -> Contact | None:
    """Also one in the bin, to which its bookings still belong."""
    if booking.contact_id is None:
        return None
    active = identity.open_book((), [booking.contact_id]).contacts.get(booking.contact_id)
    in_bin = Contact.objects.filter(pk=booking.contact_id, state=ContactState.DELETED)
    return active or in_bin.first()


def _review(opinion: Opinion, contact: Contact | None, now: datetime.datetime) -> Review:
    return Review(
        venue=opinion.venue,
        contact=contact,
        source=opinion.source,
        external_id=opinion.external_id,
        rating=opinion.rating,
        text=opinion.text,
        booking_id=None if opinion.booking is None else opinion.booking.booking_id,
        reviewed_at=opinion.reviewed_at or now,
        created_at=now,
    )
