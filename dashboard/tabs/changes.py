"""The field history of a contact, newest first; one click brings the earlier value back (R-WRITE-2)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from crm import history
from crm.channel import Channel
from crm.models import FieldChange
from dashboard.tabs.frame import Card, Tab
from dashboard.templatetags.coperto import birthday, language_name, phone
from tenants import keyset
from tenants.scope import ActorKind

BY_TIME = keyset.orderings(created_at=("created_at", "id"))
FIELD_LABELS = {
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "phone_extension": gettext_lazy("Extension"),
    "language": gettext_lazy("Language"),
    "birthday": gettext_lazy("Birthday"),
    "anniversary": gettext_lazy("Anniversary"),
    "address": gettext_lazy("Address"),
    "postcode": gettext_lazy("Postcode"),
    "city": gettext_lazy("City"),
    "company": gettext_lazy("Company"),
    "nickname": gettext_lazy("Nickname"),
    "notes": gettext_lazy("Notes"),
}
FORMATS = {"phone": phone, "birthday": birthday, "anniversary": birthday, "language": language_name}


def fill(card: Card) -> dict[str, Any]:
    found = card.rows(history.of(card.contact), "-created_at", BY_TIME)
    return {
        "changes": [_change(card, one) for one in found.rows],
        "older_url": card.older_url("changes", found),
    }


def _change(card: Card, change: FieldChange) -> dict[str, Any]:
    show = FORMATS.get(change.field, str)
    return {
        "id": change.pk,
        "at": change.created_at.astimezone(card.home.zone),
        "field_label": FIELD_LABELS.get(change.field, change.field),
        "before": show(change.old) if change.old else "",
        "after": show(change.new) if change.new else "",
        "source_label": Channel(change.channel).label,
        "who": change.actor_label if change.actor_kind in (ActorKind.USER, ActorKind.KEY) else "",
        "can_revert": card.contact.is_active and getattr(card.contact, change.field) != change.old,
    }


TAB = Tab("changes", gettext_lazy("Changes"), fill)
