"""Which countries, time zones, currencies and languages a venue or tenant may have (issue 2: bad input).

Each comes from a closed list of a maintained package: a country is one whose telephone numbers can be read, since it is
the default region of R-ID-4; a currency is one in use in some country today.
"""

from __future__ import annotations

import functools
import zoneinfo
from collections.abc import Mapping
from typing import Any

import phonenumbers
from babel.core import get_global
from babel.numbers import get_territory_currencies
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tenants.refusal import Refusal


class UnknownCountry(Refusal):
    code = "unknown_country"
    status = 400
    default_message = _("This is not a country. Use two letters, such as IT.")


class UnknownTimeZone(Refusal):
    code = "unknown_timezone"
    status = 400
    default_message = _("This is not a time zone. Use a name such as Europe/Rome.")


class UnknownCurrency(Refusal):
    code = "unknown_currency"
    status = 400
    default_message = _("This is not a currency. Use three letters, such as EUR.")


class UnknownLanguage(Refusal):
    code = "unknown_language"
    status = 400
    default_message = _("Coperto does not speak this language. Use en, it, fr or pl.")


def check(values: Mapping[str, Any]) -> None:
    """Refuse an unknown country, timezone or currency among the values; other names are not looked at."""
    if "country" in values and values["country"] not in countries():
        raise UnknownCountry(field="country")
    if "timezone" in values and values["timezone"] not in time_zones():
        raise UnknownTimeZone(field="timezone")
    if "currency" in values and values["currency"] not in currencies():
        raise UnknownCurrency(field="currency")


def check_language(language: str) -> None:
    if language not in dict(settings.LANGUAGES):
        raise UnknownLanguage(field="language")


@functools.cache
def countries() -> frozenset[str]:
    return frozenset(phonenumbers.SUPPORTED_REGIONS)


@functools.cache
def time_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


@functools.cache
def currencies() -> frozenset[str]:
    territories = get_global("territory_currencies")
    return frozenset(currency for territory in territories for currency in get_territory_currencies(territory))
