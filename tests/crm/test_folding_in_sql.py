"""The privacy search finds a name in the spellings that the contact search finds it in (R-PRIV-1, R-CRM-4)."""

from __future__ import annotations

import unicodedata

import pytest

from crm import folding_in_sql, search_text
from tenants import rows

# Latin with all its accents, Greek and Cyrillic: what our guests are called in.
LETTERS = [
    chr(code)
    for first, last in ((0x20, 0x24F), (0x386, 0x3CE), (0x400, 0x45F), (0x1E00, 0x1EFF), (0xFB00, 0xFB06))
    for code in range(first, last + 1)
    if unicodedata.category(chr(code))[0] in "LNPSZ"
]
STATEMENT = f"SELECT {folding_in_sql.folded('said')} FROM unnest($1::text[]) WITH ORDINALITY AS given (said, place) ORDER BY place"


def in_sql(texts):
    return [folded for (folded,) in rows.run(STATEMENT, list(texts))]


def words(text):
    """The folded words of a text that is folded already."""
    return search_text.words(text)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_every_letter_is_folded_alike_however_its_accent_is_written(inside, form):
    written = [unicodedata.normalize(form, f"a{letter}b") for letter in LETTERS]

    pairs = zip(written, in_sql(written), strict=True)

    assert [(one, found) for one, found in pairs if words(found) != words(one)] == []


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Ștefan \u0218tef\u0103nescu", "stefan stefanescu"),
        ("CŒUR Œdipe", "coeur oedipe"),
        ("Łukasz \u0141\u00f3d\u017a", "lukasz lodz"),
        ("Zoe\u0308 STRAU\u1e9e", "zoe strauss"),
        ("Þórður \u00c6gir", "thordur aegir"),
        ("O\u02bcHara d\u2019Angelo", "o'hara d\u2019angelo"),
        ("zero\u200bwidth so\u00adft", "zerowidth soft"),
        ("anna_rossi", "anna rossi"),
    ],
)
def test_names_lose_case_accents_and_what_nobody_sees(inside, written, plain):
    assert in_sql([written]) == [plain]
