"""The contact that staff chose for a booking or an order, told apart from namesakes as the picker does (R-ID-8)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import listing
from crm.guest_data import UnknownContact
from dashboard import board_row, contact_list, pages, tag_marks
from dashboard.templatetags.coperto import amount, percent
from dashboard.templatetags.coperto import day as short_day


def to_link(request: HttpRequest) -> UUID | None:
    """The contact a fact is to be linked to; None when the button was touched that takes it from everybody.

    Raises UnknownContact when nobody was chosen.
    """
    if request.POST.get("unlink"):
        return None
    if not request.POST.get("contact"):
        raise UnknownContact(_("Choose a contact first."))
    return pages.uuid_of(request.POST["contact"])


def of(request: HttpRequest) -> dict[str, Any] | None:
    """The contact that the form or the address names; None for nobody or somebody unknown."""
    wanted = request.POST.get("contact") or request.GET.get("contact")
    if not wanted:
        return None
    contact = listing.with_figures(listing.active()).filter(pk=pages.uuid_of(wanted)).first()
    if contact is None:
        return None
    known = board_row.known_guests([contact])[contact.pk]
    visits = contact.stats.visit_count + contact.imported_visit_count
    last = contact_list.last_visit_on(contact)
    facts = [
        _("phone …%(digits)s") % {"digits": contact.phone[-4:]} if contact.phone else "",
        contact.email,
        ngettext("%(count)s visit", "%(count)s visits", visits) % {"count": amount(visits)},
        _("last visit %(date)s") % {"date": short_day(last)} if last else "",
        _("no-shows %(rate)s") % {"rate": percent(known.no_show_rate)} if known.no_show_rate else "",
    ]
    return {
        "id": contact.pk,
        "name": str(contact),
        "nickname": contact.nickname,
        "has_allergies": bool(known.allergies),
        "tags": tag_marks.without_allergies(known.tags),
        "facts": [fact for fact in facts if fact],
    }
