"""What an event does to a consent: the table of R-CONSENT-2 in one place, pure.

A consent is held per venue, channel and address. Manual unsubscription cannot be undone by the restaurant; the guest can,
at the next online booking. Source: L. Where a venue asks for double opt-in (R-CONSENT-3), a box ticked by the guest makes
explicit only what is confirmed by a mailed link within 72 hours; until then the event counts as if the box were empty.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.refusal import Refusal

CONFIRMATION_TIME = datetime.timedelta(hours=72)


class ConsentChannel(models.TextChoices):
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")


class Status(models.TextChoices):
    NONE = "none", _("none")
    IMPLIED = "implied", _("implied")
    EXPLICIT = "explicit", _("explicit")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")


class Event(models.TextChoices):
    """What can happen to a consent. `_TICKED` means that the guest ticked the box; without it, unticked or not asked."""

    GUEST_BOOKED_TICKED = "guest_booked_ticked", _("guest booked or ordered online, box ticked")
    GUEST_BOOKED = "guest_booked", _("guest booked or ordered online, box not ticked")
    GUEST_CONFIRMED = "guest_confirmed", _("guest confirmed")
    SIGNED_UP_TICKED = "signed_up_ticked", _("guest signed up, box ticked")
    SIGNED_UP = "signed_up", _("guest signed up, box not ticked")
    INQUIRED_TICKED = "inquired_ticked", _("guest wrote to us, box ticked")
    INQUIRED = "inquired", _("guest wrote to us, box not ticked")
    OTHERS_BOOKED = "others_booked", _("booked or ordered through staff or a third party")
    PURCHASED = "purchased", _("purchase at the till")
    LISTED = "listed", _("entered or imported into the list")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
    SUBSCRIBED_WITH_EVIDENCE = "subscribed_with_evidence", _("subscribed, with evidence")


class ConsentIrreversible(Refusal):
    code = "consent_irreversible"
    status = 403
    default_message = _(
        "This guest unsubscribed here. Only the guest can undo that, by booking online or on the preference page."
    )


@dataclass(frozen=True, slots=True)
class Move:
    """One cell: the status that follows (None: the present one), and what else the event does.

    `adds_evidence` keeps the event in the ledger though the status stays; `renews_clock` starts the time of an implied
    consent anew; `needs_confirmation` waits for a mailed link.
    """

    to: Status | None = None
    adds_evidence: bool = False
    renews_clock: bool = False
    needs_confirmation: bool = False
    is_refused: bool = False


NOTHING = Move()
EXPLICIT = Move(Status.EXPLICIT, adds_evidence=True)
IMPLIED = Move(Status.IMPLIED, adds_evidence=True, renews_clock=True)
UNSUBSCRIBED = Move(Status.UNSUBSCRIBED, adds_evidence=True)
CONFIRM = Move(adds_evidence=True, needs_confirmation=True)
REFUSED = Move(is_refused=True)

# In the order of the columns of R-CONSENT-2.
FROM = (Status.NONE, Status.IMPLIED, Status.EXPLICIT, Status.UNSUBSCRIBED)
TABLE: dict[Event, tuple[Move, Move, Move, Move]] = {
    #                                from none     implied       explicit      unsubscribed
    Event.GUEST_BOOKED_TICKED:      (EXPLICIT,     EXPLICIT,     EXPLICIT,     EXPLICIT),
    Event.GUEST_CONFIRMED:          (EXPLICIT,     EXPLICIT,     EXPLICIT,     EXPLICIT),
    Event.SIGNED_UP_TICKED:         (EXPLICIT,     EXPLICIT,     EXPLICIT,     CONFIRM),
    Event.INQUIRED_TICKED:          (EXPLICIT,     EXPLICIT,     EXPLICIT,     CONFIRM),
    Event.GUEST_BOOKED:             (IMPLIED,      IMPLIED,      NOTHING,      NOTHING),
    Event.OTHERS_BOOKED:            (IMPLIED,      IMPLIED,      NOTHING,      NOTHING),
    Event.PURCHASED:                (IMPLIED,      IMPLIED,      NOTHING,      NOTHING),
    Event.INQUIRED:                 (IMPLIED,      IMPLIED,      NOTHING,      NOTHING),
    Event.SIGNED_UP:                (NOTHING,      NOTHING,      NOTHING,      NOTHING),
    Event.LISTED:                   (NOTHING,      NOTHING,      NOTHING,      NOTHING),
    Event.UNSUBSCRIBED:             (UNSUBSCRIBED, UNSUBSCRIBED, UNSUBSCRIBED, UNSUBSCRIBED),
    Event.SUBSCRIBED_WITH_EVIDENCE: (EXPLICIT,     EXPLICIT,     NOTHING,      REFUSED),
}  # fmt: skip

# The same event with the box ticked. The others know no box: what staff or a third party says is not the guest's act.
TICKED: dict[Event, Event] = {
    Event.GUEST_BOOKED: Event.GUEST_BOOKED_TICKED,
    Event.SIGNED_UP: Event.SIGNED_UP_TICKED,
    Event.INQUIRED: Event.INQUIRED_TICKED,
}
UNTICKED: dict[Event, Event] = {ticked: event for event, ticked in TICKED.items()}
# What counts only when the guest did it.
GUEST_ACTS = frozenset({*UNTICKED, Event.GUEST_CONFIRMED})


@dataclass(frozen=True, slots=True)
class Step:
    """A cell applied to a status: what it is now, and why it is worth an entry in the ledger."""

    before: Status
    after: Status
    adds_evidence: bool
    renews_clock: bool
    needs_confirmation: bool
    is_refused: bool

    @property
    def is_recorded(self) -> bool:
        return self.after != self.before or self.adds_evidence


def step(event: Event, current: Status, *, is_double_opt_in: bool = False) -> Step:
    """Apply `event` to the `current` status; `is_double_opt_in` is the venue's setting. A refusal changes nothing."""
    move = TABLE[event][FROM.index(current)]
    needs_confirmation = move.needs_confirmation
    if is_double_opt_in and event in UNTICKED and current != Status.EXPLICIT:
        move, needs_confirmation = TABLE[UNTICKED[event]][FROM.index(current)], True
    return Step(
        before=current,
        after=current if move.to is None else move.to,
        adds_evidence=move.adds_evidence or needs_confirmation,
        renews_clock=move.renews_clock,
        needs_confirmation=needs_confirmation,
        is_refused=move.is_refused,
    )


def is_awaiting(pending_since: datetime.datetime | None, now: datetime.datetime) -> bool:
    """Whether a confirmation asked for at `pending_since` can still be given (R-CONSENT-3)."""
    return pending_since is not None and now <= pending_since + CONFIRMATION_TIME
