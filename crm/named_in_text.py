"""Whether a text names a guest: by an e-mail or a phone, however people write it (R-PRIV-1, R-ID-3, R-ID-4).

An e-mail counts in its normal form, so that a domain with accents and its A-label are one. A phone counts where a number
reads as one of that country; what reads as none, such as two numbers side by side, only where its groups of digits make up
the phone from end to end: within the number of a card, or of somebody else, nobody is named.

Databases look for `traces` first, which stand in every spelling of an address and in many a text besides.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from crm import email_address, phone_number
from crm.known_addresses import Addresses

# Fewer digits stand in many a text by chance.
FEWEST_DIGITS = 7
_DOMAIN = re.compile(r"@([\w.\u3002\uff0e\uff61-]+)")
_WITHIN_LOCAL_PART = re.compile(r"[\w.+%-]")
_NUMBER = re.compile(r"[+(]*\d(?:[\d().\-/\u2010-\u2015\u2212]|[^\S\n])*")
_GROUPS = re.compile(r"\d+")
_ASCII_END = re.compile(r"[\x00-\x7f]*\Z")


class Traces(NamedTuple):
    """`emails`: what stands in small letters in a text that names one of them. `phones`: so among its digits alone."""

    emails: list[str]
    phones: list[str]


def traces(sought: Addresses) -> Traces:
    """An e-mail's letters before the @, from the last that is no ASCII on; a phone's digits at home, without a zero."""
    emails = {f"{_ascii_end(email.partition('@')[0])}@" for email in sought.emails}
    phones = {phone_number.national_digits(phone).lstrip("0") for phone in sought.phones}
    return Traces(sorted(emails), sorted(phones - {""}))


def addresses_in(text: str, country: str, sought: Addresses) -> frozenset[str]:
    """Those of the addresses sought that stand in the text; phones as people of `country` (ISO 3166 alpha-2) dial them."""
    return frozenset({*_emails_in(text, sought), *_phones_in(text, country, sought)})


def _emails_in(text: str, sought: Addresses) -> Iterator[str]:
    if not sought.emails or "@" not in text:
        return
    text = unicodedata.normalize("NFC", text.lower())
    for found in _DOMAIN.finditer(text):
        before, written = text[: found.start()], found[1].rstrip("._-")
        domain = (email_address.check(f"x@{written}").value or f"x@{written}").partition("@")[2]
        for email in sought.emails:
            local, _, own_domain = email.rpartition("@")
            if domain == own_domain and _ends_with(before, local):
                yield email


def _ends_with(before: str, local: str) -> bool:
    rest = before.removesuffix(local)
    return len(rest) < len(before) and not _WITHIN_LOCAL_PART.fullmatch(rest[-1:])


def _phones_in(text: str, country: str, sought: Addresses) -> Iterator[str]:
    digits = "".join(filter(str.isdecimal, text))
    if not any(trace in digits for trace in traces(sought).phones):
        return
    for found in _NUMBER.finditer(text):
        number = phone_number.check(found[0].rstrip(" \t.-/("), country).value
        if number is None:
            yield from _made_up_by(_GROUPS.findall(found[0]), sought)
        elif number in sought.phones:
            yield number


def _made_up_by(groups: list[str], sought: Addresses) -> Iterator[str]:
    """The phones that some of these groups of digits, side by side, are from end to end; without a zero in front, as a
    spreadsheet leaves it, in one group."""
    said = {"".join(groups[start:end]) for start, end in itertools.combinations(range(len(groups) + 1), 2)}
    for phone in sought.phones:
        home = phone_number.national_digits(phone)
        if len(home) >= FEWEST_DIGITS and (home.lstrip("0") in groups or not said.isdisjoint(_spellings(phone, home))):
            yield phone


def _spellings(phone: str, home: str) -> set[str]:
    """With the code of its country and without, with a zero in front of the digits at home and as they are."""
    whole = phone.removeprefix("+")
    return {home, f"0{home}", whole, f"00{whole}", f"{whole.removesuffix(home)}0{home}"}


def _ascii_end(text: str) -> str:
    return str(_ASCII_END.search(text)[0])  # type: ignore[index]
