"""R-ID-4: the short cut gives the library's answer or none."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from crm import phone_patterns

_REGIONS = [
    "IT",
    "FR",
    "PL",
    "CA",
    "DE",
    "GB",
    "ES",
    "US",
    "CH",
    "AT",
    "BE",
    "NL",
    *sorted(phonenumbers.SUPPORTED_REGIONS),
]
_TYPES = [PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.TOLL_FREE, PhoneNumberType.VOIP]


def by_library(text: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return None
    is_valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if is_valid else None


@st.composite
def mutated_numbers(draw: st.DrawFn) -> tuple[str, str]:
    country = draw(st.sampled_from(_REGIONS))
    example = phonenumbers.example_number_for_type(country, draw(st.sampled_from(_TYPES)))
    ways = [PhoneNumberFormat.E164, PhoneNumberFormat.NATIONAL]
    example = example or phonenumbers.example_number(country)
    assert example is not None
    text = phonenumbers.format_number(example, draw(st.sampled_from(ways)))
    digits = [character for character in text if character.isdigit()]
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(digits) - 1))
        digits[at : at + draw(st.integers(0, 1))] = draw(st.sampled_from([[], *([digit] for digit in "0123456789")]))
    separator = draw(st.sampled_from(["", "", " ", "-", "."]))
    return separator.join(digits) or "0", country


@given(mutated_numbers())
@settings(max_examples=400, deadline=None)
def test_the_short_cut_never_contradicts_the_library(number: tuple[str, str]) -> None:
    text, country = number
    digits = "".join(filter(str.isdigit, text))

    assert phone_patterns.e164_from_national(digits, country) in (None, by_library(text, country))
    assert phone_patterns.e164_from_international(digits) in (None, by_library("+" + text, country))


@pytest.mark.parametrize(
    ("digits", "country", "value"),
    [
        ("3331000037", "IT", "+393331000037"),
        ("0612345678", "IT", "+390612345678"),
        ("0142685300", "FR", "+33142685300"),
        ("600100100", "PL", "+48600100100"),
        ("07400100000", "GB", None),
        ("5149871234", "CA", "+15149871234"),
        ("00393331000037", "IT", None),
        ("15149871234", "CA", None),
        ("112", "IT", None),
        ("3331000037", "ZZ", None),
        ("3331000037", "", None),
        ("", "IT", None),
    ],
)
def test_the_usual_numbers_take_the_short_cut(digits: str, country: str, value: str | None) -> None:
    assert phone_patterns.e164_from_national(digits, country) == value


@pytest.mark.parametrize(
    ("digits", "value"),
    [
        ("393331000037", "+393331000037"),
        ("15149871234", "+15149871234"),
        ("012015550123", None),
        ("999123456789", None),
        ("80012345678", None),
        ("", None),
    ],
)
def test_international_numbers_take_the_short_cut(digits: str, value: str | None) -> None:
    assert phone_patterns.e164_from_international(digits) == value
