"""The consent column of a file (R-IO-3, R-CONSENT-2).

"Unsubscribed" is always honored, whatever the mode. "Subscribed" counts for whom the mode takes in, and needs its evidence,
source, date and wording, per row or once for the file, and is otherwise reported; an import never lifts an unsubscription. A
row of nothing but addresses and an unsubscription makes no contact: a known address is unsubscribed, an unknown one
suppressed by its keyed hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from consent import guest_acts, recording, suppression
from consent.models import Source
from consent.recording import Occurrence, Outcome
from consent.status import ConsentChannel, Event
from crm.guest_data import CrmSync, Reception
from importexport.answers import Answer
from importexport.interpreting import GuestRow
from importexport.models import ImportJob, ImportMode
from importexport.reasons import Reason, ReasonCode

EVIDENCE = ("source", "date", "wording")
_SUPPRESSION_COLUMNS = frozenset(
    {"email", "phone", "marketing_consent", "email_consent", "sms_consent", "unsubscribed"}
    | {f"consent_{name}" for name in EVIDENCE}
)


@dataclass(slots=True)
class Recorded:
    """What the consent of one guest came to; `codes` are told to the rows that speak of consent."""

    is_changed: bool = False
    codes: list[ReasonCode] = field(default_factory=list)


def is_mere_suppression(job: ImportJob, guest: GuestRow) -> bool:
    """True for a guest of whom the file says nothing but addresses and that they unsubscribed."""
    return set(job.mapping.values()) <= _SUPPRESSION_COLUMNS and Answer.UNSUBSCRIBED in guest.consents.values()


def record(job: ImportJob, guests: Sequence[GuestRow], receptions: Sequence[Reception]) -> list[Recorded]:
    """Honor what the file says of consent, one answer per guest. The caller has locked their addresses."""
    answers = [Recorded() for _guest in guests]
    told: list[tuple[Recorded, Occurrence]] = []
    for guest, reception, answer in zip(guests, receptions, answers, strict=True):
        own = list(_occurrences(job, guest, reception))
        told += [(answer, one) for one in own]
        if own and reception.contact is None and Answer.UNSUBSCRIBED in guest.consents.values():
            answer.codes.append(ReasonCode.SUPPRESSED)
    told = _without_unknown(job, told)
    for (answer, _one), outcomes in zip(told, recording.record_many([one for _answer, one in told]), strict=True):
        _note(answer, outcomes)
    return answers


def _without_unknown(job: ImportJob, told: list[tuple[Recorded, Occurrence]]) -> list[tuple[Recorded, Occurrence]]:
    """Those of addresses that we know; of the others only the hash is kept that they unsubscribed."""
    strangers = [one for _answer, one in told if one.contact is None and one.event == Event.UNSUBSCRIBED]
    if not strangers:
        return told
    known = guest_acts.known(address for one in strangers for _channel, address in one.addresses)
    unknown = [one for one in strangers if not any(address in known for _channel, address in one.addresses)]
    for channel in ConsentChannel:
        addresses = [address for one in unknown for carried, address in one.addresses if carried == channel]
        suppression.of_unknown(addresses, venue=job.venue, channel=channel, source=Source.IMPORT, at=job.created_at)
    left_out = {id(one) for one in unknown}
    return [(answer, one) for answer, one in told if id(one) not in left_out]


def reasons(job: ImportJob, row: GuestRow, recorded: Recorded) -> Iterable[Reason]:
    """What a row is told of its own consent cells."""
    if not row.consents:
        return
    if Answer.SUBSCRIBED in row.consents.values() and not evidence(job, row):
        yield Reason(ReasonCode.CONSENT_NEEDS_EVIDENCE, "marketing_consent")
    for code in recorded.codes:
        yield Reason(code, "marketing_consent")


def evidence(job: ImportJob, guest: GuestRow) -> dict[str, str] | None:
    """Source, date and wording, the row's own before the file's; None when one of them is missing."""
    stated = {**(job.consent_evidence or {}), **guest.evidence}
    return {name: stated[name] for name in EVIDENCE} if all(stated.get(name) for name in EVIDENCE) else None


def _is_taken_in(job: ImportJob, reception: Reception) -> bool:
    """Whether the mode lets the row into the list: nobody subscribes by one that is skipped."""
    is_new = reception.crm_sync == CrmSync.CREATED
    return reception.contact is not None and (is_new or job.mode != ImportMode.CREATE)


def _occurrences(job: ImportJob, guest: GuestRow, reception: Reception) -> Iterable[Occurrence]:
    """One event per channel, since a file may say one thing of e-mail and another of SMS."""
    addresses = {ConsentChannel.EMAIL: guest.who.e, ConsentChannel.SMS: guest.who.p}
    proof = evidence(job, guest)
    may_subscribe = proof is not None and _is_taken_in(job, reception)
    for channel, address in addresses.items():
        answer = guest.consents.get(channel)
        is_proven = answer is Answer.SUBSCRIBED and may_subscribe
        if not address or not (is_proven or answer is Answer.UNSUBSCRIBED):
            continue
        yield Occurrence(
            event=Event.SUBSCRIBED_WITH_EVIDENCE if is_proven else Event.UNSUBSCRIBED,
            venue=job.venue,
            email=address if channel == ConsentChannel.EMAIL else None,
            phone=address if channel == ConsentChannel.SMS else None,
            contact=reception.contact,
            source=Source.IMPORT,
            at=job.created_at,
            source_id=job.pk,
            evidence=proof or guest.evidence,
        )


def _note(answer: Recorded, outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        answer.is_changed = answer.is_changed or outcome.is_new_status
        if outcome.is_refused and ReasonCode.KEPT_UNSUBSCRIBED not in answer.codes:
            answer.codes.append(ReasonCode.KEPT_UNSUBSCRIBED)
