"""What a contact can be found by, and what a query asks for (R-CRM-4; sources P, L, M).

Both sides are folded (case, accents, ł, ø, ß ...) and cut into words at everything that is no letter or digit, so that
apostrophes, hyphens and the `. _ - + @` of an e-mail split alike. A contact matches a query when each needle is the
beginning of one of its tokens, or, with three digits or more, stands within its phone, and each phrase stands in its
phrase text as whole, adjacent words. The needles of a quoted query are those of the same query without quotes, so
quoting can only narrow. "Digits within the phone" is a prefix search too: every ending of the number is a `#` token.
"""

from __future__ import annotations

import functools
import hashlib
import operator
import re
import unicodedata
from collections.abc import Iterable
from typing import Final, NamedTuple

from crm import phone_number

TOKEN_MAX_LENGTH: Final = 64
SORT_NAME_MAX_LENGTH: Final = 255
QUERY_MAX_LENGTH: Final = 200
MOST_NEEDLES: Final = 10
FEWEST_PHONE_DIGITS: Final = 3
SIGNED_LETTERS: Final = 3
PHONE_MARK: Final = "#"
_SEGMENT_BREAK: Final = " | "

# Letters that no decomposition takes apart (\u0131 is the dotless i), and the apostrophes that Unicode calls letters.
LETTERS: Final = {
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ŧ": "t",
    "\u0131": "i",
    "\u02bc": "'",
    "\u02bb": "'",
} | {"æ": "ae", "œ": "oe", "þ": "th", "ŋ": "n"}
_LETTERS: Final = str.maketrans(LETTERS)
# Accents that stand by themselves, and signs that nobody sees.
MARKS: Final = ("Mn", "Mc", "Me", "Cf")
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_WORD: Final = re.compile(r"[^\W_]+")
_QUOTES: Final = '"“”„‟«»'
_QUOTED: Final = re.compile(f"[{_QUOTES}]([^{_QUOTES}]*)[{_QUOTES}]")
_NO_QUOTES: Final = str.maketrans(dict.fromkeys(_QUOTES, " "))
_PHONE_LIKE: Final = re.compile(r"[0-9+.\-()/\s]+")


class Needle(NamedTuple):
    """`prefix`: a token must begin with it, or, when `digits` is given, the phone contain those."""

    prefix: str
    digits: str | None = None


