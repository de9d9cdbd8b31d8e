"""Names of people: made tidy, compared, and taken apart where a file has them in one column (R-ID-7, R-IO-2; ours).

A name is written as its owner writes it: only what no one sees (control characters, doubled blanks) is removed, and
case is never touched.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from crm import search_text

NAME_MAX_LENGTH: Final = 100
_JOINERS: Final = "\u200c\u200d"
_PARTICLES: Final = frozenset(
    (
        *("de", "di", "da", "del", "della", "dello", "dei", "degli", "delle", "dal", "dalla", "lo", "la", "li", "le"),
        *("du", "des", "den", "der", "van", "von", "vom", "zu", "zum", "zur", "ter", "ten", "el", "al", "ben", "bin"),
        *("dos", "das", "do", "y", "san", "st", "saint", "mac", "mc"),
    )
)
_ALSO_FIRST_NAMES: Final = frozenset(("al", "ben", "van", "mac", "la", "le"))


def clean(text: str | None) -> str:
    """Trimmed, NFC, blanks collapsed, invisible characters gone; the length is the caller's to judge."""
    if not text:
        return ""
    if not (text.isascii() and text.isprintable()):
        text = "".join(map(_visible, unicodedata.normalize("NFC", text)))
    return " ".join(text.split())


def surname_key(last_name: str) -> str:
    """Equal for the spellings of one surname: D'Angelo, dangelo and D\u2019Ang\u00e8lo."""
    return "".join(search_text.words(last_name))


def split_full_name(text: str | None) -> tuple[str, str]:
    """(first name, last name): the last word with its particles is the surname, or what stands before a comma."""
    name = clean(text)
    if "," in name:
        last, _, first = name.partition(",")
        return first.strip(" ,"), last.strip()
    parts = name.split()
    start = max(len(parts) - 1, 0)
    while start > 0 and _belongs_to_surname(parts[start - 1], is_first=start == 1):
        start -= 1
    return " ".join(parts[:start]), " ".join(parts[start:])


def _belongs_to_surname(word: str, *, is_first: bool) -> bool:
    folded = re.sub(r"\W", "", search_text.fold(word))
    return folded in _PARTICLES and not (is_first and folded in _ALSO_FIRST_NAMES)


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp", "Zs"):
        return " " if character.isspace() else ""
    return "" if category == "Cs" or (category == "Cf" and character not in _JOINERS) else character
