"""The columns of an export (R-IO-4).

The customer report begins with those of the rule, in its order; a file of contacts with names and addresses. Further ones
follow, and last our own id: a file that has it came from us, so that its figures and consents are not taken for news when
it is imported again (importexport.columns). What the import understands stands under the import's own headings. Amounts of
several currencies have a column each, since they are never added; so have the consents of several venues.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consent.status import ConsentChannel, Status
from crm import figures
from crm.models import NEVER
from importexport import columns as imported
from importexport.exporting.guests import Guest
from importexport.models import ExportKind
from tenants.models import Venue


class CellKind(enum.StrEnum):
    """What a cell is to a spreadsheet. A date is YYYY-MM-DD, money is minor units."""

    TEXT = "text"
    DATE = "date"
    COUNT = "count"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file. `value` is None where there is no data; `currency` is that of money."""

    heading: str
    kind: CellKind
    value: Callable[[Guest], Any]
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of one file depend on. `channel` is the one that the consent in the customer report is about."""

    language: str
    venues: Sequence[Venue]
    channel: ConsentChannel
    currencies: Sequence[str]
    zone: ZoneInfo


FIRST = {
    ExportKind.CONTACTS: ("first_name", "last_name", "email", "phone"),
    ExportKind.CUSTOMER_REPORT: (
        *("registered_at", "first_name", "last_name", "email", "phone", "marketing_consent", "order_count"),
        "order_value",
    ),
}
ALLERGIES, OWN_ID = "allergies", "id"
# What can be asked for besides, by its public key, in the order of the file.
FURTHER: dict[str, str | Promise] = {
    "nickname": _("Nickname"),
    "company": _("Company"),
    "language": _("Language"),
    "birthday": _("Birthday"),
    "anniversary": _("Anniversary"),
    "address": _("Address"),
    "postcode": _("Postcode"),
    "city": _("City"),
    "tags": _("Tags"),
    "groups": _("Groups"),
    "notes": _("Notes"),
    "registered_at": _("Account creation date"),
    "first_contact_on": _("First contact"),
    "email_consent": _("Marketing consent for e-mail"),
    "sms_consent": _("Marketing consent for SMS"),
    "visit_count": _("Number of visits"),
    "last_visit_on": _("Last visit"),
    "no_show_count": _("Number of no-shows"),
    "order_count": _("Number of orders"),
    "order_value": _("Order value"),
    "spend": _("Spend, orders and receipts"),
    "imported_visit_count": _("Imported visits"),
    "imported_last_visit_on": _("Imported last visit"),
    "imported_order_count": _("Imported orders"),
    "imported_spend": _("Imported order value"),
    "discount": _("Fixed discount"),
    ALLERGIES: _("Allergies and diet"),
}
# What a file of contacts holds when nothing else was said: all but health data.
USUAL = tuple(key for key in FURTHER if key != ALLERGIES)

_WORDS = {
    Status.EXPLICIT: pgettext_lazy("consent in a file", "subscribed"),
    Status.IMPLIED: pgettext_lazy("consent in a file", "implied"),
    Status.UNSUBSCRIBED: pgettext_lazy("consent in a file", "unsubscribed"),
}
# What the import knows under another name, and what only sounds like something it knows.
_HEADINGS = {"order_value": "spend"}
_OWN_LABEL = {"spend"}


def further(kind: ExportKind, asked: Iterable[str] | None) -> list[str]:
    """The further columns of a file, in their order; `asked` None for the usual ones."""
    usual = USUAL if kind is ExportKind.CONTACTS else ()
    wanted = set(usual if asked is None else asked)
    return [key for key in FURTHER if key in wanted and key not in FIRST[kind]]


def of(kind: ExportKind, keys: Sequence[str], layout: Layout) -> list[Column]:
    """All columns of a file, in the language in force."""
    every = (*FIRST[kind], *keys)
    return [*(one for key in every for one in _columns(key, layout)), _own_id()]


def _columns(key: str, layout: Layout) -> Iterator[Column]:
    heading = _heading(key, layout.language)
    if key in _MONEY:
        for currency in layout.currencies:
            amount = partial(_MONEY[key], currency)
            yield Column(_told_apart(heading, currency, layout.currencies), CellKind.MONEY, amount, currency)
    elif key in _CONSENTS:
        for venue in layout.venues:
            consent = partial(_consent, venue, _CONSENTS[key] or layout.channel)
            yield Column(_told_apart(heading, venue.name, layout.venues), CellKind.TEXT, consent)
    elif key == "imported_spend":
        # What an import told of stands in the home currency, the first one.
        yield Column(heading, CellKind.MONEY, _imported_spend, layout.currencies[0])
    elif key == "registered_at":
        yield Column(heading, CellKind.DATE, partial(_registered_on, layout.zone))
    else:
        kind, value = _PLAIN[key]
        yield Column(heading, kind, value)


def _own_id() -> Column:
    return Column(imported.OWN_ID, CellKind.TEXT, lambda guest: str(guest.contact.pk))


def _heading(key: str, language: str) -> str:
    known = imported.BY_KEY.get(_HEADINGS.get(key, key))
    return str(FURTHER[key]) if known is None or key in _OWN_LABEL else known.heading(language)


def _told_apart(heading: str, name: str, among: Sequence[Any]) -> str:
    return f"{heading} ({name})" if len(among) > 1 else heading


def _consent(venue: Venue, channel: ConsentChannel, guest: Guest) -> str:
    """In words that the import understands; nothing where none was asked for or given."""
    found = (one.status for one in guest.consents if one.venue == venue.pk and one.channel == channel)
    return str(_WORDS.get(next(found, Status.NONE), ""))


def _registered_on(zone: ZoneInfo, guest: Guest) -> datetime.date | None:
    at = guest.contact.registered_at
    return None if at is None else timezone.localdate(at, zone)


def _spend(currency: str, guest: Guest) -> int | None:
    return next((one.total_minor for one in figures.spend(guest.contact.stats) if one.currency == currency), None)


def _imported_spend(guest: Guest) -> int | None:
    return guest.contact.imported_spend_minor or None


def _field(name: str) -> tuple[CellKind, Callable[[Guest], Any]]:
    return CellKind.TEXT, lambda guest: getattr(guest.contact, name)


def _birthday(name: str) -> tuple[CellKind, Callable[[Guest], Any]]:
    """A date where the year is known, else --MM-DD."""
    return CellKind.DATE, lambda guest: getattr(guest.contact, name)


def _joined(values: Iterable[str]) -> str:
    """As the import parts them again."""
    return ", ".join(values)


def _last_visit_on(guest: Guest) -> datetime.date | None:
    last: datetime.date = guest.contact.stats.last_visit_on
    return None if last == NEVER else last


_CONSENTS = {
    "marketing_consent": None,
    "email_consent": ConsentChannel.EMAIL,
    "sms_consent": ConsentChannel.SMS,
}
_MONEY: dict[str, Callable[[str, Guest], int | None]] = {
    "order_value": lambda currency, guest: guest.order_values.get(currency),
    "spend": _spend,
}
_FIELDS = ("first_name", "last_name", "email", "phone", "nickname", "company", "language")
_PLAIN: dict[str, tuple[CellKind, Callable[[Guest], Any]]] = {
    **{name: _field(name) for name in (*_FIELDS, "address", "postcode", "city", "notes")},
    **{name: _birthday(name) for name in ("birthday", "anniversary")},
    "tags": (CellKind.TEXT, lambda guest: _joined(guest.tags)),
    "groups": (CellKind.TEXT, lambda guest: _joined(guest.groups)),
    "discount": (CellKind.TEXT, lambda guest: guest.discount),
    ALLERGIES: (CellKind.TEXT, lambda guest: "\n".join(guest.allergies)),
    "first_contact_on": (CellKind.DATE, lambda guest: guest.contact.first_contact_on),
    "visit_count": (CellKind.COUNT, lambda guest: guest.contact.stats.visit_count),
    "last_visit_on": (CellKind.DATE, _last_visit_on),
    "no_show_count": (CellKind.COUNT, lambda guest: guest.contact.stats.no_show_count),
    "order_count": (CellKind.COUNT, lambda guest: guest.contact.stats.order_count),
    "imported_visit_count": (CellKind.COUNT, lambda guest: guest.contact.imported_visit_count or None),
    "imported_last_visit_on": (CellKind.DATE, lambda guest: guest.contact.imported_last_visit_on),
    "imported_order_count": (CellKind.COUNT, lambda guest: guest.contact.imported_order_count or None),
}
