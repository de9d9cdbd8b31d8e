"""What a row of the file says of a guest (R-IO-1, R-IO-2).

A bad value in a field that is no key leaves out that field and is reported; whether the keys are usable is judged by
the same rules as everywhere (R-ID-3, R-ID-4).
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from crm import health, identity, language, person_name, suspicion
from crm.guest_data import Guest
from crm.models import Contact
from importexport import amounts, answers, columns, dates, health_cells, lists
from importexport.answers import Answer
from importexport.dates import DateFormat
from importexport.models import ImportJob
from importexport.reasons import CellError, Reason, ReasonCode

_MAX_TAG_CHARACTERS = 40
_MAX_EVIDENCE_CHARACTERS = 2_000
# A column `Nome` without a `Cognome` holds whole names; where it holds one word, that is the first name.
_FIRST_NAME_ALONE = frozenset({"nome", "nombre"})
_NEUTRALIZED = frozenset({"'=", "'@", "'+", "'-"})
_SURNAME_FIRST = ("cognome", "nazwisko", "apellidos", "nom et prenom", "nom prenom", "nachname")


_LONGEST: dict[str, int] = {
    column.name: column.max_length for column in Contact._meta.concrete_fields if column.max_length is not None
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each field stands in the rows of one job, and how its cells are to be read; `sealed` ones are opened first."""

    job_id: UUID
    sealed: frozenset[int]
    places: tuple[tuple[int, str], ...]
    width: int
    date_format: DateFormat | None
    country: str
    currency: str
    zone: zoneinfo.ZoneInfo
    today: datetime.date
    is_surname_first: bool
    is_first_name_alone: bool
    is_own_file: bool
    is_export: bool

    @classmethod
    def of(cls, job: ImportJob) -> Layout:
        chosen = DateFormat(job.date_format) if job.date_format else job.dates.date_format
        whole_name = next((heading for heading, key in job.mapping.items() if key == "full_name"), "")
        return cls(
            job_id=job.pk,
            sealed=health_cells.places(job),
            places=tuple((place, job.mapping[name]) for place, name in enumerate(job.headings) if name in job.mapping),
            width=len(job.headings),
            date_format=chosen,
            country=job.venue.country,
            currency=job.venue.currency,
            zone=job.venue.zone,
            today=timezone.localdate(job.created_at, job.venue.zone),
            is_surname_first=columns.normalized(whole_name).startswith(_SURNAME_FIRST),
            is_own_file=columns.is_export(job.headings) or any(map(columns.is_reason, job.headings)),
            is_export=columns.is_export(job.headings),
            is_first_name_alone=columns.normalized(whole_name) in _FIRST_NAME_ALONE,
        )


@dataclass(slots=True)
class GuestRow:
    """One row, read. `values` holds the profile fields, `baseline` those of crm.imported, `consents` by channel."""

    number: int
    who: identity.Identity
    values: dict[str, str] = field(default_factory=dict)
    registered_at: datetime.datetime | None = None
    first_contact_on: datetime.date | None = None
    tags: list[str] = field(default_factory=list)
    notes: str = ""
    nickname: str = ""
    allergies: str = ""
    baseline: dict[str, int | datetime.date] = field(default_factory=dict)
    consents: dict[str, Answer] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)
    is_refused: bool = False

    @property
    def guest(self) -> Guest:
        return Guest(**self.values, registered_at=self.registered_at)


def keys_of(cells: Sequence[str], layout: Layout) -> identity.Identity:
    """Only the keys of a row, for finding the rows of one person."""
    found = {key: _plain(cells[place], layout) for place, key in layout.places if columns.BY_KEY[key].is_key}
    return identity.check(found.get("email"), found.get("phone"), layout.country)


def read(number: int, cells: Sequence[str], layout: Layout) -> GuestRow:
    """The row as a guest; a row whose columns may be shifted, or without a usable key, `is_refused`."""
    row = GuestRow(number, keys_of(cells, layout))
    if len(cells) > layout.width:
        row.reasons.append(Reason(ReasonCode.TOO_MANY_CELLS, None, cells[layout.width]))
        row.is_refused = True
        return row
    opened = health_cells.unseal(cells, layout.sealed, layout.job_id) if layout.sealed else cells
    for place, key in layout.places:
        cell = _plain(opened[place], layout)
        if cell:
            _read_cell(row, key, cell, layout)
    _judge_keys(row)
    return row


def _plain(cell: str, layout: Layout) -> str:
    """Without the apostrophe by which our own files keep a spreadsheet from running a formula."""
    text = cell.strip()
    return text[1:] if layout.is_own_file and text[:2] in _NEUTRALIZED else text


def _read_cell(row: GuestRow, key: str, cell: str, layout: Layout) -> None:
    try:
        _READERS[key](row, key, cell, layout)
    except CellError as error:
        # What is said of a row lies in the clear.
        row.reasons.append(Reason(error.code, key, "" if key == health_cells.FIELD else cell))


def _judge_keys(row: GuestRow) -> None:
    for warning in suspicion.of_keys(row.who):
        row.reasons.append(Reason(ReasonCode(warning.code), warning.field, row.values.get(warning.field, "")))
    if not row.who.keys:
        row.reasons.insert(0, Reason(ReasonCode.NO_KEY))
        row.is_refused = True


def _key(row: GuestRow, key: str, cell: str, _layout: Layout) -> None:
    row.values[key] = cell


def _text(row: GuestRow, key: str, cell: str, _layout: Layout) -> None:
    row.values[key] = _fitting(key, person_name.clean(cell))


def _address(row: GuestRow, key: str, cell: str, _layout: Layout) -> None:
    parts = [row.values.get(key, ""), person_name.clean(cell)]
    row.values[key] = _fitting(key, ", ".join(part for part in parts if part))


