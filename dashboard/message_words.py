"""Messages in words for staff: why one did not leave, and why none is suggested (R-CRM-7)."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outreach import bouncing, delivering, suggesting
from outreach.models import Message, MessageStatus

FAILURES: dict[str, Promise] = {
    delivering.NOT_MARKETABLE: _("The guest does not agree to be written to any more."),
    delivering.ERASURE_ASKED: _("The guest asked for their data to be cleared before the message left."),
    delivering.CONTACT_DELETED: _("The contact was removed before the message left."),
    delivering.SENDER_INCOMPLETE: _(
        "The venue's settings do not say whom marketing is from: legal name, postal address, contact."
    ),
    bouncing.BOUNCED: _("The address does not exist any more: the mail came back."),
    delivering.REFUSED: _("The mail server or the SMS provider refused it."),
    delivering.INTERRUPTED: _("Sending was interrupted, and nobody knows whether it arrived: it is not sent again."),
}
# Only those that staff can do something about or would else wonder at.
SILENCES: dict[str, Promise] = {
    suggesting.ALREADY_ASKED: _(
        "No message is suggested: this guest was written to already, and has not been here since."
    ),
    suggesting.NOT_REACHABLE: _("No message is suggested: this guest has no address that may be written to."),
    suggesting.ERASURE_ASKED: _("No message is suggested: this guest asked for their data to be cleared."),
    suggesting.ONLY_IMPORTED: _(
        "No message is suggested: this guest's visits are known from an import only, without a day."
    ),
}


def failure(message: Message) -> str:
    """Why the message was not sent, with what the server said; empty when nothing failed."""
    if message.status != MessageStatus.FAILED:
        return ""
    said = str(FAILURES.get(message.error, message.error))
    return f"{said} ({message.error_detail})" if message.error_detail else said
