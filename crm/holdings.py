"""Where the house holds something on people, and finding somebody there: by an e-mail, a phone or a name (R-PRIV-1).

Rows that belong to a contact are found by it; this is for the others: facts without a contact, snapshots that name somebody
else, hashes. There is no index of all that guests ever said, so each place is read whole: rare, and bounded in time and in
the number of rows. Names are compared as the contact search does (crm.search_text), numbers without what people write between
digits.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import OperationalError, transaction
from django.utils.translation import gettext_lazy as _

from crm import email_address, folding_in_sql, phone_number, search_text
from tenants import keyed_hash, rows, scope
from tenants.refusal import Refusal

# All places together, and the most rows that are shown of one.
SECONDS = 20.0
MOST = 100
FEWEST_DIGITS, FEWEST_LETTERS = 6, 2
QUERY_CANCELED = "57014"


class TooShort(Refusal):
    code = "query_too_short"
    status = 400
    default_message = _("Give an e-mail, a phone number or a name.")


@dataclass(frozen=True, slots=True)
class Needle:
    """Whom to look for: an e-mail in lower case, the digits of a phone without its country, or the words of a name.

    `spelling` is an e-mail with accents as it was typed, without them: a fact keeps a domain as the guest wrote it.
    """

    email: str = ""
    spelling: str = ""
    digits: str = ""
    words: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()

    def is_in(self, text: str) -> bool:
        """As `_condition` asks the database."""
        if self.email:
            return self.email in text.lower() or bool(self.spelling and self.spelling in _folded(text))
        if self.digits:
            return self.digits in text.translate(_NOT_BETWEEN_DIGITS)
        said = search_text.words(text)
        return all(any(word.startswith(one) for word in said) for one in self.words)


@dataclass(frozen=True, slots=True)
class Place:
    """A table that holds something on people, with SQL over its columns.

    `said` is the text that may name somebody, of several columns by `told`; `hash` a keyed hash of an address, or NULL;
    `contact` the contact that a row belongs to, or NULL; `state` what a reader should know of the row besides. `read` finds
    rows by what lies outside the table, such as in a file, and says which.
    """

    kind: str
    table: str
    said: str
    at: str
    contact: str = "contact_id"
    hash: str = "NULL::text"
    state: str = "''"
    id: str = "id"
    where: str = "TRUE"
    read: Callable[[Search], Collection[UUID]] | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """One row that names whom was looked for. `label` is what it says of the person."""

    kind: str
    id: UUID
    contact: UUID | None
    label: str
    at: datetime.datetime | None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What one place holds: `has_more` beyond those; not `is_complete` when the time was over before it was read."""

    kind: str
    items: list[Holding] = field(default_factory=list)
    has_more: bool = False
    is_complete: bool = True


def needle(q: str, country: str) -> Needle:
    """What was typed, as an e-mail, else a phone as people of `country` dial it, else a name. Raises TooShort."""
    email = email_address.check(q).value
    if email or "@" in q:
        address = email or q.strip().lower()
        spelling = "" if q.isascii() else _folded(q.strip())
        return Needle(email=address, spelling=spelling, hashes=(keyed_hash.of(address),))
    phone = phone_number.check(q, country).value
    if phone:
        return Needle(digits=phone_number.national_digits(phone), hashes=(keyed_hash.of(phone),))
    digits = "".join(filter(str.isdecimal, q))
    if len(digits) >= FEWEST_DIGITS and not any(map(str.isalpha, q)):
        return Needle(digits=digits)
    words = tuple(dict.fromkeys(search_text.words(q)))
    if max(map(len, words), default=0) < FEWEST_LETTERS:
        raise TooShort(field="q")
    return Needle(words=words)


def told(*columns: str) -> str:
    """Several columns as one text, kept apart so that no number runs on into the next."""
    said = ", ".join(f"NULLIF({column}, '')" for column in columns)
    return f"concat_ws(' ~ ', {said})"


def snapshot(*others: str, guest: str = "guest") -> str:
    """What a guest said of themselves on a fact, with other columns in which people may be named."""
    name = f"concat_ws(' ', {guest}->>'first_name', {guest}->>'last_name')"
    members = ("email", "phone", "company", "address")
    return told(name, *(f"{guest}->>'{member}'" for member in members), *others)


def one(place: Place, row_id: UUID) -> Holding | None:
    """One row of a place whose rows have ids of their own."""
    found = rows.run(f"{_shown(place)} WHERE id = $2", scope.tenant_id(), row_id)
    return _holding(place, found[0]) if found else None