def _full_name(row: GuestRow, _key_name: str, cell: str, layout: Layout) -> None:
    first, last = person_name.split_full_name(cell)
    if layout.is_surname_first and "," not in cell:
        words = cell.split()
        first, last = " ".join(words[1:]), words[0]
    if layout.is_first_name_alone and not first:
        first, last = last, ""
    row.values.setdefault("first_name", _fitting("first_name", first))
    row.values.setdefault("last_name", _fitting("last_name", last))


def _language(row: GuestRow, key: str, cell: str, _layout: Layout) -> None:
    code = language.parse(cell)
    if code is None:
        raise CellError(ReasonCode.LANGUAGE_UNKNOWN)
    row.values[key] = code


def _birthday(row: GuestRow, key: str, cell: str, layout: Layout) -> None:
    if not dates.is_empty(cell):
        row.values[key] = dates.read_birthday(cell, layout.date_format, today=layout.today)


def _nickname(row: GuestRow, key: str, cell: str, _layout: Layout) -> None:
    row.nickname = _fitting(key, person_name.clean(cell))


def _notes(row: GuestRow, key: str, cell: str, _layout: Layout) -> None:
    row.notes = _fitting(key, f"{row.notes}\n{cell}".strip())


def _allergies(row: GuestRow, _key_name: str, cell: str, _layout: Layout) -> None:
    text = f"{row.allergies}\n{cell}".strip()
    if len(text) > health.LENGTH:
        raise CellError(ReasonCode.TEXT_TOO_LONG)
    row.allergies = text


def _tags(row: GuestRow, key: str, cell: str, _layout: Layout) -> None:
    for name in lists.split(cell):
        if len(name) > _MAX_TAG_CHARACTERS:
            row.reasons.append(Reason(ReasonCode.TEXT_TOO_LONG, key, name))
        elif name not in row.tags and any(map(str.isalnum, name)):
            row.tags.append(name)


def _consent(row: GuestRow, key: str, cell: str, layout: Layout) -> None:
    """A file that we exported brings no new consent: what staff write into it counts when it ends one (R-IO-3)."""
    answer = answers.read_unsubscribed(cell) if key == "unsubscribed" else answers.read_consent(cell)
    if layout.is_export and answer is not Answer.UNSUBSCRIBED:
        return
    channels = {"email_consent": ("email",), "sms_consent": ("sms",)}.get(key, ("email", "sms"))
    for channel in channels if answer else ():
        if answer is not None and row.consents.get(channel) is not Answer.UNSUBSCRIBED:
            row.consents[channel] = answer


def _evidence(row: GuestRow, key: str, cell: str, _layout: Layout) -> None:
    row.evidence[key.removeprefix("consent_")] = cell[:_MAX_EVIDENCE_CHARACTERS]


def _consent_date(row: GuestRow, _key_name: str, cell: str, layout: Layout) -> None:
    if not dates.is_empty(cell):
        row.evidence["date"] = _past_day(cell, layout).isoformat()


def _registered_at(row: GuestRow, _key_name: str, cell: str, layout: Layout) -> None:
    if not dates.is_empty(cell):
        day = _past_day(cell, layout)
        row.registered_at = datetime.datetime.combine(day, datetime.time(), layout.zone)
        _contact_since(row, day)


def _first_contact_on(row: GuestRow, _key_name: str, cell: str, layout: Layout) -> None:
    if not dates.is_empty(cell):
        _contact_since(row, _past_day(cell, layout))


def _last_visit_on(row: GuestRow, _key_name: str, cell: str, layout: Layout) -> None:
    if not dates.is_empty(cell):
        day = _past_day(cell, layout)
        row.baseline["imported_last_visit_on"] = day
        _contact_since(row, day)


def _count(row: GuestRow, key: str, cell: str, _layout: Layout) -> None:
    row.baseline[f"imported_{key}"] = amounts.read_count(cell)


def _spend(row: GuestRow, _key_name: str, cell: str, layout: Layout) -> None:
    row.baseline["imported_spend_minor"] = amounts.read_minor(cell, layout.currency)


def _past_day(cell: str, layout: Layout) -> datetime.date:
    day = dates.read_date(cell, layout.date_format, today=layout.today)
    if day > layout.today:
        raise CellError(ReasonCode.DATE_INVALID)
    return day


def _contact_since(row: GuestRow, day: datetime.date) -> None:
    """The first contact is the earliest event that the file knows, not the import (R-ID-1)."""
    row.first_contact_on = min(day, row.first_contact_on or day)


def _fitting(key: str, text: str) -> str:
    if len(text) > _LONGEST[key]:
        raise CellError(ReasonCode.TEXT_TOO_LONG)
    return text


_READERS: dict[str, Callable[[GuestRow, str, str, Layout], None]] = {
    "email": _key,
    "phone": _key,
    "first_name": _text,
    "last_name": _text,
    "full_name": _full_name,
    "postcode": _text,
    "city": _text,
    "company": _text,
    "address": _address,
    "language": _language,
    "birthday": _birthday,
    "nickname": _nickname,
    "notes": _notes,
    "allergies": _allergies,
    "tags": _tags,
    "marketing_consent": _consent,
    "email_consent": _consent,
    "sms_consent": _consent,
    "unsubscribed": _consent,
    "consent_source": _evidence,
    "consent_wording": _evidence,
    "consent_date": _consent_date,
    "registered_at": _registered_at,
    "first_contact_on": _first_contact_on,
    "last_visit_on": _last_visit_on,
    "visit_count": _count,
    "order_count": _count,
    "spend": _spend,
}
