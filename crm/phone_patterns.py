"""A short cut to the phone library's answer, compiled from the library's own metadata (R-ID-4; MEASURED).

It answers only where the library's steps (international prefix, country code, trunk prefix, validity) leave one way,
and says None everywhere else: "ask the library". A test holds it against the library on mutated numbers.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberDesc

_TYPES: Final = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost"),
    *("voip", "personal_number", "pager", "uan", "voicemail"),
)
_LONGEST_CALLING_CODE: Final = 3


class _Region(NamedTuple):
    calling_code: str
    dialed_abroad: re.Pattern[str]
    trunk: re.Pattern[str] | None
    literal_trunk: str | None
    leading: re.Pattern[str] | None
    valid: re.Pattern[str]


def e164_from_national(digits: str, country: str) -> str | None:
    """E.164 of digits dialed within a country, None when the library has to say."""
    region = _region(country)
    if region is None or region.dialed_abroad.match(digits):
        return None
    if digits.startswith(region.calling_code) and not region.valid.fullmatch(digits):
        return None
    if region.trunk is not None and region.trunk.match(digits):
        if region.literal_trunk is None:
            return None
        digits = digits.removeprefix(region.literal_trunk)
    return _checked(region.calling_code, digits)


def e164_from_international(digits: str) -> str | None:
    """E.164 of digits that followed a plus sign, None when the library has to say."""
    for length in range(1, _LONGEST_CALLING_CODE + 1):
        regions = _regions(digits[:length])
        if regions:
            significant = digits[length:]
            is_plain = regions[0].trunk is None or not regions[0].trunk.match(significant)
            return _checked(digits[:length], significant) if is_plain else None
    return None


def _checked(calling_code: str, significant: str) -> str | None:
    """The first region that claims a number decides, as in the library."""
    for region in _regions(calling_code):
        if region.leading is not None and not region.leading.match(significant):
            continue
        if region.valid.fullmatch(significant):
            return f"+{calling_code}{significant}"
        if region.leading is not None:
            return None
    return None


@lru_cache(maxsize=1024)
def _regions(calling_code: str) -> tuple[_Region, ...]:
    if calling_code.startswith("0") or not calling_code.isdecimal():
        return ()
    regions = [_region(country) for country in phonenumbers.region_codes_for_country_code(int(calling_code))]
    known = tuple(region for region in regions if region is not None)
    return known if len(known) == len(regions) else ()


@lru_cache(maxsize=512)
def _region(country: str) -> _Region | None:
    metadata = PhoneMetadata.metadata_for_region(country, None)
    if metadata is None or not metadata.international_prefix or metadata.general_desc is None:
        return None
    trunk, transform = metadata.national_prefix_for_parsing, metadata.national_prefix_transform_rule
    return _Region(
        calling_code=str(metadata.country_code),
        dialed_abroad=re.compile(metadata.international_prefix),
        trunk=re.compile(trunk) if trunk else None,
        literal_trunk=trunk if trunk and trunk.isdecimal() and not transform else None,
        leading=re.compile(metadata.leading_digits) if metadata.leading_digits else None,
        valid=_valid(metadata, metadata.general_desc),
    )


def _valid(metadata: PhoneMetadata, general: PhoneNumberDesc) -> re.Pattern[str]:
    descriptions = [getattr(metadata, name) for name in _TYPES]
    kinds = [_pattern(kind) for kind in descriptions if kind and kind.national_number_pattern]
    return re.compile(rf"(?={_pattern(general)}\Z)(?:{'|'.join(kinds)})")


def _pattern(description: PhoneNumberDesc) -> str:
    lengths = "|".join(rf"\d{{{length}}}\Z" for length in description.possible_length if length > 0)
    return f"(?:(?={lengths})(?:{description.national_number_pattern}))"
