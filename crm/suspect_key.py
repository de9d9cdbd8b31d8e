"""Keys that look made up: repeated or sequential digits, well-known dummies (R-ID-7; source P, lists ours).

A warning and a flag, never a refusal, and rather one fake too few than a guest insulted: a run must be long to count
(333 1234567 and 333 1000000 pass), and a weak word such as "test" counts only at a mailbox that is as weak.
"""

from __future__ import annotations

import re
from typing import Final

from crm import mailbox_providers, phone_number

_LONGEST_HONEST_REPEAT: Final = 6
_LONGEST_HONEST_SEQUENCE: Final = 7
_UPWARD: Final = "01234567890123456789"
_SEQUENCES: Final = frozenset(
    line[start:end]
    for line in (_UPWARD, _UPWARD[::-1])
    for start in range(len(line))
    for end in range(start + 1, len(line) + 1)
)
_REPEAT: Final = re.compile(r"(\d)\1*")
_PAIRS: Final = re.compile(r"(\d\d)\1{3,}")
_DUMMY_NUMBERS: Final = frozenset(("123123123", "1231231234"))

# Said by people who have or give no address, in the languages of our guests.
_NO_ADDRESS: Final = frozenset(
    str.split(
        """
        noemail nomail noemails senzamail senzaemail nessunamail nonhomail noreply donotreply
        sansmail sansemail pasdemail aucunmail brakmaila brakemaila brakmail niemamaila
        sinmail sinemail sincorreo keinemail keinemailadresse fakemail fakeemail
        asdasd asdfasdf asdfgh qwerty qwertyuiop
        """
    )
)
_WEAK: Final = frozenset(
    str.split(
        """
        test prova fake dummy asd asdf qwe abc xyz pippo ciao user utente email mail
        no none non nessuno nessuna null brak nie rien aucun
        """
    )
)
_NO_LETTERS: Final = re.compile(r"[^a-z]+")


def is_suspect_phone(e164: str) -> bool:
    """True when the national digits of a valid number are one digit over and over, a sequence, or a known dummy."""
    digits = phone_number.national_digits(e164)
    repeat = max(len(run[0]) for run in _REPEAT.finditer(digits))
    return (
        repeat > _LONGEST_HONEST_REPEAT
        or repeat == len(digits)
        or _longest_sequence(digits) > _LONGEST_HONEST_SEQUENCE
        or _PAIRS.fullmatch(digits) is not None
        or digits in _DUMMY_NUMBERS
    )


def is_suspect_email(email: str) -> bool:
    """True when a normalized address says that there is none (noemail@...), or is a dummy (a@a.it, test@test.com)."""
    local, _, domain = email.rpartition("@")
    name, mailbox = _NO_LETTERS.sub("", local.partition("+")[0]), domain.partition(".")[0]
    if name in _NO_ADDRESS or mailbox in _NO_ADDRESS or _is_one_letter(name, at_least=3):
        return True
    is_weak_place = mailbox in _WEAK or mailbox == name or domain in mailbox_providers.PROVIDERS
    return (name in _WEAK and is_weak_place) or (local.isalpha() and _is_one_letter(name + mailbox))


def _is_one_letter(text: str, *, at_least: int = 1) -> bool:
    return len(text) >= at_least and len(set(text)) == 1


def _longest_sequence(digits: str) -> int:
    longest = 1
    for start in range(len(digits)):
        while digits[start : start + longest + 1] in _SEQUENCES and start + longest < len(digits):
            longest += 1
    return longest
