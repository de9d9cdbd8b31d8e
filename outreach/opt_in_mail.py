"""The link by which a guest confirms a ticked box (R-CONSENT-2, R-CONSENT-3): mailed, or sent by SMS for a phone.

It goes from the worker, once for each tick, in the guest's language and with the sender's data. It is no advertising, and
needs no consent. Who ticks again within an hour of a tick whose link was sent keeps the link they have: nobody's mailbox is
filled by somebody else's ticks.

Only who claimed a link sends it, and no row is locked while a server is waited for. What was refused for good, or may have
arrived, is not sent again; a server that is away or asks to come later is asked again, after a pause that grows. A worker
that dies while sending leaves a link that is sent a second time when its claim is over, never one that is lost.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation

from consent import links
from consent.models import ConsentEntry, ConsentStatus
from consent.status import CONFIRMATION_TIME, ConsentChannel, is_awaiting
from outreach import carrying, sender, wording
from outreach.carrying import Carried
from outreach.delivering import CLAIM_TIME
from tenants import lookup, scope

# consent's function due_confirmations says the same.
AGAIN_AFTER = datetime.timedelta(hours=1)
SHORTEST_PAUSE, LONGEST_PAUSE = datetime.timedelta(minutes=1), datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Request:
    """A link to be sent."""

    status: ConsentStatus
    language: str
    url: str


def send(tenant_id: UUID, status_id: UUID) -> None:
    """Send the link that this consent waits for, unless that was done, somebody else is at it, or it is too late."""
    with scope.enter(tenant_id, scope.WORKER):
        request = _claim(status_id, at=timezone.now())
    if request is None:
        return
    carried = _carry(request)
    with scope.enter(tenant_id, scope.WORKER):
        _note(request.status, carried, at=timezone.now())


def due() -> list[tuple[UUID, UUID]]:
    """(tenant id, status id) of every link that waits too long, over all tenants."""
    return lookup.rows_of("due_confirmations")


def compose(request: Request) -> EmailMessage:
    with translation.override(request.language):
        content = _content(request)
        subject = " ".join(render_to_string("outreach/opt_in_subject.txt", content).split())
        _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
        return EmailMessage(
            subject,
            render_to_string("outreach/opt_in.txt", content),
            from_email=formataddr((request.status.venue.name, address)),
            to=[request.status.address],
            headers={"Content-Language": request.language, "Auto-Submitted": "auto-generated"},
        )


def _claim(status_id: UUID, *, at: datetime.datetime) -> Request | None:
    """The link, ours to send; None when there is none."""
    found = ConsentStatus.objects.select_related("venue").select_for_update(of=["self"])
    status: ConsentStatus | None = found.filter(pk=status_id).first()
    if status is None or not _is_due(status, at):
        return None
    status.link_due_at = at + CLAIM_TIME
    status.save(update_fields=["link_due_at"])
    url = links.confirmation_url(status.venue, ConsentChannel(status.channel), status.address)
    return Request(status, _language(status), url)


def _is_due(status: ConsentStatus, at: datetime.datetime) -> bool:
    asked, mailed = status.pending_since, status.mailed_for
    if asked is None or not is_awaiting(asked, at) or (status.link_due_at is not None and status.link_due_at > at):
        return False
    return mailed is None or asked - mailed >= AGAIN_AFTER


def _note(claimed: ConsentStatus, carried: Carried, *, at: datetime.datetime) -> None:
    """How it went with the link of the tick that was claimed; that of a later one, ticked meanwhile, is not sent yet."""
    assert claimed.pending_since is not None  # noqa: S101 (it was due)
    row = ConsentStatus.objects.filter(pk=claimed.pk)
    if carried.can_be_tried_again:
        # As long as it has waited until now, so that each pause is twice the one before.
        pause = max(SHORTEST_PAUSE, min(at - claimed.pending_since, LONGEST_PAUSE))
        row.update(link_due_at=at + pause)
    else:
        row.update(mailed_for=claimed.pending_since, link_due_at=None)


def _language(status: ConsentStatus) -> str:
    """That of the form with the box, else the guest's, else the house's."""
    asked = ConsentEntry.objects.filter(venue=status.venue_id, channel=status.channel, address=status.address)
    entry = asked.filter(number=status.number).select_related("contact").first()
    said = str(entry.evidence.get("language", "")) if entry else ""
    if said in dict(settings.LANGUAGES):
        return said
    contact = entry.contact if entry else None
    return wording.language_of(contact) if contact is not None else wording.house_language()


def _content(request: Request) -> dict[str, object]:
    venue = request.status.venue
    return {
        "venue": venue.name,
        "url": request.url,
        "hours": round(CONFIRMATION_TIME.total_seconds() / 3600),
        "sender": sender.address_of(venue),
    }


def _carry(request: Request) -> Carried:
    if request.status.channel == ConsentChannel.EMAIL:
        return carrying.carry_mail(compose(request))
    with translation.override(request.language):
        text = " ".join(render_to_string("outreach/opt_in_sms.txt", _content(request)).split())
    return carrying.carry_sms(request.status.address, text)
