"""Which column of a file holds which field of a guest (R-IO-1).

A heading is compared without case, accents, punctuation and what stands in parentheses. First every heading that is
known word for word takes its field; a field named twice goes to the column that has data, then to the earlier heading
of `headings.py`. Then words are looked for in the headings that are left, and at last e-mail addresses in the cells.
What nothing matches is not imported, and staff can correct all of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from importexport.headings import HEADINGS, LANGUAGES, REASON_HEADINGS


@dataclass(frozen=True, slots=True)
class Column:
    """A field that a column of a file can fill. Several columns may fill one with `is_joined`, for instance tags."""

    key: str
    label: str | Promise
    is_key: bool = False
    is_date: bool = False
    is_joined: bool = False
    headings: Mapping[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "headings", HEADINGS[self.key])

    def heading(self, language: str) -> str:
        """The heading of this column in our own files, in the given language or in English."""
        return self.headings.get(language, self.headings["en"])[0]


COLUMNS: tuple[Column, ...] = (
    Column("first_name", _("First name")),
    Column("last_name", _("Last name")),
    Column("full_name", _("Full name")),
    Column("email", _("E-mail"), is_key=True),
    Column("phone", _("Phone"), is_key=True),
    Column("language", _("Language")),
    Column("birthday", _("Birthday"), is_date=True),
    Column("address", _("Address"), is_joined=True),
    Column("postcode", _("Postcode")),
    Column("city", _("City")),
    Column("company", _("Company")),
    Column("nickname", _("Nickname")),
    Column("notes", _("Notes"), is_joined=True),
    Column("allergies", _("Allergies and diet"), is_joined=True),
    Column("tags", _("Tags"), is_joined=True),
    Column("marketing_consent", _("Marketing consent")),
    Column("email_consent", _("Marketing consent for e-mail")),
    Column("sms_consent", _("Marketing consent for SMS")),
    Column("unsubscribed", _("Unsubscribed")),
    Column("consent_source", _("Source of the consent")),
    Column("consent_date", _("Date of the consent"), is_date=True),
    Column("consent_wording", _("Wording of the consent")),
    Column("registered_at", _("Account creation date"), is_date=True),
    Column("first_contact_on", _("First contact"), is_date=True),
    Column("visit_count", _("Number of visits")),
    Column("last_visit_on", _("Last visit"), is_date=True),
    Column("order_count", _("Number of orders")),
    Column("spend", _("Order value")),
)
# The heading of our own ids in an export. In a file that has it, figures are not guessed, since they are ours already; nor a
# consent that names its venue or no channel.
OWN_ID = "Coperto ID"
_OWN_FIGURES = frozenset({"visit_count", "last_visit_on", "order_count", "spend", "marketing_consent"})
_CONSENTS = frozenset({"email_consent", "sms_consent"})
BY_KEY: Mapping[str, Column] = {column.key: column for column in COLUMNS}

_FOLDED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss", "º": "", "°": ""})
_PARENTHESES = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

# Words that make a heading speak of an e-mail or a phone, and words after which it speaks of something about it.
_EMAIL_WORDS = frozenset({"email", "mail", "courriel", "correo"})
_PHONE_WORDS = frozenset({
    "telefono", "telephone", "telefon", "telefonu", "phone", "cellulare", "cell", "mobile", "handy", "movil",
    "portable", "komorka", "celular", "tel",
})  # fmt: skip
_ABOUT_WORDS = frozenset({
    "label", "type", "tipo", "typ", "consenso", "consent", "consentement", "zgoda", "einwilligung", "optin", "opt",
    "status", "stato", "statut", "newsletter", "date", "data", "fax", "verified", "subscribed", "marketing", "sms",
    "emergency", "id", "count", "sent", "opened",
})  # fmt: skip


def guess(headings: Sequence[str], sample: Sequence[Sequence[str]] = ()) -> dict[str, str]:
    """The field of each heading that is understood: `{"Cognome": "last_name"}`; the others are left out."""
    filled = [_filled_cells(place, sample) for place in range(len(headings))]
    open_places = [place for place, heading in enumerate(headings) if not is_reason(heading)]
    mapping = _by_known_headings(headings, open_places, filled)
    for key, words in (("email", _EMAIL_WORDS), ("phone", _PHONE_WORDS)):
        if key not in mapping.values():
            mapping |= _by_words(headings, open_places, mapping, key=key, words=words)
    if "email" not in mapping.values():
        mapping |= _by_addresses(open_places, mapping, sample)
    if is_export(headings):
        mapping = {place: key for place, key in mapping.items() if not _is_ours_already(headings[place], key)}
    return {headings[place]: mapping[place] for place in sorted(mapping)}


def _is_ours_already(heading: str, key: str) -> bool:
    return key in _OWN_FIGURES or (key in _CONSENTS and _PARENTHESES.search(heading) is not None)


def is_export(headings: Iterable[str]) -> bool:
    """True for the headings of a file that we exported."""
    return any(normalized(heading) == normalized(OWN_ID) for heading in headings)


def is_reason(heading: str) -> bool:
    """True for the column that our file of refused rows adds; it is never imported."""
    return normalized(heading) in _REASONS


def known_count(cells: Iterable[str]) -> int:
    """How many of these cells are headings that are known word for word."""
    return sum(1 for cell in cells if _claims(cell))


def names(heading: str, key: str) -> bool:
    """True for a heading that is known word for word as one of this field."""
    return any(key == claimed for claimed, _rank in _claims(heading))


def is_address(cell: str) -> bool:
    """True for a cell that looks like an e-mail address."""
    return _ADDRESS.fullmatch(cell.strip()) is not None


def normalized(heading: str) -> str:
    """The heading without case, accents and punctuation."""
    folded = unicodedata.normalize("NFKD", heading.casefold().translate(_FOLDED))
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[a-z0-9]+", letters)).replace("e mail", "email")


def _known_headings() -> dict[str, list[tuple[str, int]]]:
    known: dict[str, list[tuple[str, int]]] = {}
    for column in COLUMNS:
        every = [name for language in (*LANGUAGES, "tools") for name in column.headings[language]]
        for rank, name in enumerate([*every, column.key]):
            claims = known.setdefault(normalized(name), [])
            if all(key != column.key for key, _rank in claims):
                claims.append((column.key, rank))
    return known


_REASONS = frozenset(normalized(name) for name in REASON_HEADINGS.values())
_KNOWN = _known_headings()


def _by_known_headings(headings: Sequence[str], places: Iterable[int], filled: Sequence[int]) -> dict[int, str]:
    """Columns compete for a field: one with data before an empty one, then the better heading, then the left one."""
    claims: list[tuple[bool, int, int, str]] = []
    for place in places:
        for key, rank in _claims(headings[place]):
            claims.append((not filled[place], rank, place, key))
    mapping: dict[int, str] = {}
    for _empty, _rank, place, key in sorted(claims):
        is_free = key not in mapping.values() or BY_KEY[key].is_joined
        if place not in mapping and is_free:
            mapping[place] = key
    return _with_names_in_order(headings, mapping)


def _claims(heading: str) -> list[tuple[str, int]]:
    return _KNOWN.get(normalized(heading)) or _KNOWN.get(normalized(_PARENTHESES.sub(" ", heading)), [])


def _with_names_in_order(headings: Sequence[str], mapping: dict[int, str]) -> dict[int, str]:
    """`Nome` beside `Cognome` is the first name, `Nom` beside `Prénom` the last name; alone, each is the whole name."""
    fields = set(mapping.values())
    alone = {"nome", "nom", "nombre"}
    for place, key in list(mapping.items()):
        other = {"first_name": "last_name", "last_name": "first_name"}.get(key)
        if other and other not in fields and "full_name" not in fields and normalized(headings[place]) in alone:
            mapping[place] = "full_name"
    if {"first_name", "last_name"} <= fields:
        mapping = {place: key for place, key in mapping.items() if key != "full_name"}
    return mapping


def _by_words(
    headings: Sequence[str], places: Iterable[int], taken: Mapping[int, str], *, key: str, words: frozenset[str]
) -> dict[int, str]:
    for place in places:
        said = set(normalized(headings[place]).split())
        if place not in taken and said & words and not said & _ABOUT_WORDS:
            return {place: key}
    return {}


def _by_addresses(places: Iterable[int], taken: Mapping[int, str], sample: Sequence[Sequence[str]]) -> dict[int, str]:
    """A column most of whose filled cells are e-mail addresses, whatever its heading."""
    for place in places:
        cells = [row[place].strip() for row in sample if len(row) > place and row[place].strip()]
        if place not in taken and cells and 2 * sum(map(is_address, cells)) > len(cells):
            return {place: "email"}
    return {}


def _filled_cells(place: int, sample: Sequence[Sequence[str]]) -> int:
    return sum(1 for row in sample if len(row) > place and row[place].strip())
