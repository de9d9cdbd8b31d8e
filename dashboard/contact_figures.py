"""The figures at the top of a contact's card, in words: how often, how reliable, what they spend, what they think (R-CRM-2)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from crm import figures
from crm.figures import Figures, Spend
from crm.models import Contact
from crm.visits import Breakdown
from dashboard import contact_list
from dashboard.templatetags.coperto import DASH, amount, day, money, percent, weekday_day
from tenants.models import Venue

Row = tuple[str, str, str]


def of(contact: Contact, venues: list[Venue], parts: Breakdown, no_show_rate: float | None) -> list[dict[str, str]]:
    """Each figure with its label and what explains it; `parts` are those of the visit counter."""
    read, spent = figures.of(contact.stats), figures.spend(contact.stats)
    rows = [
        *_presence(contact, parts, no_show_rate),
        *_money(contact, read, spent, venues),
        *_opinion(contact, read),
    ]
    return [{"label": label, "value": value, "detail": detail} for label, value, detail in rows]


def by_venue(contact: Contact, venues: list[Venue]) -> list[dict[str, Any]]:
    """The same split by venue, for those the contact has been to."""
    return [
        {
            "venue": venue.name,
            "visits": own["visit_count"],
            "no_shows": own["no_show_count"],
            "spend": " + ".join(money(total, currency) for currency, total in sorted(own.get("spend", {}).items())),
        }
        for venue in venues
        if (own := contact.stats.by_venue.get(str(venue.pk)))
    ]


def _presence(contact: Contact, parts: Breakdown, rate: float | None) -> list[Row]:
    own = contact.stats
    return [
        (_("Visits"), amount(own.visit_count + contact.imported_visit_count), _visit_detail(parts)),
        (_("Last visit"), weekday_day(contact_list.last_visit_on(contact)), ""),
        (_("Bookings"), amount(own.booking_count), ""),
        (pgettext("how many", "Cancelled"), amount(own.cancelled_count), ""),
        (
            _("No-shows"),
            amount(own.no_show_count),
            "" if rate is None else _("%(rate)s in 180 days") % {"rate": percent(rate)},
        ),
    ]


def _visit_detail(parts: Breakdown) -> str:
    details = []
    if parts.wifi_only:
        details.append(_("%(count)s by WiFi only") % {"count": amount(parts.wifi_only)})
    if parts.imported:
        details.append(_("%(count)s imported") % {"count": amount(parts.imported)})
    return ", ".join(details)


def _money(contact: Contact, read: Figures, spent: list[Spend], venues: list[Venue]) -> list[Row]:
    """Nothing of money where nothing was ever bought, here or before an import."""
    has_imported = contact.imported_order_count or contact.imported_spend_minor
    if not spent and not has_imported:
        return []
    currency = read.currency or venues[0].currency
    others = [money(one.total_minor, one.currency) for one in spent[1:]]
    imported = _("%(amount)s imported") % {"amount": money(contact.imported_spend_minor, venues[0].currency)}
    spend_detail = [f"+ {text}" for text in others] + ([imported] if contact.imported_spend_minor else [])
    orders = contact.imported_order_count
    order_detail = _("%(count)s imported") % {"count": amount(orders)} if orders else ""
    return [
        (_("Spend"), money(read.spend_total_minor, currency), ", ".join(spend_detail) or _sources(spent)),
        (_("Average ticket"), money(read.average_ticket_minor, currency), ""),
        (_("Orders"), amount(contact.stats.order_count), order_detail),
        (_("Last purchase"), day(read.last_purchase_on), _interval(read)),
    ]


def _sources(spent: list[Spend]) -> str:
    """Where the money was spent, when it was in more than one way."""
    labels = {"web": _("online"), "phone": _("by phone"), "pos": _("at the till")}
    parts = [(labels[source], total) for one in spent[:1] for source, total in one.by_source.items() if total]
    if len(parts) < 2:
        return parts[0][0] if parts else ""
    return ", ".join(f"{money(total, spent[0].currency)} {label}" for label, total in parts)


def _interval(read: Figures) -> str:
    if read.purchase_interval_days is None:
        return ""
    days = round(read.purchase_interval_days)
    return ngettext("every %(count)s day", "every %(count)s days", days) % {"count": amount(days)}


def _opinion(contact: Contact, read: Figures) -> list[Row]:
    """The average of the private reviews; apart from it, the guest's own rating on Google."""
    if read.review_average is None and read.google_rating is None:
        return []
    google = "" if read.google_rating is None else _("Google %(rating)d of 5") % {"rating": read.google_rating}
    falling = _("falling") if contact.stats.is_rating_falling else ""
    value = DASH if read.review_average is None else f"{amount(read.review_average)} ★"
    return [(_("Reviews"), value, ", ".join(filter(None, (falling, google))))]
