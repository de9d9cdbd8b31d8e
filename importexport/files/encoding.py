"""Which characters a CSV file is written in (R-IO-1): UTF-8, UTF-16, Windows-1250 or Windows-1252.

A byte order mark or valid UTF-8 decides. Any other file is of one byte per letter, and Windows-1252 decodes anything,
so the choice between 1250 (Polish) and 1252 (Italian, French, Spanish, German) is made by the letters that would
result: `ł ą ż` speak for the one, `è à ò ù` for the other. Staff can correct it.
"""

from __future__ import annotations

import codecs
import enum
import re

from django.utils.translation import gettext as _

from importexport.files import refused


class Encoding(enum.StrEnum):
    UTF_8 = "utf-8"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"
    WINDOWS_1250 = "windows-1250"
    WINDOWS_1252 = "windows-1252"

    @property
    def codec(self) -> str:
        """The codec that drops a byte order mark where the encoding may have one."""
        return "utf-8-sig" if self is Encoding.UTF_8 else self.value


_BOMS = (
    (codecs.BOM_UTF8, Encoding.UTF_8),
    (codecs.BOM_UTF16_LE, Encoding.UTF_16_LE),
    (codecs.BOM_UTF16_BE, Encoding.UTF_16_BE),
)
_HEAD = 8192
_HIGH_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_ENOUGH_WORDS = 5_000

# Bytes that are a letter in 1250 and only a sign in 1252 (ą ł ż Ł Ż ź Ź Ą against ¹ ³ ¿ £ ¯ Ÿ), inside a word.
_POLISH_LETTERS = frozenset(b"\xb9\xb3\xbf\xa3\xaf\x9f\x8f\xa5")
# The same byte is è à ò ù ì û ï å ã õ ø in 1252, and č ŕ ň ů ě ű ď ĺ ă ő ř in 1250.
_WESTERN_LETTERS = frozenset(b"\xe8\xe0\xf2\xf9\xec\xfb\xef\xe5\xe3\xf5\xf8\xc8\xc0\xd2\xd9\xcc")
# ś and ć against œ and æ.
_LEANING_POLISH = frozenset(b"\x9c\x8c\xe6\xc6")
_VOWELS = frozenset(b"aeiouyAEIOUY")
_N_TILDE, _E_OGONEK, _Z_DOT = 0xF1, 0xEA, 0xBF


def guess(data: bytes) -> Encoding:
    """The encoding of a whole CSV file; raises `NulBytes`, `FileBroken` or `EncodingUnknown`."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding
    if wide := _utf_16_without_mark(data[:_HEAD]):
        return wide
    if b"\x00" in data:
        raise refused.NulBytes
    if _is_utf_8(data):
        return Encoding.UTF_8
    return _one_byte_encoding(data)


def check(data: bytes, encoding: Encoding) -> None:
    """Raises when the file cannot be decoded from end to end, or holds NUL characters."""
    try:
        text = data.decode(encoding.codec)
    except UnicodeDecodeError as error:
        newline = "\n".encode(encoding.value)
        line = data.count(newline, 0, error.start) + 1
        raise refused.EncodingUnknown(
            _("The characters in line %(line)d cannot be read as %(encoding)s. Choose another encoding.")
            % {"line": line, "encoding": encoding.value},
            line=line,
        ) from error
    if "\x00" in text:
        raise refused.NulBytes


def _utf_16_without_mark(head: bytes) -> Encoding | None:
    """Latin text in UTF-16 has a zero in nearly every second byte, and none in the others."""
    pairs = len(head) // 2
    if not pairs:
        return None
    even, odd = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if odd > pairs * 0.6 and even == 0:
        return Encoding.UTF_16_LE
    if even > pairs * 0.6 and odd == 0:
        return Encoding.UTF_16_BE
    return None


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        _refuse_damaged_utf_8(data, error)
        return False
    return True


def _refuse_damaged_utf_8(data: bytes, error: UnicodeDecodeError) -> None:
    """A file with many good UTF-8 letters and a few bad bytes is damaged UTF-8, not Windows text."""
    text = data.decode(errors="surrogateescape")
    bad = sum("\udc80" <= letter <= "\udcff" for letter in text if letter > "\x7f")
    good = sum(letter > "\x7f" for letter in text) - bad
    if good > 10 * bad:
        line = data.count(b"\n", 0, error.start) + 1
        raise refused.FileBroken(_("The file is damaged in line %(line)d.") % {"line": line}, line=line) from error


def _one_byte_encoding(data: bytes) -> Encoding:
    possible = [one for one in (Encoding.WINDOWS_1252, Encoding.WINDOWS_1250) if _decodes(data, one)]
    if not possible:
        raise refused.EncodingUnknown
    if len(possible) == 1:
        return possible[0]
    words = _HIGH_WORD.findall(data)[:_ENOUGH_WORDS]
    return Encoding.WINDOWS_1250 if sum(map(_polishness, words)) > 0 else Encoding.WINDOWS_1252


def _decodes(data: bytes, encoding: Encoding) -> bool:
    try:
        data.decode(encoding.value)
    except UnicodeDecodeError:
        return False
    return True


def _polishness(word: bytes) -> int:
    """Above zero when the word speaks for Windows-1250, below zero for 1252."""
    if len(word) == 1:
        return 0
    return sum(_letter_polishness(word, place) for place, byte in enumerate(word) if byte > 0x7F)


def _letter_polishness(word: bytes, place: int) -> int:
    byte, following = word[place], word[place + 1 : place + 2]
    if byte in _POLISH_LETTERS:
        # At the start of a word the byte of ż is more often the Spanish opening question mark.
        return 0 if byte == _Z_DOT and place == 0 else 4
    if byte in _WESTERN_LETTERS:
        return -4
    if byte in _LEANING_POLISH:
        return -1 if following in (b"u", b"U") else 2
    if byte == _N_TILDE:
        # España, Núñez: a vowel follows; Kamiński, Gdańsk, koń: none does.
        return -2 if following and following[0] in _VOWELS else 2
    if byte == _E_OGONEK:
        # French never ends a word in ê; Polish often ends one in ę.
        return 3 if not following else 0
    return 0
