"""The link by which a guest confirms a ticked box (R-CONSENT-2, R-CONSENT-3): mailed, or sent by SMS for a phone.

It goes from the worker, once for each tick, in the guest's language and with the sender's data. It is no advertising, and
needs no consent. Who ticks again within the hour keeps the link they have: nobody's mailbox is filled by somebody else's
ticks. No row is locked while a server is waited for, and it is written down after the sending: a worker that dies in
between leaves a link that the sweeper sends a second time, never one that is lost.
"""

from __future__ import annotations

import datetime
import smtplib
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone, translation

from consent import links
from consent.models import ConsentEntry, ConsentStatus
from consent.status import CONFIRMATION_TIME, ConsentChannel, is_awaiting
from outreach import sender, sms, wording
from outreach.sms import SmsRefused
from tenants import scope

# Of the answers of SMTP, those that will be the same tomorrow.
FOR_GOOD = 500
AGAIN_AFTER = datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Request:
    """A link to be sent."""

    status: ConsentStatus
    language: str
    url: str


def send(tenant_id: UUID, status_id: UUID) -> None:
    """Send the link that this consent waits for, unless that was done, or it is too late.

    Raises OSError when the server cannot be reached; the link then waits for the sweeper.
    """
    with scope.enter(tenant_id, scope.WORKER):
        request = _waiting(status_id, at=timezone.now())
    if request is None:
        return
    try:
        _send(request)
    except OSError as error:
        if not _is_refused_for_good(error):
            raise
    with scope.enter(tenant_id, scope.WORKER):
        _note(request.status)


def _is_refused_for_good(error: OSError) -> bool:
    """Whether the server knows no such mailbox: asking again every minute would only stand in others' way."""
    refused = error.recipients.values() if isinstance(error, smtplib.SMTPRecipientsRefused) else ()
    return bool(refused) and all(code >= FOR_GOOD for code, _said in refused)


def due() -> list[tuple[UUID, UUID]]:
    """(tenant id, status id) of every link that waits too long, over all tenants."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, row_id FROM due_confirmations()")
        return [(row[0], row[1]) for row in cursor.fetchall()]


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


def _note(status: ConsentStatus) -> None:
    """The link of this tick was sent; one of a later tick is still waited for."""
    same = ConsentStatus.objects.filter(pk=status.pk, pending_since=status.pending_since)
    same.update(mailed_for=status.pending_since)


def _waiting(status_id: UUID, *, at: datetime.datetime) -> Request | None:
    """The link to send; None when there is none."""
    status: ConsentStatus | None = ConsentStatus.objects.select_related("venue").filter(pk=status_id).first()
    if status is None or not is_awaiting(status.pending_since, at) or status.mailed_for == status.pending_since:
        return None
    assert status.pending_since is not None  # noqa: S101 (it is waited for)
    if status.mailed_for is not None and status.pending_since - status.mailed_for < AGAIN_AFTER:
        _note(status)
        return None
    channel = ConsentChannel(status.channel)
    url = links.confirmation_url(status.venue, channel, status.address)
    return Request(status, _language(status), url)


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


def _send(request: Request) -> None:
    if request.status.channel == ConsentChannel.EMAIL:
        compose(request).send()
        return
    with translation.override(request.language):
        text = " ".join(render_to_string("outreach/opt_in_sms.txt", _content(request)).split())
    try:
        sms.provider().send(request.status.address, text)
    except SmsRefused:
        # A number that takes no SMS will not take the next one either: the box stays unconfirmed.
        return
