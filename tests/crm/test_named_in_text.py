"""Whom a text names: an e-mail in any spelling, a phone as one number, and nobody by digits that happen to stand there
(R-PRIV-1, R-ID-3, R-ID-4)."""

from __future__ import annotations

import unicodedata

import pytest

from crm import named_in_text
from crm.known_addresses import Addresses

ANNA = "anna@example.com"
IDN, LOCAL = "anna@xn--mller-kva.de", "m\u00fcller@example.com"
MOBILE, LANDLINE = "+393331234567", "+39061234567"
EVERYTHING = Addresses(frozenset({ANNA, IDN, LOCAL}), frozenset({MOBILE, LANDLINE}))


def named(text: str) -> set[str]:
    return set(named_in_text.addresses_in(text, "IT", EVERYTHING))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("anna@example.com", ANNA),
        ("x ANNA@Example.com, y", ANNA),
        ("<mailto:anna@example.com>.", ANNA),
        ("bo@example.com/anna@example.com", ANNA),
        ("anna@m\u00fcller.de", IDN),
        ("Anna@M\u00dcLLER.de", IDN),
        ("anna@XN--MLLER-KVA.de", IDN),
        (unicodedata.normalize("NFD", "write to anna@m\u00fcller.de!"), IDN),
        ("M\u00dcLLER@example.com", LOCAL),
        (unicodedata.normalize("NFD", LOCAL), LOCAL),
        ("333 123 4567", MOBILE),
        ("0039 333/123.45.67", MOBILE),
        ("tel. +39 333-1234567 int 12", MOBILE),
        ("(+39) 333 1234567", MOBILE),
        ("393331234567.0", MOBILE),
        ("333 123 4567 o 02 1234567", MOBILE),
        ("02 1234567 333 123 4567", MOBILE),
        ("333 1234567 / 02 1234567", MOBILE),
        ("on 12.5.2026 call 333 1234567", MOBILE),
        ("06 123 4567", LANDLINE),
        ("61234567", LANDLINE),
        ("39061234567", LANDLINE),
    ],
)
def test_an_address_is_found_however_it_is_written(text: str, address: str) -> None:
    assert named(text) == {address}


@pytest.mark.parametrize(
    "text",
    [
        "joanna@example.com",
        "anna@example.com.au",
        "anna@example.comb",
        "anna@muller.de",
        "muller@example.com",
        "anna at example.com",
        "346 123 4567",
        "900061234567",
        "card 9000 6123 4567",
        "333 123 4568",
        "33312345678",
        "+49 3331 234567",
        "1234567",
        "",
        "@",
    ],
)
def test_somebody_alike_is_somebody_else(text: str) -> None:
    assert named(text) == set()


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (ANNA, "ANNA@example.com"),
        (IDN, "anna@m\u00fcller.de"),
        (LOCAL, "M\u00dcLLER@example.com"),
        ("jos\u00e9@example.com", "jose\u0301@example.com"),
    ],
)
def test_what_a_database_looks_for_stands_in_every_spelling_of_an_email(address: str, text: str) -> None:
    traces = named_in_text.traces(Addresses(frozenset({address})))

    [trace] = traces.emails
    assert trace.isascii()
    assert trace in text.lower()


def test_and_of_a_phone_among_the_digits() -> None:
    assert named_in_text.traces(Addresses(phones=frozenset({MOBILE, LANDLINE}))).phones == ["3331234567", "61234567"]
