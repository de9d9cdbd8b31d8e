"""An event older than a field's last change does not overwrite it (R-WRITE-2).

The last change of a field is in the field history; a field that never changed is as old as the event that created its
contact. Within a batch what was decided but not yet written counts, too.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Max

from crm.models import Contact, FieldChange

_NEVER = datetime.datetime.min.replace(tzinfo=datetime.UTC)


@dataclass(slots=True)
class Recency:
    """When the fields of a batch's contacts last changed; the history is read only when an old event comes in.

    `known` are the contacts that were there before the batch.
    """

    known: frozenset[UUID]
    decided: dict[tuple[UUID, str], datetime.datetime] = field(default_factory=dict)
    newest: dict[UUID, datetime.datetime] = field(default_factory=dict)
    stored: dict[tuple[UUID, str], datetime.datetime] | None = None

    def note(self, contact: Contact, fields: Iterable[str], at: datetime.datetime) -> None:
        """Remember that an event of the batch wrote these fields."""
        self.newest[contact.pk] = max(at, self.newest.get(contact.pk, _NEVER))
        for name in fields:
            self.decided[contact.pk, name] = at

    def newer_only(self, contact: Contact, values: Mapping[str, str], at: datetime.datetime) -> dict[str, str]:
        """The values that differ from the contact's, without those of fields that changed after `at`."""
        news = {name: value for name, value in values.items() if getattr(contact, name) != value}
        if not news or at >= self._last_write(contact):
            return news
        return {name: value for name, value in news.items() if at >= self._last_change(contact, name)}

    def _last_write(self, contact: Contact) -> datetime.datetime:
        """No field of the contact changed after this."""
        decided = self.newest.get(contact.pk, _NEVER)
        return max(decided, contact.updated_at) if contact.pk in self.known else decided

    def _last_change(self, contact: Contact, name: str) -> datetime.datetime:
        if (contact.pk, name) in self.decided:
            return self.decided[contact.pk, name]
        if self.stored is None:
            self.stored = self._read()
        if (contact.pk, name) in self.stored:
            return self.stored[contact.pk, name]
        return contact.profile_at if getattr(contact, name) else _NEVER

    def _read(self) -> dict[tuple[UUID, str], datetime.datetime]:
        changes = FieldChange.objects.filter(contact__in=list(self.known)).values_list("contact_id", "field")
        return {(contact_id, name): last for contact_id, name, last in changes.annotate(last=Max("changed_at"))}
