"""What guests do to their own consent: on the pages of our links, by answering STOP, by a complaint (R-CONSENT-2, R-CONSENT-4).

Who unsubscribes is unsubscribed, known or not: of an address that nothing is known of (any more) only the keyed hash is
kept. Who subscribes, or confirms a box within 72 hours of ticking it, has given explicit consent; the ledger keeps which
words stood there, in which language, and where the request came from.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from audit import recording as audit_recording
from audit.actions import Action
from consent import deliverability, evidence, recording, suppression
from consent.models import ConsentEntry, ConsentStatus, Source
from consent.recording import Occurrence, Outcome
from consent.status import ConsentChannel, Event, Status, is_awaiting
from crm import identity
from crm.models import Contact, ContactIdentifier
from tenants.models import Venue
from tenants.permissions import Permission
from tenants.refusal import Refusal
from tenants.scope import Actor, ActorKind

# Who acts on our own public pages.
GUEST = Actor(kind=ActorKind.GUEST, label="guest", permissions=frozenset({Permission.GUEST_ACTION}))
# The words beside the buttons of our pages; a change of their meaning is another version.
SUBSCRIBE_WORDING, CONFIRM_WORDING = "preference-page-1", "confirmation-page-1"


class ConfirmationOver(Refusal):
    code = "confirmation_over"
    status = 410
    default_message = _("This link could be confirmed for 72 hours, which are over.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a guest's act applies. `address` is in normal form."""

    venue: Venue
    channel: ConsentChannel
    address: str

    @property
    def carried(self) -> tuple[str | None, str | None]:
        """The address as an e-mail or as a phone."""
        return (self.address, None) if self.channel == ConsentChannel.EMAIL else (None, self.address)


def unsubscribe(
    places: Iterable[Place], *, source: Source, at: datetime.datetime, proof: Mapping[str, str] | None = None
) -> None:
    """Unsubscribe an address in these places; again is kept, too. Locks the address.

    The evidence is the `proof` that a carrier or a mail program brings, whose computers the request comes from; on our own
    page, where the guest's browser is.
    """
    places = list(places)
    said = proof or evidence.origin()
    identity.lock_keys(place.address for place in places)
    for place in places:
        if is_known(place.address):
            _record(Event.UNSUBSCRIBED, place, source, at, said)
        else:
            suppression.of_unknown([place.address], venue=place.venue, channel=place.channel, source=source, at=at)


def subscribe(place: Place, *, language: str, at: datetime.datetime) -> None:
    """The guest subscribes on the preference page."""
    identity.lock_keys([place.address])
    _explicit(place, {"wording": SUBSCRIBE_WORDING, "language": language}, at)


def confirm(place: Place, *, language: str, at: datetime.datetime) -> None:
    """The guest confirms a ticked box. Again changes nothing. Raises ConfirmationOver after 72 hours."""
    identity.lock_keys([place.address])
    standing = standing_of(place)
    if standing is not None and standing.status == Status.EXPLICIT:
        return
    if standing is None or not is_awaiting(standing.pending_since, at):
        raise ConfirmationOver
    _explicit(place, {"wording": CONFIRM_WORDING, "language": language}, at)


def standing_of(place: Place) -> ConsentStatus | None:
    """What is on record in this place."""
    return next(iter(suppression.standing([place.address], [place.venue.pk]).statuses), None)


def is_known(address: str) -> bool:
    """Whether anything is kept under this address: a contact, or a line of the ledger."""
    return bool(known([address]))


def known(addresses: Iterable[str]) -> set[str]:
    """Those of these addresses under which anything is kept."""
    asked = list(addresses)
    held = ContactIdentifier.objects.filter(value__in=asked, is_active=True).values_list("value", flat=True)
    written = ConsentEntry.objects.filter(address__in=asked).values_list("address", flat=True)
    return set(held.union(written))


def holder_of(address: str) -> Contact | None:
    """The active contact of an address; of several with one phone, the one that it identifies, else the latest."""
    held = ContactIdentifier.objects.filter(value=address, is_active=True).select_related("contact")
    found: ContactIdentifier | None = held.order_by("-is_key", "-is_main", "-contact__last_activity_at", "-pk").first()
    return None if found is None else found.contact


def _explicit(place: Place, said: Mapping[str, str], at: datetime.datetime) -> None:
    _record(Event.GUEST_CONFIRMED, place, Source.PAGE, at, said)
    deliverability.lift(place.address, place.channel)


def _record(event: Event, place: Place, source: Source, at: datetime.datetime, said: Mapping[str, str]) -> None:
    contact = holder_of(place.address)
    email, phone = place.carried
    one = Occurrence(event, place.venue, email, phone, contact, source, at, evidence=said)
    for outcome in recording.record(one):
        if outcome.is_new_status:
            _audit(contact, place, outcome)


def _audit(contact: Contact | None, place: Place, outcome: Outcome) -> None:
    """On the contact, or where there is none, on the venue: the trail names no address."""
    audit_recording.record(
        Action.CONSENT_RECORDED,
        contact or place.venue,
        before={"channel": outcome.channel, "status": outcome.before},
        after={"channel": outcome.channel, "status": outcome.after},
        venue_id=place.venue.pk,
    )
