"""The normal form of a phone number, read with the venue's country (R-ID-4; source: ours).

E.164, with an extension kept apart: it is no part of identity. What a spreadsheet has damaged (3.93E+11, 333123456.0)
or what holds more than one number is refused, never guessed: the library would take `3.93331234567E11` for a number.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal, NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from crm import phone_patterns

MAX_LENGTH: Final = 16
MAX_EXTENSION_LENGTH: Final = 7
Code = Literal["phone_invalid"]


class PhoneVerdict(NamedTuple):
    """`value`: E.164, None when absent or invalid. `extension`: its digits, None without one."""

    value: str | None
    extension: str | None = None
    code: Code | None = None


_ABSENT: Final = PhoneVerdict(None)
_INVALID: Final = PhoneVerdict(None, None, "phone_invalid")
_LONGEST_RAW: Final = 60
_DASHES: Final = re.compile("[\u2010-\u2015\u2212\uff0d]")
_EXTENSION: Final = re.compile(
    r"[\s,;]*(?:;ext=|extension|ext|interno|int|wewnętrzny|wewn|wew|poste|x|#)[\s.:]*"
    rf"([0-9]{{1,{MAX_EXTENSION_LENGTH}}})"
)
_NUMBER: Final = re.compile(r"\+?[0-9 ().\-/]+")
_FLOAT: Final = re.compile(r"\+?[0-9]{5,}\.[0-9]{1,2}|\+?[0-9]\.[0-9]{6,}")
_BREAK: Final = re.compile(r"/|\s-+\s")
_TRUNK_ZERO: Final = re.compile(r"\(\s*0\s*\)")
_FRAMED_CODE: Final = re.compile(r"\(\s*\+\s*([0-9]{1,3})\s*\)")
_MOST_DIGITS: Final = 15
_MOST_DIALED: Final = _MOST_DIGITS + 5
_FEWEST_DIGITS: Final = 4


def check(raw: str | None, country: str | None) -> PhoneVerdict:
    """The verdict on what a guest, a colleague or a file wrote; blank is absent. `country`: ISO 3166 alpha-2."""
    text = _plain(raw or "")
    if not text:
        return _ABSENT
    main, extension = _without_extension(text) if len(text) <= _LONGEST_RAW else ("", None)
    if not _is_one_number(main):
        return _INVALID
    values = {value for reading in _readings(main) if (value := _e164(reading, country or ""))}
    return PhoneVerdict(values.pop(), extension) if len(values) == 1 else _INVALID


def national(value: str, country: str | None) -> str:
    """An E.164 number as people of `country` write it: the national form for their own, else the international one."""
    number = phonenumbers.parse(value)
    is_own = country is not None and number.country_code == phonenumbers.country_code_for_region(country.upper())
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL if is_own else PhoneNumberFormat.INTERNATIONAL)


def international(value: str) -> str:
    """An E.164 number with its country code, grouped for reading: `+39 333 100 0037`."""
    return phonenumbers.format_number(phonenumbers.parse(value), PhoneNumberFormat.INTERNATIONAL)


def national_digits(value: str) -> str:
    """The digits of an E.164 number without its country code; the zero of an Italian landline stays."""
    return phonenumbers.national_significant_number(phonenumbers.parse(value))


def _plain(raw: str) -> str:
    if not raw.isascii():
        raw = _DASHES.sub("-", "".join(map(_plain_character, raw)))
    raw = raw.strip().removeprefix("'").removeprefix("tel:").strip()
    return _FRAMED_CODE.sub(r"+\1 ", raw) if raw.startswith("(") else raw


def _plain_character(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    category = unicodedata.category(character)
    return "" if category == "Cf" else " " if category == "Zs" else "+" if character == "\uff0b" else character


def _without_extension(text: str) -> tuple[str, str | None]:
    head, found = text.lower(), None
    for match in _EXTENSION.finditer(head):
        found = match
    if found is None or found.end() != len(head):
        return text, None
    return text[: found.start()].strip(), found[1]


def _is_one_number(text: str) -> bool:
    if not _NUMBER.fullmatch(text) or _FLOAT.fullmatch(text):
        return False
    if not _FEWEST_DIGITS <= _count(text) <= _MOST_DIALED:
        return False
    return not _BREAK.search(text) or _is_one_despite_breaks(text)


def _is_one_despite_breaks(text: str) -> bool:
    """02/1234567 and (514) 555 - 1234 are one number; 333 1234567 / 06 123456 is two, 06 1234567/8 a range."""
    sizes = [_count(part) for part in _BREAK.split(text)]
    has_country_code = text.startswith(("+", "00"))
    if has_country_code:
        sizes[0] -= 3
    wholes = [size for size in sizes if size >= 6]
    is_range = sizes[-1] < 4 and any(size >= 8 for size in sizes[:-1])
    return len(wholes) < 2 and not is_range


def _count(text: str) -> int:
    return sum(map(text.count, "0123456789"))


def _readings(text: str) -> tuple[str, ...]:
    """+39 (0)6 keeps its zero, +44 (0)7400 drops it: both are tried, and only one may be valid."""
    if text.startswith(("+", "00")) and _TRUNK_ZERO.search(text):
        return _TRUNK_ZERO.sub("0", text), _TRUNK_ZERO.sub("", text)
    return (text,)


def _e164(text: str, country: str) -> str | None:
    digits = "".join(filter(str.isdigit, text))
    if text.startswith("+"):
        quick = phone_patterns.e164_from_international(digits)
    else:
        quick = phone_patterns.e164_from_national(digits, country.upper())
    return quick or _e164_by_library(text, country.upper() or None)


def _e164_by_library(text: str, country: str | None) -> str | None:
    number = _parse(text, country)
    if number is None and text.startswith("00"):
        number = _parse("+" + text[2:], None)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if number else None


def _parse(text: str, country: str | None) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None
