"""Merging: an anonymous user of the app whose e-mail turned out to be known becomes one with its contact (R-CRM-8, R-MERGE-3).

Visits are the union of days, never the sum; tags, groups and notes are united; the first contact is the earlier one; what
the apps above hold moves along by their facets. The loser keeps its row, without keys, and its id answers for ever with the
winner (R-MERGE-4). Only anonymous contacts are absorbed here: they have no key, no consent and no points that could be lost.
That the data of one of them were to be cleared on a later day holds for the person that they are now (R-PRIV-1): on the
earlier day, which stands on the card, where staff can take it back.
"""

from __future__ import annotations

import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from crm import erasure_promises, facets, health, identity, profile, search_index, statistics, tags, visits
from crm.channel import Channel
from crm.editing import NotInList
from crm.models import (
    Contact,
    ContactIdentifier,
    ContactKind,
    ContactState,
    DuplicatePair,
    GroupMember,
    Review,
)
from tenants.refusal import Refusal

# What the winner takes from the loser where it has nothing itself; keys never move.
FILLED = tuple(name for name in profile.STAFF_FIELDS if name not in ("email", "phone", "phone_extension", "notes"))
NOTES_LENGTH = 5000


class NotAnonymous(Refusal):
    code = "not_anonymous"
    status = 409
    default_message = _("Only an anonymous user of the app can be absorbed into a contact.")


def absorb(anonymous: Contact, *, into: Contact, at: datetime.datetime) -> Contact:
    """Make an anonymous contact one with another, which is answered; twice changes nothing. `at` is the time of the merge.

    Locks both. Raises NotAnonymous, and NotInList when either is not in the list any more.
    """
    found = identity.open_book((), [anonymous.pk, into.pk]).contacts
    loser, winner = found.get(anonymous.pk), found.get(into.pk)
    if loser is None or winner is None:
        raise NotInList
    if loser.pk == winner.pk:
        return winner
    if loser.kind != ContactKind.ANONYMOUS:
        raise NotAnonymous
    _move_rows(loser, winner)
    changes = profile.assign(winner, _united(loser, winner))
    _move_dates(loser, winner)
    before = winner.erase_on
    _move_erasing(loser, winner)
    _retire(loser, winner, at)
    _save(winner, changes, at)
    statistics.refresh(loser.pk, winner.pk)
    recording.record(Action.CONTACT_MERGED, winner, after={"loser": str(loser.pk), "code": loser.code or winner.code})
    if winner.erase_on != before:
        after = {"erase_on": winner.erase_on}
        recording.record(Action.ERASURE_SCHEDULED, winner, before={"erase_on": before}, after=after)
        erasure_promises.write_down(winner.erase_on, erasure_promises.CONTACT, [winner.pk, loser.pk])
    return winner


def _move_rows(loser: Contact, winner: Contact) -> None:
    for facet in facets.registered():
        facet.reassign(loser, winner)
    visits.unite(loser, winner)
    tags.unite(loser, winner)
    health.unite(loser, winner)
    Review.objects.filter(contact=loser).update(contact=winner)
    held = GroupMember.objects.filter(contact=winner).values("group")
    GroupMember.objects.filter(contact=loser).exclude(group__in=held).update(contact=winner)
    Contact.objects.filter(merged_into=loser).update(merged_into=winner)


def _united(loser: Contact, winner: Contact) -> dict[str, str]:
    """The winner's own fields stay; those it has not are the loser's; both notes are kept."""
    filled = {name: getattr(loser, name) for name in FILLED if getattr(loser, name) and not getattr(winner, name)}
    notes = dict.fromkeys(text for text in (winner.notes, loser.notes) if text)
    return {**filled, "notes": "\n\n".join(notes)[:NOTES_LENGTH]}


def _move_dates(loser: Contact, winner: Contact) -> None:
    """The first contact is the earlier one, with its channel; the last is the later."""
    if loser.first_contact_on < winner.first_contact_on:
        winner.first_contact_on, winner.first_channel = loser.first_contact_on, loser.first_channel
    if loser.last_activity_at > winner.last_activity_at:
        winner.last_activity_at, winner.last_channel = loser.last_activity_at, loser.last_channel


def _move_erasing(loser: Contact, winner: Contact) -> None:
    days = [day for day in (loser.erase_on, winner.erase_on) if day is not None]
    winner.erase_on, loser.erase_on = min(days, default=None), None


def _retire(loser: Contact, winner: Contact, at: datetime.datetime) -> None:
    """Take the loser out of the list. A winner without a code takes over the loser's, which still finds the person."""
    if not winner.code:
        winner.code, loser.code = loser.code, ""
    loser.state, loser.merged_into = ContactState.MERGED, winner
    loser.version += 1
    loser.updated_at = at
    loser.save(update_fields=["code", "state", "merged_into", "erase_on", "version", "updated_at"])
    ContactIdentifier.objects.filter(contact=loser).delete()
    DuplicatePair.objects.filter(Q(first=loser) | Q(second=loser)).delete()
    search_index.remove([loser])


def _save(winner: Contact, changes: list[profile.Change], at: datetime.datetime) -> None:
    profile.derive(winner)
    winner.version += 1
    winner.updated_at = at
    dates = ("first_contact_on", "first_channel", "last_activity_at", "last_channel", "erase_on", "updated_at")
    winner.save(update_fields=[*FILLED, "notes", "code", *profile.DERIVED_FIELDS, *dates, "version"])
    profile.remember(profile.Brought(change, Channel.FOLLOW, at) for change in changes)
    search_index.rewrite([winner])