def _folded(text: str) -> str:
    return search_text.fold(text).replace("_", " ")


class OutOfTime(Exception):
    """There was no time to read all of a place."""


class Search:
    """One search through many places, with one time for all of them."""

    def __init__(self, sought: Needle) -> None:
        self.needle = sought
        self.ends_at = time.monotonic() + SECONDS

    def go_on(self) -> None:
        """Raise OutOfTime when the search has taken so long that it has to end."""
        if time.monotonic() >= self.ends_at:
            raise OutOfTime

    def look(self, place: Place, *, known: Iterable[UUID] = ()) -> Found:
        """What the place holds, the latest first; what belongs to the `known` contacts is left out."""
        try:
            found = self._rows(place, known)
        except OutOfTime:
            return Found(place.kind, is_complete=False)
        return Found(place.kind, [_holding(place, row) for row in found[:MOST]], has_more=len(found) > MOST)

    def _rows(self, place: Place, known: Iterable[UUID]) -> list[Any]:
        read = list(place.read(self)) if place.read else []
        self.go_on()
        condition, values = _condition(self.needle)
        try:
            with transaction.atomic():
                _bound(self.ends_at - time.monotonic())
                found = rows.run(_statement(place, condition), scope.tenant_id(), list(known), read, *values)
                rows.run("SET LOCAL statement_timeout TO DEFAULT")
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != QUERY_CANCELED:
                raise
            raise OutOfTime from error
        return found


def _bound(seconds: float) -> None:
    """How long a statement of this transaction may take: a millisecond at least, since 0 would be for ever."""
    rows.run("SELECT set_config('statement_timeout', %s, true)", str(max(int(seconds * 1000), 1)))


def _holding(place: Place, row: Sequence[Any]) -> Holding:
    pk, contact, label, at, state = row
    return Holding(place.kind, pk, contact, label.replace(" ~ ", " · "), at, state)


def _shown(place: Place) -> str:
    return f"""
        SELECT id, contact_id, left(said, 160), at, state FROM (
            SELECT {place.id} AS id, {place.contact} AS contact_id, {place.said} AS said, {place.at} AS at,
                {place.hash} AS hash, {place.state} AS state
            FROM {place.table} WHERE tenant_id = $1 AND {place.where}
        ) AS held
    """  # noqa: S608 (our own tables)


def _statement(place: Place, condition: str) -> str:
    """$1 is the tenant, $2 the known contacts, $3 the rows found by reading, the others those of the condition."""
    return f"""
        {_shown(place)}
        WHERE (contact_id IS NULL OR contact_id <> ALL ($2::uuid[]))
            AND (hash = ANY ($4::text[]) OR {condition} OR ($3::uuid[] <> '{{}}' AND id = ANY ($3::uuid[])))
        ORDER BY at DESC NULLS LAST, id LIMIT {MOST + 1}
    """


def _condition(sought: Needle) -> tuple[str, list[Any]]:
    """What the text says of whom is sought, with its values from $4 on; the first are the hashes."""
    hashes = list(sought.hashes)
    if sought.email:
        or_spelled = f" OR strpos({_FOLDED}, $6) > 0" if sought.spelling else ""
        return f"(strpos(lower(said), $5) > 0{or_spelled})", [hashes, *filter(None, (sought.email, sought.spelling))]
    if sought.digits:
        return f"strpos(translate(said, {_BETWEEN_DIGITS}, ''), $5) > 0", [hashes, sought.digits]
    count = len(sought.words)
    # Whoever does not have the letters at all has no word that begins with them: quicker than the regular expressions.
    conditions = [f"strpos(({_FOLDED}), ${number}) > 0" for number in range(5, 5 + count)]
    conditions += [f"({_FOLDED}) ~ ${number}" for number in range(5 + count, 5 + 2 * count)]
    return " AND ".join(conditions), [hashes, *sought.words, *(rf"\m{word}" for word in sought.words)]


# What people write between the digits of a number: blanks of all widths, dots, strokes, brackets.
_BETWEEN_DIGITS = r"E' ./()-\t\n\r\u00a0\u2009\u202f'"
_NOT_BETWEEN_DIGITS = dict.fromkeys(map(ord, " ./()-\t\n\r\u00a0\u2009\u202f"))
_FOLDED = folding_in_sql.folded("said")
