"""What an import says about a row: why it was refused, which field was left out, what was kept (R-IO-2, R-IO-3).

A reason is stored as a code with the field and the cell it is about; its sentence is made when it is read, in the
language of the reader.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Self, TypedDict

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm import email_address

_SHOWN_CHARACTERS = 200


class ReasonCode(enum.StrEnum):
    NO_KEY = "no_key"
    TOO_MANY_CELLS = "too_many_cells"
    EMAIL_INVALID = "email_invalid"
    PHONE_INVALID = "phone_invalid"
    EMAIL_TYPO = "email_typo"
    SUSPECT_KEY = "suspect_key"
    NAME_CHANGED = "name_changed"
    DUPLICATE_FOUND = "duplicate_found"
    DATE_INVALID = "date_invalid"
    DATE_AMBIGUOUS = "date_ambiguous"
    NUMBER_INVALID = "number_invalid"
    AMOUNT_INVALID = "amount_invalid"
    CURRENCY_MISMATCH = "currency_mismatch"
    LANGUAGE_UNKNOWN = "language_unknown"
    TEXT_TOO_LONG = "text_too_long"
    TAG_LIMIT = "tag_limit"
    CONSENT_UNKNOWN = "consent_unknown"
    CONSENT_NEEDS_EVIDENCE = "consent_needs_evidence"
    KEPT_UNSUBSCRIBED = "kept_unsubscribed"
    ALREADY_KNOWN = "already_known"
    NOT_KNOWN = "not_known"
    SUPPRESSED = "suppressed"
    NEWER_DATA_KEPT = "newer_data_kept"
    ROW_FAILED = "row_failed"


TEXTS: dict[ReasonCode, str | Promise] = {
    ReasonCode.NO_KEY: _("The row has no usable e-mail and no usable phone."),
    ReasonCode.TOO_MANY_CELLS: _("The row has more cells than there are headings, so its columns may be shifted."),
    ReasonCode.EMAIL_INVALID: _("This is not a valid e-mail address."),
    ReasonCode.PHONE_INVALID: _("This is not a valid phone number; a spreadsheet may have damaged it."),
    ReasonCode.EMAIL_TYPO: _("The e-mail was stored, but its domain looks mistyped."),
    ReasonCode.SUSPECT_KEY: _("The e-mail or phone looks invented; the contact is flagged."),
    ReasonCode.NAME_CHANGED: _("The phone belongs to a contact with an e-mail and another name, whose data were kept."),
    ReasonCode.DUPLICATE_FOUND: _("Another contact shares this phone; the two are listed as possible duplicates."),
    ReasonCode.DATE_INVALID: _("This date does not exist or cannot be read; the field was left out."),
    ReasonCode.DATE_AMBIGUOUS: _("Day and month of this date can be read either way; the field was left out."),
    ReasonCode.NUMBER_INVALID: _("This is not a whole number of zero or more; the field was left out."),
    ReasonCode.AMOUNT_INVALID: _("This is not an amount of zero or more; the field was left out."),
    ReasonCode.CURRENCY_MISMATCH: _("This amount is in another currency than the venue's; the field was left out."),
    ReasonCode.LANGUAGE_UNKNOWN: _("This language is not known; the field was left out."),
    ReasonCode.TEXT_TOO_LONG: _("This text is too long; the field was left out."),
    ReasonCode.TAG_LIMIT: _("A contact can have nine tags; those beyond were left out."),
    ReasonCode.CONSENT_UNKNOWN: _("This word in the consent column is not known; the consent was left as it is."),
    ReasonCode.CONSENT_NEEDS_EVIDENCE: _(
        "A subscription needs its source, date and wording; the consent was left as it is."
    ),
    ReasonCode.KEPT_UNSUBSCRIBED: _("The guest has unsubscribed; an import never lifts that."),
    ReasonCode.ALREADY_KNOWN: _("The contact is already in the list, and this import only creates."),
    ReasonCode.NOT_KNOWN: _("No contact has this e-mail or phone, and this import only updates."),
    ReasonCode.SUPPRESSED: _("Nobody in the list has this address; it will receive no marketing."),
    ReasonCode.NEWER_DATA_KEPT: _("The contact was changed after this file was uploaded; the newer data were kept."),
    ReasonCode.ROW_FAILED: _("The row could not be imported."),
}


_SUGGESTING = frozenset({ReasonCode.EMAIL_INVALID, ReasonCode.EMAIL_TYPO})


class ReasonJson(TypedDict):
    code: str
    field: str | None
    value: str


@dataclass(frozen=True, slots=True)
class Reason:
    """`field` is the column's key (`birthday`), `value` the cell as it stood in the file."""

    code: ReasonCode
    field: str | None = None
    value: str = ""

    @property
    def text(self) -> str:
        suggestion = email_address.check(self.value).suggestion if self.code in _SUGGESTING else None
        if suggestion is None:
            return str(TEXTS[self.code])
        hint = _("Did they mean %(suggestion)s?") % {"suggestion": suggestion}
        return f"{TEXTS[self.code]} {hint}"

    def to_json(self) -> ReasonJson:
        return {"code": self.code.value, "field": self.field, "value": self.value[:_SHOWN_CHARACTERS]}

    @classmethod
    def from_json(cls, stored: ReasonJson) -> Self:
        return cls(ReasonCode(stored["code"]), stored["field"], stored["value"])


class CellError(Exception):
    """A cell that cannot be read as what its column holds; the field is left out and the reason reported."""

    def __init__(self, code: ReasonCode) -> None:
        self.code = code
        super().__init__(code.value)
