"""R-CRM-1, R-IO-1: languages as doors and files write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm import language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("it", "it"),
        ("IT", "it"),
        (" it-IT ", "it"),
        ("it_IT", "it"),
        ("zh-Hant-TW", "zh"),
        ("ita", "it"),
        ("Italiano", "it"),
        ("français", "fr"),
        ("Francese", "fr"),
        ("polski", "pl"),
        ("WŁOSKI", "it"),
        ("English", "en"),
        ("Anglais (Canada)", "en"),
        ("deutsch", "de"),
        ("Deutsch (Österreich)", "de"),
        ("Español", "es"),
        ("niemiecki", "de"),
        ("русский", "ru"),
        ("українська", "uk"),
        ("日本語", "ja"),
        ("한국어", "ko"),
    ],
)
def test_codes_tags_and_names_of_languages_are_understood(text: str, code: str) -> None:
    assert language.parse(text) == code


@pytest.mark.parametrize(
    "text", [None, "", "  ", "xx", "en-", "Klingon", "it, en", "Italian English", "Italia", "?", "1"]
)
def test_what_is_no_language_is_none(text: str | None) -> None:
    assert language.parse(text) is None


@pytest.mark.parametrize("code", sorted(language.CODES))
def test_every_code_means_itself(code: str) -> None:
    assert language.parse(code) == code
    assert len(code) == language.CODE_LENGTH


@given(st.text())
def test_nothing_but_a_code_comes_out(text: str) -> None:
    assert language.parse(text) in language.CODES | {None}


def test_no_name_means_two_languages() -> None:
    names = [name for names in language._NAMES.values() for name in names.split()]

    assert len(names) == len(set(names))