class Query(NamedTuple):
    """All needles and all phrases must match; an empty query filters nothing."""

    needles: tuple[Needle, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()


def fold(text: str) -> str:
    """The text without case and accents, for comparing and sorting; punctuation stays."""
    if text.isascii():
        return text.lower()
    folded = _bare(text).casefold().translate(_LETTERS)
    return folded if folded.isascii() else _bare(folded)


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _WORD.findall(fold(text))


def index_tokens(
    *,
    first_name: str = "",
    last_name: str = "",
    nickname: str = "",
    email: str | None = None,
    company: str = "",
    code: str = "",
    phone: str | None = None,
    cards: Iterable[str] = (),
) -> frozenset[str]:
    """Everything that a needle may be the beginning of; `email` and `phone` in their normal forms."""
    numbers = [code, *cards]
    texts = (first_name, last_name, nickname, company, email or "", *numbers)
    tokens = {*words(" ".join(texts)), *("".join(words(number)) for number in numbers), fold(email or "")}
    tokens.discard("")
    if max(map(len, tokens), default=0) > TOKEN_MAX_LENGTH:
        tokens = {token[:TOKEN_MAX_LENGTH] for token in tokens}
    return frozenset(tokens.union(_phone_tokens(phone or "")))


def signature(tokens: Iterable[str]) -> int:
    """Which beginnings of three letters there are among these tokens, phones aside, as bits.

    Who lacks a bit of a needle's signature has no word that begins with it; who has them all probably does.
    """
    return functools.reduce(operator.or_, (_bits(token[:SIGNED_LETTERS]) for token in tokens if _is_signed(token)), 0)


def phrase_text(
    *,
    first_name: str = "",
    last_name: str = "",
    nickname: str = "",
    email: str | None = None,
    company: str = "",
    code: str = "",
    cards: Iterable[str] = (),
) -> str:
    """Every word of `index_tokens`, side by side where they may stand so: " anna rossi anna | nickname | company | ... ".

    Phrases are sought in it, and single words by a walk through the list (crm.search); only the phone stands apart.
    """
    first, last = words(first_name), words(last_name)
    name = [*first, *last, *first] if last else first
    numbers = [words(number) for number in (code, *cards)]
    joined = [["".join(number)] for number in numbers if len(number) > 1]
    segments = [name, *(words(text) for text in (nickname, company, email or "")), *numbers, *joined]
    text = _SEGMENT_BREAK.join(" ".join(segment) for segment in segments if segment)
    return f" {text} " if text else ""


def phrase_pattern(phrase: tuple[str, ...]) -> str:
    """What `phrase_text` contains exactly when the phrase matches."""
    return f" {' '.join(phrase)} "


def parse(q: str, country: str | None = None) -> Query:
    """What a query asks for; `country` reads a whole number typed as one dials it there (011 39 ..., +44 (0)20 ...)."""
    q = fold(q[:QUERY_MAX_LENGTH])
    plain = q.translate(_NO_QUOTES)
    needles = (
        [_phone_needle(plain, country)] if _is_phone_like(plain) else [_word_needle(word) for word in words(plain)]
    )
    phrases = []
    for quoted in _QUOTED.findall(q):
        if _is_phone_like(quoted):
            needles.append(_phone_needle(quoted, country))
        elif phrase := tuple(words(quoted)):
            phrases.append(phrase)
    return Query(tuple(dict.fromkeys(needles))[:MOST_NEEDLES], tuple(dict.fromkeys(phrases))[:MOST_NEEDLES])


def upper_bound(prefix: str) -> str:
    """The end of the range `prefix <= token < bound` of what begins with `prefix` (COLLATE "C": code points)."""
    stem = prefix.rstrip("\U0010ffff")
    if not stem:
        raise ValueError("nothing lies beyond this prefix")
    following = ord(stem[-1]) + 1
    return stem[:-1] + ("\ue000" if following == 0xD800 else chr(following))


def sort_name(last_name: str, first_name: str, email: str | None = None, phone: str | None = None) -> str:
    """The column lists are sorted by: "last first" folded, else the e-mail, else the phone; never null."""
    name = " ".join((*words(last_name), *words(first_name)))
    return (name or fold(email or "") or phone or "")[:SORT_NAME_MAX_LENGTH]


def _bare(text: str) -> str:
    return _NOT_ASCII.sub(_unless_mark, unicodedata.normalize("NFKD", text))


def _unless_mark(found: re.Match[str]) -> str:
    return "" if unicodedata.category(found[0]) in MARKS else found[0]


def _is_signed(token: str) -> bool:
    return len(token) >= SIGNED_LETTERS and not token.startswith(PHONE_MARK)


@functools.lru_cache(maxsize=20_000)
def _bits(beginning: str) -> int:
    """Two of the 63 bits of a signed integer, less its sign; one where both fall together."""
    digest = hashlib.md5(beginning.encode(), usedforsecurity=False).hexdigest()
    return 1 << int(digest[:7], 16) % 63 | 1 << int(digest[7:14], 16) % 63


def _phone_tokens(phone: str) -> Iterable[str]:
    digits = phone.removeprefix("+")
    return (PHONE_MARK + digits[start:] for start in range(len(digits) - FEWEST_PHONE_DIGITS + 1))


def _is_phone_like(text: str) -> bool:
    return bool(_PHONE_LIKE.fullmatch(text)) and any(map(str.isdigit, text))


def _phone_needle(text: str, country: str | None) -> Needle:
    typed = _digits(text)
    sought = _without_trunk_zero(_digits(text.rpartition("(0)")[2]) or typed)
    whole = (phone_number.check(text, country).value or "").removeprefix("+")
    return _needle(typed, sought if sought in whole or not whole else whole)


def _word_needle(word: str) -> Needle:
    return _needle(word, _without_trunk_zero(word) if word.isascii() and word.isdigit() else "")


def _needle(prefix: str, digits: str) -> Needle:
    has_phone = len(digits) >= FEWEST_PHONE_DIGITS
    return Needle(prefix[:TOKEN_MAX_LENGTH], digits[:TOKEN_MAX_LENGTH] if has_phone else None)


def _without_trunk_zero(digits: str) -> str:
    # 0037 may be the end of a number: a zero goes only where enough remains.
    significant = digits.lstrip("0")
    return significant if len(significant) >= FEWEST_PHONE_DIGITS else digits


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))
