"""The texts that the scripts show, translated where the templates are and handed over as JSON.

Words in braces are filled in by `texts.js`; they are names, not words to translate.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from orders.models import OrderStatus


def for_scripts() -> dict[str, str]:
    return {
        "undo": _("Undo"),
        "saved": _("Saved."),
        "saving": _("Saving…"),
        "not_saved": _("Not saved. Trying again until it is."),
        "outbox": _("{count} not saved"),
        "failed": _("That did not work. Please try again."),
        "offline": _("No connection. Please try again when it is back."),
        "copied": _("Copied."),
        "somebody": _("Somebody"),
        "undone": _("{name}: undone."),
        "size_saved": _("{name}: party size {size}."),
        "changed_elsewhere": _("{name}: {who} already set “{status}” at {time}. Your tap was not applied."),
        "status_requested": _("Requested"),
        "status_confirmed": _("Confirmed"),
        "status_queued": _("In the queue"),
        "status_arrived": _("Arrived"),
        "status_finished": _("Finished"),
        "status_cancelled": _("Cancelled"),
        "status_no_show": _("No-show"),
        "status_rejected": _("Rejected"),
        **{f"order_status_{one.value}": str(one.label) for one in OrderStatus},
        "allergy": _("Allergy"),
        "phone_ends": _("phone …{digits}"),
        "visits": _("visits: {count}"),
        "last_visit": _("last visit {date}"),
        "no_show_rate": _("no-shows {percent}"),
        "new_guest": _("None of these: a new guest"),
        "nobody": _("Nobody found."),
        "open": pgettext("button", "Open"),
        "book": pgettext("button", "Book"),
        "call": pgettext("button", "Call"),
        "picked": _("Selected: {count}"),
        "rows_done": _("{done} of {total} rows"),
        "contacts_done": _("{done} of {total} contacts"),
        "addresses_done": _("{done} of {total} addresses"),
    }
