"""The normal form of an e-mail address, and what to say about a bad one (R-ID-3, R-ID-5; source P, ours).

Normal form: trimmed, Unicode NFC, lower case throughout, the domain as IDNA A-label. Gmail dots and +tags stay;
`gmail_form` drops them only to suggest duplicates. An address that cannot exist, unknown top-level domain included, is
`email_invalid`; one that can but looks mistyped is stored and reported as `email_typo`. Nothing here asks the network:
the top-level domains are those of the installed copy of the public suffix list.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from email_validator import EmailNotValidError, validate_email
from publicsuffixlist import PublicSuffixList

from crm import mailbox_providers

MAX_LENGTH: Final = 254
Code = Literal["email_invalid", "email_typo"]


class EmailVerdict(NamedTuple):
    """`value`: the normal form, None when absent or invalid. `suggestion`: a whole address that was probably meant."""

    value: str | None
    code: Code | None = None
    suggestion: str | None = None


class _Domain(NamedTuple):
    ascii: str | None
    meant: str | None


_ABSENT: Final = EmailVerdict(None)
_INVALID: Final = EmailVerdict(None, "email_invalid")
_INVISIBLE: Final = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u2060\ufeff"
_AROUND: Final = " \t\r\n\v\f\u00a0\u202f" + _INVISIBLE
_LONGEST_RAW: Final = 1000
_SUFFIXES: Final = PublicSuffixList(accept_unknown=False, only_icann=True)

_ATOM: Final = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LENGTHS: Final = rf"(?=.{{1,64}}@)(?=.{{3,{MAX_LENGTH}}}\Z)"
_PLAIN: Final = re.compile(rf"{_LENGTHS}{_ATOM}(?:\.{_ATOM})*@([a-z0-9-]+(?:\.[a-z0-9-]+)+)")


def check(raw: str | None) -> EmailVerdict:
    """The verdict on what a guest, a colleague or a file wrote; blank is absent, not invalid."""
    text = (raw or "").strip(_AROUND)
    if not text:
        return _ABSENT
    if len(text) > _LONGEST_RAW:
        return _INVALID
    text = text.lower() if text.isascii() else unicodedata.normalize("NFC", text.lower()).strip(_AROUND)
    plain = _PLAIN.fullmatch(text)
    if plain and "xn--" not in text:
        return _judge(text[: plain.start(1) - 1], plain[1], text)
    return _check_unusual(text)


def gmail_form(value: str) -> str:
    """Takes a normal form; the addresses of one Gmail mailbox become equal (dots, +tag dropped), others stay."""
    local, _, domain = value.rpartition("@")
    if domain not in ("gmail.com", "googlemail.com"):
        return value
    return local.partition("+")[0].replace(".", "") + "@gmail.com"


def _judge(local: str, domain: str, text: str) -> EmailVerdict:
    verdict = _judge_domain(domain)
    if verdict.ascii is None:
        return EmailVerdict(None, "email_invalid", f"{local}@{verdict.meant}") if verdict.meant else _INVALID
    value = text if verdict.ascii == domain else f"{local}@{verdict.ascii}"
    return EmailVerdict(value, "email_typo", f"{local}@{verdict.meant}") if verdict.meant else EmailVerdict(value)


def _check_unusual(text: str) -> EmailVerdict:
    try:
        address = validate_email(text, check_deliverability=False, strict=True)
    except EmailNotValidError:
        return EmailVerdict(None, "email_invalid", _mended(text))
    local = unicodedata.normalize("NFC", address.local_part.lower())
    value = f"{local}@{address.ascii_domain}"
    return _judge(local, address.ascii_domain, value) if len(value) <= MAX_LENGTH else _INVALID


@lru_cache(maxsize=16384)
def _judge_domain(domain: str) -> _Domain:
    try:
        ascii_domain = validate_email(f"x@{domain}", check_deliverability=False).ascii_domain
    except EmailNotValidError:
        return _Domain(None, _existing(mailbox_providers.meant_by_impossible(domain)))
    if not _has_known_end(ascii_domain):
        return _Domain(None, _existing(mailbox_providers.meant_by_impossible(ascii_domain)))
    return _Domain(ascii_domain, mailbox_providers.meant_by_existing(ascii_domain))


def _existing(domain: str | None) -> str | None:
    is_sound = domain is not None and _judge_domain(domain) == _Domain(domain, None)
    return domain if is_sound else None


def _has_known_end(domain: str) -> bool:
    # "x." because a wildcard rule (*.ck) names no suffix for the bare end.
    return _SUFFIXES.publicsuffix("x." + domain.rpartition(".")[2]) is not None


def _mended(text: str) -> str | None:
    """The address behind a slip of the keyboard: a space at the @, a comma for a dot, doubled dots, no dot at all."""
    local, _, domain = text.removeprefix("mailto:").replace(",", ".").rpartition("@")
    local = re.sub(r"\.\.+", ".", local.rstrip("@")).strip(". ")
    domain = re.sub(r"\.\.+", ".", re.sub(r"\s+", "", domain)).strip(".;>")
    if "." not in domain:
        domain = mailbox_providers.meant_by_impossible(domain) or domain
    plain = _PLAIN.fullmatch(f"{local}@{domain}")
    if not plain or plain[0] == text:
        return None
    verdict = _judge(local, domain, plain[0])
    return verdict.suggestion or verdict.value
