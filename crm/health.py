"""Allergies and diet: health data, kept sealed and apart from everything else on a contact (R-CRM-1, R-PRIV-3).

Everybody who sees the guest sees that there is something; the text is for who holds HEALTH_READ, and for hosts on bookings
from yesterday on (crm.allergies). It is never in the audit log, the field history, the search or a
file of many that does not ask for it. A merge and an import lose none of it: what is new is put below what was known.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from audit import recording
from audit.actions import Action
from crm import sealing
from crm.models import Contact, HealthNote
from crm.sealing import Sealed
from tenants import rows, scope
from tenants.permissions import Permission

LENGTH = 1000
CHUNK = 500


def check_right() -> None:
    """Raise PermissionMissing for who may not read allergies: who may not read does not write either."""
    scope.require(Permission.HEALTH_READ)


def of(contact_ids: Iterable[UUID]) -> dict[UUID, Sealed]:
    """The notes of these contacts, sealed; who has none is left out. One query."""
    found = rows.run(_NOTES, scope.tenant_id(), list(contact_ids))
    return {contact_id: Sealed(key_id, bytes(sealed)) for contact_id, key_id, sealed in found}


def text_of(contact_id: UUID, note: Sealed | None) -> str:
    """What a note says, empty for none. Whoever asks has made sure that the actor may read it."""
    return "" if note is None else sealing.unseal(note, bound_to=_name(contact_id))


def write(contact: Contact, text: str) -> bool:
    """Keep this text, or with an empty one none; say whether that changed anything. The contact is locked.

    Raises PermissionMissing. The caller raises the contact's version.
    """
    check_right()
    present = text_of(contact.pk, of([contact.pk]).get(contact.pk))
    text = text.strip()
    if text == present:
        return False
    if text:
        _keep(contact.pk, text)
    else:
        HealthNote.objects.filter(contact=contact).delete()
    _record([contact], has_allergies=bool(text))
    return True


def add(texts: Iterable[tuple[Contact, str]]) -> set[UUID]:
    """Put texts below what is known of these contacts, unless it says so already; answer whose changed. They are locked."""
    given = [(contact, text.strip()) for contact, text in texts if text.strip()]
    known = of(contact.pk for contact, _text in given)
    changed = []
    for contact, text in given:
        present = text_of(contact.pk, known.get(contact.pk))
        joined = _joined(present, text)
        if joined != present:
            _keep(contact.pk, joined)
            changed.append(contact)
    _record(changed, has_allergies=True)
    return {contact.pk for contact in changed}


def unite(loser: Contact, winner: Contact) -> None:
    """Give the winner of a merge what is known of the loser. Both are locked."""
    known = of([loser.pk, winner.pk])
    if loser.pk not in known:
        return
    lost = text_of(loser.pk, known[loser.pk])
    _keep(winner.pk, _joined(text_of(winner.pk, known.get(winner.pk)), lost))
    forget([loser.pk])


def forget(contact_ids: Iterable[UUID]) -> None:
    """Drop the notes of these contacts, for good."""
    HealthNote.objects.filter(contact__in=list(contact_ids)).delete()


def reseal() -> int:
    """Seal up to CHUNK notes of the tenant in force anew that lie under an older key; answer how many there were.

    Raises sealing.Unreadable where the older key is gone.
    """
    older = HealthNote.objects.select_for_update().exclude(key_id=sealing.newest()).order_by("pk")[:CHUNK]
    notes = list(older)
    for note in notes:
        text = text_of(note.contact_id, Sealed(note.key_id, bytes(note.sealed)))
        sealed = sealing.seal(text, bound_to=_name(note.contact_id))
        note.key_id, note.sealed = sealed.key_id, sealed.content
    HealthNote.objects.bulk_update(notes, ["key_id", "sealed"])
    return len(notes)


def is_behind() -> bool:
    """Whether a note of the tenant in force lies under an older key."""
    return HealthNote.objects.exclude(key_id=sealing.newest()).exists()


def _keep(contact_id: UUID, text: str) -> None:
    sealed = sealing.seal(text, bound_to=_name(contact_id))
    HealthNote.objects.update_or_create(
        contact_id=contact_id,
        defaults={"key_id": sealed.key_id, "sealed": sealed.content, "updated_at": timezone.now()},
    )


def _joined(present: str, more: str) -> str:
    """Both texts, a line each; what stands there already is not said twice."""
    lines = [line.strip() for line in f"{present}\n{more}".splitlines()]
    return "\n".join(dict.fromkeys(line for line in lines if line))


def _record(contacts: Iterable[Contact], *, has_allergies: bool) -> None:
    after = {"has_allergies": has_allergies}
    recording.record_many(recording.Event(Action.HEALTH_UPDATED, contact, after=after) for contact in contacts)


def _name(contact_id: UUID) -> str:
    return f"contact:{contact_id}"


_NOTES = f"""
    SELECT contact_id, key_id, sealed FROM {HealthNote._meta.db_table} WHERE tenant_id = $1 AND contact_id = ANY($2)
"""  # noqa: S608 (our own table)
