"""One chunk of a file goes into the list, by the one path that every intake takes (R-ID-2, R-WRITE-1, R-IO-2).

The caller holds the transaction: a run commits it together with the outcomes, a dry run rolls it back and keeps only the
outcomes. One bad row never stops the rest: when the database refuses a chunk, it is halved until the row is found.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import DataError, IntegrityError, transaction

from crm import identity, imported, intake, tags
from crm.channel import Channel
from crm.guest_data import CrmSync, Intake, Mode, Reception
from crm.imported import Added, Addition
from crm.models import Contact, Tag
from importexport import consenting, folding, interpreting
from importexport.interpreting import GuestRow, Layout
from importexport.models import ImportJob, ImportRow, Outcome
from importexport.reasons import Reason, ReasonCode

logger = logging.getLogger(__name__)

# Imports of one tenant take turns by chunk, so that two of them never create the same tag at once.
_TURN = "import:turn"


@dataclass(slots=True)
class Verdict:
    """What became of one row. `contact_id` None when it touched nobody."""

    number: int
    outcome: Outcome
    reasons: list[Reason] = field(default_factory=list)
    contact_id: UUID | None = None


def take_in(job: ImportJob, rows: Sequence[ImportRow]) -> list[Verdict]:
    """Take in the rows of one chunk and say what became of each, in the order of the rows."""
    layout = Layout.of(job)
    read = [(row.leader_number, interpreting.read(row.number, row.cells, layout)) for row in rows]
    verdicts = {row.number: _refusal(row) for _leader, row in read if row.is_refused}
    groups = folding.group((leader, row) for leader, row in read if not row.is_refused)
    identity.lock_keys([_TURN])
    identity.lock_keys([key for own in groups for row in own for key in row.who.keys])
    for verdict in _take_in(job, groups):
        verdicts[verdict.number] = verdict
    return [verdicts[row.number] for row in rows]


def _refusal(row: GuestRow) -> Verdict:
    return Verdict(row.number, Outcome.REJECTED, row.reasons)


def _take_in(job: ImportJob, groups: list[list[GuestRow]]) -> Iterable[Verdict]:
    if not groups:
        return []
    try:
        with transaction.atomic():
            return _take_in_together(job, groups)
    except (DataError, IntegrityError):
        if len(groups) > 1:
            middle = len(groups) // 2
            return [*_take_in(job, groups[:middle]), *_take_in(job, groups[middle:])]
        logger.exception("row %s of import %s was refused by the database", groups[0][0].number, job.pk)
        return [
            Verdict(row.number, Outcome.REJECTED, [*row.reasons, Reason(ReasonCode.ROW_FAILED)]) for row in groups[0]
        ]


def _take_in_together(job: ImportJob, groups: list[list[GuestRow]]) -> list[Verdict]:
    merged = [folding.merge(own) for own in groups]
    known_tags = tags.known_or_created(sorted({name for guest in merged for name in guest.tags}))
    receptions = intake.receive_many([_intake_of(job, guest) for guest in merged])
    added = _add(job, merged, receptions, known_tags)
    consents = consenting.record(job, merged, receptions)
    return [
        verdict
        for own, reception, addition, consent in zip(groups, receptions, added, consents, strict=True)
        for verdict in _verdicts(job, own, reception, addition, consent)
    ]


def _intake_of(job: ImportJob, guest: GuestRow) -> Intake:
    return Intake(
        guest=guest.guest,
        channel=Channel.IMPORT,
        venue=job.venue,
        at=job.created_at,
        first_contact_on=guest.first_contact_on,
        mode=Mode.UPDATE if consenting.is_mere_suppression(job, guest) else Mode(job.mode),
    )


def _add(
    job: ImportJob, merged: list[GuestRow], receptions: list[Reception], known_tags: dict[str, Tag]
) -> list[Added]:
    """Tags, notes and baseline, for those whose profile the row may touch: nobody else's who shares the phone."""
    answers = [Added() for _guest in merged]
    additions = {
        place: _addition(reception.contact, merged[place], reception, known_tags)
        for place, reception in enumerate(receptions)
        if reception.contact and not (_is_skipped(reception) or reception.is_by_phone_alone)
    }
    for place, answer in zip(additions, imported.add_many(list(additions.values()), at=job.created_at), strict=True):
        answers[place] = answer
    return answers


def _addition(contact: Contact, guest: GuestRow, reception: Reception, known_tags: dict[str, Tag]) -> Addition:
    return Addition(
        contact=contact,
        is_new=reception.crm_sync == CrmSync.CREATED,
        tags=[known_tags[name] for name in guest.tags],
        notes=guest.notes,
        nickname=guest.nickname,
        allergies=guest.allergies,
        baseline=guest.baseline,
    )


def _is_skipped(reception: Reception) -> bool:
    return reception.crm_sync == CrmSync.SKIPPED_MODE


def _verdicts(
    job: ImportJob, own: list[GuestRow], reception: Reception, added: Added, consent: consenting.Recorded
) -> Iterable[Verdict]:
    outcome = _outcome(reception, is_changed=added.is_changed or consent.is_changed)
    for place, row in enumerate(own):
        is_later = place > 0 and outcome == Outcome.CREATED
        yield Verdict(
            number=row.number,
            outcome=Outcome.UPDATED if is_later else outcome,
            reasons=[*row.reasons, *_reasons(job, row, reception, added), *consenting.reasons(job, row, consent)],
            contact_id=reception.contact.pk if reception.contact else None,
        )


def _outcome(reception: Reception, *, is_changed: bool) -> Outcome:
    """The net effect on the guest: created, changed in any way, or as before."""
    if _is_skipped(reception):
        return Outcome.UPDATED if reception.contact and is_changed else Outcome.SKIPPED
    if reception.crm_sync == CrmSync.CREATED:
        return Outcome.CREATED
    if reception.crm_sync == CrmSync.UPDATED or is_changed:
        return Outcome.UPDATED
    return Outcome.UNCHANGED


def _reasons(job: ImportJob, row: GuestRow, reception: Reception, added: Added) -> Iterable[Reason]:
    """What the reception says beyond the row's own keys, which the row has been told already."""
    told = {reason.code for reason in row.reasons}
    for warning in reception.warnings:
        code = ReasonCode(warning.code)
        is_own = warning.field not in ("email", "phone") or bool(row.values.get(warning.field))
        if code not in told and is_own and code not in _TOLD_BY_ROW:
            yield Reason(code, warning.field, row.values.get(warning.field, ""))
    if added.is_beyond_tag_limit and row.tags:
        yield Reason(ReasonCode.TAG_LIMIT, "tags", ", ".join(row.tags))
    if _is_skipped(reception) and not consenting.is_mere_suppression(job, row):
        yield Reason(ReasonCode.ALREADY_KNOWN if reception.contact else ReasonCode.NOT_KNOWN)


_TOLD_BY_ROW = frozenset({ReasonCode.EMAIL_INVALID, ReasonCode.PHONE_INVALID})
