"""A text without case and accents, as crm.search_text.fold makes it, said in SQL: what the privacy search compares (R-PRIV-1).

For letters of our alphabets both say the same, whether an accent is part of the letter or a sign of its own.
"""

from __future__ import annotations

import itertools
import unicodedata

from crm import search_text


def folded(text: str) -> str:
    """An expression for the text of another, with blanks for what joins words like a letter. Most texts are plain ASCII."""
    bare = f"lower(regexp_replace(normalize({text}, NFKD), '[{_MARKS}]', '', 'g'))"
    plain = f"translate({bare}, '{_SINGLE}', '{_PLAIN}')"
    for letter, letters in _DOUBLE:
        plain = f"replace({plain}, '{letter}', '{letters}')"
    return f"CASE WHEN octet_length({text}) = length({text}) THEN translate(lower({text}), '_', ' ') ELSE {plain} END"


def _marks() -> str:
    """What `fold` takes away, as ranges of a bracket expression."""
    codes = [code for code in range(0x80, 0x10000) if unicodedata.category(chr(code)) in search_text.MARKS]
    ranges = [list(group) for _key, group in itertools.groupby(enumerate(codes), lambda one: one[1] - one[0])]
    return "".join(rf"\u{own[0][1]:04x}-\u{own[-1][1]:04x}" for own in ranges)


def _letters() -> dict[str, str]:
    """Both cases, since a server without the locale makes only ASCII small; the final sigma is a sigma."""
    both = {one: plain for letter, plain in search_text.LETTERS.items() for one in (letter, letter.upper())}
    return {
        **{letter: plain for letter, plain in both.items() if len(letter) == 1 and not letter.isascii()},
        **_BESIDES,
    }


# Case folding goes further than small letters; the underscore is no letter of a word.
_BESIDES = {"ß": "ss", "\u1e9e": "ss", "\u03c2": "\u03c3", "_": " "}
_DOUBLE = [(letter, plain) for letter, plain in _letters().items() if len(plain) > 1]
_SINGLE = "".join(letter for letter, plain in _letters().items() if len(plain) == 1)
_PLAIN = "".join(plain.replace("'", "''") for plain in _letters().values() if len(plain) == 1)
_MARKS = _marks()
