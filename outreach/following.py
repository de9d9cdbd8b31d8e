"""Following a venue in an app: an anonymous contact with a code, one for each external id (R-CRM-8, R-ID-1; source M).

However many venues a user follows, each with its date, it is one contact. What is told twice changes nothing, and the first
date stays. Who was moved to the bin or erased and follows anew, the same venue again or another one, is a new contact
(R-WRITE-6); a following from before the bin, told again, brings nobody back.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from audit import recording
from audit.actions import Action
from crm import anonymous, editing, event_time, identity, intake
from crm.channel import Channel
from crm.guest_data import CrmSync, Guest, Intake
from crm.identity import Book
from crm.models import Contact
from outreach import leaving
from outreach.models import Follow, Follower
from tenants import rows
from tenants.models import Venue
from tenants.questions import Question, Rows


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of it. `is_new` is false when the user followed the venue already."""

    follower: Follower
    crm_sync: CrmSync
    is_new: bool = True


def follow(
    venue: Venue, external_id: str, *, followed_at: datetime.datetime | None = None, at: datetime.datetime
) -> Followed:
    """Let the app's user of this external id follow a venue, told `at`. Raises event_time.InFuture."""
    when = event_time.of(followed_at, field="followed_at", now=at)
    _lock_external_id(external_id)
    known: Follower | None = Follower.objects.select_related("contact").filter(external_id=external_id).first()
    if known is not None and _is_told_twice(known, venue, when):
        return Followed(known, CrmSync.UNCHANGED, is_new=False)
    follower = known or Follower(external_id=external_id, created_at=at)
    sync = _meet(follower, venue, when)
    if known is None:
        follower.updated_at = at
        rows.insert([follower])
    else:
        save(follower, at=at)
    Follow.objects.update_or_create(
        follower=follower,
        venue=venue,
        defaults={"followed_at": when},
        create_defaults={"followed_at": when, "created_at": at},
    )
    after = {"contact": str(follower.contact_id), "followed_at": when}
    recording.record(Action.FOLLOWER_ADDED, follower, after=after, venue_id=venue.pk)
    return Followed(follower, sync)


def unfollow(follower: Follower, venue_id: UUID, *, at: datetime.datetime) -> None:
    """End the following of a venue; the contact stays. Raises Follow.DoesNotExist when it was not followed."""
    follower, _book = lock(follower)
    ended: Follow = Follow.objects.get(follower=follower, venue=venue_id)
    ended.delete()
    save(follower, at=at)
    before = {"contact": str(follower.contact_id), "followed_at": ended.followed_at}
    recording.record(Action.FOLLOWER_REMOVED, follower, before=before, venue_id=venue_id)


def lock(follower: Follower, keys: Iterable[str] = ()) -> tuple[Follower, Book]:
    """Lock these keys, the follower's contact and the holders of the keys; the follower as it is now, and the book.

    `contact` of the follower is the one that answers, the winner of a merge; one in the bin is not in the book. Every writer
    of a follower comes through here or `follow`, so that they wait for each other.
    """
    _lock_external_id(follower.external_id)
    fresh: Follower = Follower.objects.select_related("contact").get(pk=follower.pk)
    book = identity.open_book(keys, [fresh.contact_id])
    fresh.contact = book.contacts.get(fresh.contact_id, fresh.contact)
    return fresh, book


def meet(follower: Follower, venue: Venue, *, at: datetime.datetime) -> Follower:
    """The user did something at a venue in the app, such as to write; its contact is locked, and a new one when it was gone."""
    follower, _book = lock(follower)
    _meet(follower, venue, at)
    return save(follower, at=at)


def _is_told_twice(follower: Follower, venue: Venue, when: datetime.datetime) -> bool:
    """Whether the user followed the venue already, as the contact that it is, or that is in the bin since."""
    contact = follower.contact
    is_gone = contact.deleted_at is not None and when > contact.deleted_at
    return not is_gone and follower.follows.filter(venue=venue).exists()


def _meet(follower: Follower, venue: Venue, at: datetime.datetime) -> CrmSync:
    contact = _active(follower.contact_id)
    if contact is None:
        if follower.contact_id is not None:
            leaving.leave(follower, follower.contact)
        follower.contact = anonymous.create(Channel.FOLLOW, venue, at=at)
        return CrmSync.CREATED
    reception = intake.receive(Intake(Guest(), Channel.FOLLOW, venue, at, chosen=contact.pk, is_open_to_anonymous=True))
    follower.contact = reception.known_contact
    return reception.crm_sync


def _active(contact_id: UUID | None) -> Contact | None:
    """The follower's contact, locked, or the winner of its merge; None for a new follower, or when it left the list."""
    if contact_id is None:
        return None
    return identity.open_book((), [contact_id]).contacts.get(contact_id)


def save(follower: Follower, *, at: datetime.datetime) -> Follower:
    """Write the contact of a follower that is locked."""
    follower.updated_at = at
    follower.save(update_fields=["contact", "updated_at"])
    return follower


def wait_for(follower: Follower) -> None:
    """Let nobody else write the follower until the transaction ends. Taken before the keys and the contacts."""
    _lock_external_id(follower.external_id)


def _lock_external_id(external_id: str) -> None:
    identity.lock_keys([leaving.lock_key(external_id)])


def home_of(follower: Follower) -> Venue:
    """The venue the user followed last, else the tenant's first: its country reads phones, its zone says what day it is."""
    latest = follower.follows.select_related("venue").order_by("-followed_at", "-pk").first()
    return editing.home_venue() if latest is None else latest.venue


@dataclass(frozen=True, slots=True)
class Following:
    """A venue that a contact follows, and since when: the first date, when it does so in several apps."""

    venue: UUID
    followed_at: datetime.datetime


def of_contacts(contact_ids: Iterable[UUID]) -> dict[UUID, list[Following]]:
    """The venues that these contacts follow, first ones first; who follows none is left out. One query."""
    return FOLLOWS.ask(list(contact_ids))


def _by_contact(found: Rows) -> dict[UUID, list[Following]]:
    follows: dict[UUID, list[Following]] = {}
    for contact_id, venue_id, followed_at in found:
        follows.setdefault(contact_id, []).append(Following(venue_id, followed_at))
    return follows


_FOLLOWS = f"""
    SELECT follower.contact_id, follow.venue_id, min(follow.followed_at) AS since
    FROM {Follower._meta.db_table} follower JOIN {Follow._meta.db_table} follow ON follow.follower_id = follower.id
    WHERE follower.tenant_id = $1 AND follow.tenant_id = $1 AND follower.contact_id = ANY($2)
    GROUP BY follower.contact_id, follow.venue_id ORDER BY since, follow.venue_id
"""  # noqa: S608 (our own tables)
FOLLOWS = Question(lambda: _FOLLOWS, 3, _by_contact)
