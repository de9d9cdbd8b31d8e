"""The consent column of a file (R-IO-3, R-CONSENT-2).

"Unsubscribed" is always honored. "Subscribed" needs its evidence, source, date and wording, per row or once for the
file, and is otherwise reported; an import never lifts an unsubscription. A list of nothing but addresses and
unsubscriptions makes no contacts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crm.intake import Reception
from importexport.answers import Answer
from importexport.interpreting import GuestRow
from importexport.models import ImportJob
from importexport.reasons import Reason, ReasonCode

EVIDENCE = ("source", "date", "wording")
CONSENT_COLUMNS = frozenset({"marketing_consent", "email_consent", "sms_consent", "unsubscribed"})
_SUPPRESSION_COLUMNS = CONSENT_COLUMNS | {"email", "phone", "consent_source", "consent_date", "consent_wording"}


@dataclass(slots=True)
class Recorded:
    """What the consent of one guest came to."""

    is_changed: bool = False


def is_suppression_list(job: ImportJob) -> bool:
    """True for a file of addresses and consent alone, such as the unsubscribed of a mailing tool."""
    fields = set(job.mapping.values())
    return bool(fields & CONSENT_COLUMNS) and fields <= _SUPPRESSION_COLUMNS


def record(job: ImportJob, guests: Sequence[GuestRow], receptions: Sequence[Reception]) -> list[Recorded]:
    """Honor what the file says of consent, one answer per guest."""
    del job, receptions
    return [Recorded() for _guest in guests]


def reasons(job: ImportJob, row: GuestRow) -> Iterable[Reason]:
    """What a row is told of its own consent cell."""
    if Answer.SUBSCRIBED in row.consents.values() and not evidence(job, row):
        yield Reason(ReasonCode.CONSENT_NEEDS_EVIDENCE, "marketing_consent", Answer.SUBSCRIBED.value)


def evidence(job: ImportJob, guest: GuestRow) -> dict[str, str] | None:
    """Source, date and wording, the row's own before the file's; None when one of them is missing."""
    stated = {**(job.consent_evidence or {}), **guest.evidence}
    return {name: stated[name] for name in EVIDENCE} if all(stated.get(name) for name in EVIDENCE) else None
