"""Whether the venue takes an order now (R-ORDER-2): a public one is refused while ordering is paused.

Public is what a guest sends: by a widget, or through the web or the table by a key that acts for the guest. A blocked guest
gets the answer of a paused venue, by the same way: the same questions are asked whoever orders, and the attempt is kept in
either case, so that nothing tells the one from the other. What staff enter is never refused for the pause; for a blocked
guest they are asked to confirm it.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.channel import Channel
from crm.warnings import IntakeWarning
from orders import attempts
from orders.models import OrderKind
from tenants import scope
from tenants.models import Venue
from tenants.permissions import Permission, Preset
from tenants.refusal import Refusal

GUEST_CHANNELS = frozenset({Channel.ORDER_WEB, Channel.SELF_ORDER})


class OrderingUnavailable(Refusal):
    code = "ordering_unavailable"
    status = 409
    default_message = _("Orders cannot be taken at the moment.")


class OrderingBlocked(Refusal):
    code = "ordering_blocked"
    status = 409
    default_message = _("This guest may not order. Confirm that you take the order all the same (confirm_blocked).")


@dataclass(frozen=True, slots=True)
class Wish:
    """An order that somebody wants taken, in minor units of `currency`. `blocked` is the guest who may not order, if it is one's
    (blocking.HOLDER)."""

    venue: Venue
    channel: Channel
    kind: OrderKind
    total_minor: int
    currency: str
    blocked: UUID | None = None
    confirms_block: bool = False


def check(wish: Wish) -> list[IntakeWarning]:
    """What staff are to hear of an order that is taken.

    Raises OrderingUnavailable for a public one that is not, OrderingBlocked for one of staff that they did not confirm.
    """
    if is_public(wish.channel):
        if wish.venue.ordering_paused or wish.blocked is not None:
            _keep_attempt(wish)
            raise OrderingUnavailable
        return []
    if wish.blocked is None:
        return []
    if not wish.confirms_block:
        raise OrderingBlocked(contact=str(wish.blocked))
    return [IntakeWarning("ordering_blocked", "email", _("This guest may not order."))]


def is_public(channel: Channel) -> bool:
    """Whether the guest sends an order of this channel, and not somebody of the house."""
    actor = scope.actor()
    return actor.preset == Preset.WIDGET or (channel in GUEST_CHANNELS and actor.may(Permission.GUEST_ACTION))


def _keep_attempt(wish: Wish) -> None:
    attempts.note(
        venue=wish.venue, kind=wish.kind, total_minor=wish.total_minor, currency=wish.currency, blocked=wish.blocked
    )
