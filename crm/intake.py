"""Guest data on their way into the one list: every channel passes here (R-ID-1, R-ID-2, R-WRITE-1, R-WRITE-2).

On the same key every non-empty incoming profile field overwrites and empty never erases. Tags, history, visits, nickname,
notes and block are never touched. An event older than a field's last change does not overwrite it. There is one path for
one guest and for a chunk of an import: keys are locked together, judged in order, and written together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from audit.models import AuditEntry
from crm import (
    duplicates,
    facets,
    identity,
    incoming,
    profile,
    registration,
    search_index,
    statistics,
    suspicion,
)
from crm.channel import Channel
from crm.guest_data import (
    CrmSync,
    EmailInUse,
    EmailLocked,
    Intake,
    Mode,
    PhoneInUse,
    Reception,
    UnknownContact,
)
from crm.key_questions import Asking
from crm.models import Contact, ContactStats
from crm.recency import Recency
from crm.warnings import IntakeWarning
from tenants import rows
from tenants.questions import Question


def receive(intake: Intake, *asked: Question[Any]) -> Reception:
    """Take in one guest; what is `asked` of its keys (crm.key_questions) costs no query of its own.

    For a chosen contact only, raises EmailInUse, EmailLocked, PhoneInUse, UnknownContact, and registration.RegistrationRequired.
    """
    return receive_many([intake], *asked)[0]


def receive_many(intakes: Sequence[Intake], *asked: Question[Any]) -> list[Reception]:
    """Take in a batch, in its order, as `receive` would one by one. Locks all keys of the batch at once."""
    identities = [identity.check(one.guest.email, one.guest.phone, one.venue.country) for one in intakes]
    book = identity.open_book(
        (key for who in identities for key in who.keys),
        (one.chosen for one in intakes if one.chosen),
        Asking(asked, tuple({one.venue.pk for one in intakes})),
    )
    batch = _Batch(book, Recency(frozenset(book.contacts)))
    receptions = [batch.receive(one, who) for one, who in zip(intakes, identities, strict=True)]
    batch.write()
    return [replace(one, answers=book.answers) for one in receptions] if asked else receptions


@dataclass(slots=True)
class _Batch:
    """The work of one batch: what was decided, until it is written at the end."""

    book: identity.Book
    recency: Recency
    created: dict[UUID, Contact] = field(default_factory=dict)
    counters: list[ContactStats] = field(default_factory=list)
    touched: dict[UUID, Contact] = field(default_factory=dict)
    changes: list[profile.Brought] = field(default_factory=list)
    renamed: list[tuple[profile.Change, list[IntakeWarning]]] = field(default_factory=list)
    pairs: list[tuple[UUID, UUID]] = field(default_factory=list)

    def receive(self, intake: Intake, who: identity.Identity) -> Reception:
        warnings = suspicion.of_keys(who)
        if intake.chosen is not None:
            return self._receive_chosen(intake, who, warnings)
        if not who.keys:
            return Reception(None, CrmSync.NO_IDENTITY, warnings, who)
        match = identity.match(who, self.book)
        if match.contact is None:
            return self._create(intake, who, match, warnings)
        return self._update(intake, who, match, warnings)

    def _receive_chosen(self, intake: Intake, who: identity.Identity, warnings: list[IntakeWarning]) -> Reception:
        contact = self.book.contacts.get(intake.chosen) if intake.chosen else None
        if contact is None:
            raise UnknownContact(field="contact")
        if not intake.is_open_to_anonymous:
            registration.check(contact)
        self.check_keys(contact, who)
        return self._update(intake, who, identity.Match(contact), warnings)

    def check_keys(self, contact: Contact, who: identity.Identity) -> None:
        """Refuse keys that would make a chosen contact somebody else (R-ID-8, R-WRITE-4)."""
        holder = self.book.by_email.get(who.e) if who.e else None
        if holder is not None and holder is not contact:
            raise EmailInUse(field="guest.email", contact=str(holder.pk))
        if who.e and contact.email and who.e != contact.email and holder is not contact:
            raise EmailLocked(field="guest.email")

    def _check_phone_is_free(self, phone: str, contact: Contact) -> None:
        holder = self.book.without_email(phone)
        if holder is not None and holder is not contact:
            raise PhoneInUse(field="guest.phone", contact=str(holder.pk))

    def _create(
        self, intake: Intake, who: identity.Identity, match: identity.Match, warnings: list[IntakeWarning]
    ) -> Reception:
        if intake.mode == Mode.UPDATE:
            return Reception(None, CrmSync.SKIPPED_MODE, warnings, who)
        values = incoming.values(intake.guest, who)
        contact = incoming.new_contact(intake, who, values)
        self.created[contact.pk] = contact
        self.counters.append(statistics.of_new(contact, intake.venue, intake.brings))
        self.recency.note(contact, values, intake.at)
        self.book.note(contact)
        self._flag_pairs(contact, who, warnings)
        return Reception(contact, CrmSync.CREATED, warnings, who)

    def _update(
        self, intake: Intake, who: identity.Identity, match: identity.Match, warnings: list[IntakeWarning]
    ) -> Reception:
        contact = match.known_contact
        if intake.mode == Mode.CREATE:
            return Reception(contact, CrmSync.SKIPPED_MODE, warnings, who)
        if match.is_by_phone_alone:
            if incoming.has_other_name(contact, intake.guest):
                warnings.append(
                    IntakeWarning("name_changed", "last_name", _("This phone belongs to a guest of another name."))
                )
            changes = []
        else:
            changes = self._assign(contact, intake, who, warnings)
        is_moved = incoming.move_dates(contact, intake, who, is_own_profile=not match.is_by_phone_alone)
        if changes or is_moved or intake.channel != Channel.IMPORT:
            self._touch(contact, intake)
        self._flag_pairs(contact, who, warnings)
        sync = CrmSync.UPDATED if changes or is_moved else CrmSync.UNCHANGED
        return Reception(contact, sync, warnings, who, match.is_by_phone_alone)

    def _assign(
        self, contact: Contact, intake: Intake, who: identity.Identity, warnings: list[IntakeWarning]
    ) -> list[profile.Change]:
        """Write the guest data that are newer than the contact's own."""
        values = incoming.values(intake.guest, who)
        is_new_phone = who.p is not None and who.p != contact.phone
        if is_new_phone:
            values.setdefault("phone_extension", "")
        if who.e and not contact.email:
            values["email"] = who.e
        news = self.recency.newer_only(contact, values, intake.at)
        if is_new_phone and "phone" not in news:
            news.pop("phone_extension", None)
        if "phone" in news and not (contact.email or "email" in news):
            # Asked of what is written, not of what was said: an e-mail cleared meanwhile stays cleared.
            self._check_phone_is_free(news["phone"], contact)
        former_phone = contact.phone
        changes = profile.assign(contact, news)
        self.recency.note(contact, news, intake.at)
        self.book.note(contact, former_phone=former_phone)
        self.changes += [profile.Brought(change, intake.channel, intake.at) for change in changes]
        self.renamed += [(change, warnings) for change in changes if change.field == "last_name"]
        return changes

    def _touch(self, contact: Contact, intake: Intake) -> None:
        """The channel is that of the latest event; an import is none."""
        if intake.at >= contact.last_activity_at:
            contact.last_channel = intake.channel
        if intake.channel != Channel.IMPORT:
            contact.last_activity_at = max(contact.last_activity_at, intake.at)
        self.touched[contact.pk] = contact

    def _flag_pairs(self, contact: Contact, who: identity.Identity, warnings: list[IntakeWarning]) -> None:
        """Flag who shares the phone; the phone of an older event may not have become the contact's."""
        if not who.p or not self.book.is_held(who.p, contact):
            return
        pairs = duplicates.pairs_of(contact, self.book.holders_of_phone(who.p))
        if pairs:
            self.pairs += pairs
            warnings.append(IntakeWarning("duplicate_found", "phone", _("Another guest has this phone.")))

    def write(self) -> None:
        """Write what was decided: contacts, keys, search tokens, history, pairs, audit."""
        self._flag_suspects()
        self._write_touched({one.change.contact.pk for one in self.changes})
        contacts = list(self.created.values())
        rows.insert(
            contacts,
            [row for contact in contacts for row in identity.identifiers(contact)],
            search_index.tokens(contacts),
            self.counters,
            profile.history(self.changes),
            _events(contacts, [one.change for one in self.changes]),
            *facets.admitted(contacts),
        )
        duplicates.flag_same_phone(self.pairs)
        moved = {one.change.contact.pk for one in self.changes if one.change.field == "phone"}
        if moved:
            rows.settle()
            duplicates.forget_unshared(moved)

    def _flag_suspects(self) -> None:
        """Flag keys of many surnames, and tell the last guest who brought one."""
        last = {change.contact.pk: warnings for change, warnings in self.renamed}
        for contact in suspicion.with_many_surnames(change for change, _warnings in self.renamed):
            contact.has_suspect_key = True
            last[contact.pk].append(suspicion.many_surnames(contact))

    def _write_touched(self, changed: set[UUID]) -> None:
        now = timezone.now()
        touched = [contact for pk, contact in sorted(self.touched.items()) if pk not in self.created]
        rewritten = [contact for contact in touched if contact.pk in changed]
        for contact in touched:
            contact.updated_at = now
        for contact in rewritten:
            contact.version += 1
        rows.update(rewritten, _PROFILE_COLUMNS)
        rows.update([contact for contact in touched if contact.pk not in changed], _TOUCH_COLUMNS)
        identity.replace_identifiers(self._with(rewritten, profile.KEY_FIELDS))
        search_index.rewrite(self._with(rewritten, profile.SEARCHED_FIELDS))

    def _with(self, contacts: list[Contact], fields: frozenset[str]) -> list[Contact]:
        changed = {one.change.contact.pk for one in self.changes if one.change.field in fields}
        return [contact for contact in contacts if contact.pk in changed]


_TOUCH_COLUMNS = [
    "last_channel",
    "last_activity_at",
    "first_contact_on",
    "kind",
    "registered_at",
    "has_suspect_key",
    "updated_at",
]
_PROFILE_COLUMNS = [*profile.INTAKE_FIELDS, "email", *profile.DERIVED_FIELDS, *_TOUCH_COLUMNS, "version"]


def _events(created: list[Contact], changes: list[profile.Change]) -> list[AuditEntry]:
    events = [
        recording.Event(Action.CONTACT_CREATED, contact, after={"channel": contact.first_channel})
        for contact in created
    ]
    events += [
        recording.Event(Action.CONTACT_UPDATED, contact, before=before, after=after)
        for contact, before, after in profile.net(changes)
    ]
    return [recording.entry(event) for event in events]
