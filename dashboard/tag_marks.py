"""How a tag looks: its color, whether discreet mode hides it behind an icon, whether it is the allergy mark (R-SERVICE-2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from crm import allergies, automatic_rules, tags
from crm.tags import HeldTag

TONES = {"vip": "plum", "regular": "green", "no_show": "red", "problematic": "red"}
SYMBOLS = {"vip": "star", "influencer": "star", "journalist": "file", "no_show": "flag", "problematic": "flag"}


@dataclass(frozen=True, slots=True)
class TagMark:
    key: str
    label: str
    tone: str
    is_delicate: bool
    is_allergy: bool
    is_automatic: bool
    symbol: str
    reason: str = ""


def of(held: Iterable[HeldTag]) -> list[TagMark]:
    """The marks of a contact's tags, allergies first. Without the right to read it, an allergy says only that it is one."""
    marks = [_mark(one) for one in held]
    return sorted(marks, key=lambda mark: (not mark.is_allergy, mark.is_automatic, mark.label.casefold()))


def without_allergies(marks: Iterable[TagMark]) -> list[TagMark]:
    """For pages that show the allergy as a mark of its own."""
    return [mark for mark in marks if not mark.is_allergy]


def _mark(tag: HeldTag) -> TagMark:
    return TagMark(
        key=tag.key,
        label=tag.label,
        tone=TONES.get(tag.key, "") if tag.key in tags.SYSTEM_TAGS else "own",
        is_delicate=tag.key in tags.DELICATE_KEYS,
        is_allergy=allergies.names_allergy(tag.key),
        is_automatic=tag.is_automatic,
        symbol=SYMBOLS.get(tag.key, "flag"),
        reason=automatic_rules.why(tag.reason),
    )


def anonymous(mark: TagMark, label: str) -> TagMark:
    """The mark without what it says: neither its own label nor its key."""
    return replace(mark, key="", label=label)
