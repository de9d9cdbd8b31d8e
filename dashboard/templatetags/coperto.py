"""How the pages write amounts, dates, times, phones and visits, each by the reader's locale (R-SERVICE-2)."""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Mapping
from typing import Any

import phonenumbers
from babel import Locale, dates
from babel.numbers import get_currency_precision
from django import template
from django.contrib.messages.storage.base import Message
from django.templatetags.static import static
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from uuid_utils.compat import uuid7

register = template.Library()

NARROW = "\u00a0"
DASH = "\u2013"
SYMBOLS = {"EUR": "€", "CAD": "$", "USD": "$", "PLN": "zł", "GBP": "£", "CHF": "CHF"}


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """A drawing from icons.svg, hidden from screen readers: the text beside it says what it means."""
    return _drawing(name, size)


@functools.cache
def _drawing(name: str, size: str) -> SafeString:
    """Kept, since a page has fifty of them and there are few."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>', size, static("dashboard/icons.svg"), name
    )


@register.simple_tag(takes_context=True)
def to(context: template.Context, name: str, *args: object) -> str:
    """The address of a page of the tenant in force: `{% to "contact" contact.id %}`."""
    return _address(name, context["shell"].tenant.slug, *args)


@functools.lru_cache(maxsize=4096)
def _address(name: str, *args: object) -> str:
    return reverse(f"dashboard:{name}", args=args)


@register.simple_tag
def form_number() -> SafeString:
    """What tells a form that is sent twice from two forms (dashboard/sent_forms.py)."""
    return format_html('<input type="hidden" name="form_number" value="{}">', uuid7())


@register.filter
def money(minor: int | None, currency: str) -> str:
    """An amount in minor units: `2.914 €` in Italian, `2 914 $` in French, `€2,914` in English. None is a dash.

    Cents are shown below 1,000 only: above, they are noise on a card.
    """
    if minor is None:
        return DASH
    unit = 10 ** get_currency_precision(currency)
    value = minor / unit
    return _with_symbol(value, 0 if unit == 1 or minor % unit == 0 or abs(value) >= 1000 else 2, currency)


@register.filter
def price(minor: int, currency: str) -> str:
    """An amount in minor units to the cent, as on a bill: `12,50 €`, `€1,204.00`."""
    places = get_currency_precision(currency)
    return _with_symbol(minor / 10**places, places, currency)


def _with_symbol(value: float, places: int, currency: str) -> str:
    number = formats.number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True).replace(" ", NARROW)
    symbol = SYMBOLS.get(currency, currency)
    if _reader().language == "en":
        return f"{symbol}{NARROW if symbol.isalpha() else ''}{number}"
    return f"{number}{NARROW}{symbol}"


@register.filter
def amount(value: float | None) -> str:
    """A count or a decimal with the locale's separators; None is a dash."""
    if value is None:
        return DASH
    places = None if isinstance(value, int) else 1
    return formats.number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True).replace(" ", NARROW)


@register.filter
def percent(rate: float | None) -> str:
    if rate is None:
        return DASH
    sign = f"{NARROW}%" if _reader().language == "fr" else "%"
    return f"{formats.number_format(round(rate * 100), decimal_pos=0)}{sign}"


@register.filter
def day(value: datetime.date | datetime.datetime | None) -> str:
    """`20 Nov`, with the year when it is not this one; None is a dash."""
    if value is None:
        return DASH
    return _written(value, "d MMM" if value.year == _today().year else "d MMM y").replace(" ", NARROW)


@register.filter
def weekday_day(value: datetime.date | None) -> str:
    """`Fri 20 Nov`."""
    if value is None:
        return DASH
    return f"{_written(value, 'EEE')}{NARROW}{day(value)}"


@register.filter
def long_day(value: datetime.date) -> str:
    """`Sunday 22 November`, with the year when it is not this one; Polish sets a comma after the weekday."""
    style = "EEEE, d MMMM" if _reader().language == "pl" else "EEEE d MMMM"
    return _written(value, style if value.year == _today().year else f"{style} y")


@register.filter
def month(value: datetime.date) -> str:
    """`Nov`, with the year in January and when it is not this one: `Jan 2026`."""
    style = "LLL" if value.year == _today().year and value.month > 1 else "LLL y"
    return _written(value, style).replace(" ", NARROW)


def day_and_month(value: datetime.date) -> str:
    """`22 November`."""
    return _written(value, "d MMMM")


@register.filter
def clock(value: datetime.datetime | datetime.time | None) -> str:
    """The wall clock of an instant that the view has already put into the venue's zone."""
    return "" if value is None else f"{value:%H:%M}"


@register.filter
def minutes(count: int) -> str:
    """A wait: `18 min`, `1 h 05`."""
    if count < 60:
        return _("%(count)d min") % {"count": count}
    return _("%(hours)d h %(minutes)02d") % {"hours": count // 60, "minutes": count % 60}


@register.filter
def phone(number: str | None) -> str:
    """An E.164 number as people write it: `+39 333 104 2217`."""
    if not number:
        return ""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL).replace(" ", NARROW)


@register.filter
def birthday(value: str | None) -> str:
    """`14 March 1980` or, when the year is unknown (`--03-14`), `14 March`."""
    if not value:
        return DASH
    has_year = not value.startswith("--")
    known = datetime.date.fromisoformat(value if has_year else f"2000-{value[2:]}")
    return _written(known, "d MMMM y") if has_year else day_and_month(known)


@register.filter
def quoted(text: str) -> str:
    """Somebody's words in the reader's quotation marks: `“By the window”`, `« Près de la fenêtre »`."""
    return _("“%(text)s”") % {"text": text}


@register.filter
def guests(count: int) -> str:
    return ngettext("%(count)d guest", "%(count)d guests", count) % {"count": count}


@register.filter
def nth_visit(number: int) -> str:
    """`18th visit`. English needs four endings; other languages translate all four alike."""
    if number <= 1:
        return _("First visit")
    texts = {
        "st": _("%(number)dst visit"),
        "nd": _("%(number)dnd visit"),
        "rd": _("%(number)drd visit"),
        "th": _("%(number)dth visit"),
    }
    return texts[_ending(number)] % {"number": number}


@register.filter
def undo(message: Message) -> dict[str, Any] | None:
    """What a message's Undo button sends, if it has one."""
    tags = message.extra_tags or ""
    found: dict[str, Any] | None = json.loads(tags) if tags.startswith("{") else None
    return found


@register.filter
def item(values: Mapping[str, Any], name: str) -> Any:
    return values.get(name)


@register.filter
def language_name(code: str | None) -> str:
    """A guest's language in the reader's: `it` is `Italian`, `Italiano`, `Italien`, `Włoski`."""
    if not code:
        return DASH
    name: str = _reader().languages.get(code, code)
    return name[:1].upper() + name[1:]


def _ending(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _reader() -> Locale:
    return _locale(translation.get_language() or "en")


@functools.cache
def _locale(language: str) -> Locale:
    return Locale.parse(language.partition("-")[0])


def _written(value: datetime.date | datetime.datetime, style: str) -> str:
    return _date_text(_as_date(value), style, _reader().language)


@functools.lru_cache(maxsize=4096)
def _date_text(value: datetime.date, style: str, language: str) -> str:
    """By Unicode's locale data: Django's own set capitals on the months of Italian and French."""
    return dates.format_date(value, style, locale=language)


def _as_date(value: datetime.date | datetime.datetime) -> datetime.date:
    return value.date() if isinstance(value, datetime.datetime) else value


def _today() -> datetime.date:
    return timezone.localdate()
