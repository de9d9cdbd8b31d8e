"""What guests say of themselves on any channel, what became of it, and why it can be refused (R-ID-1, R-ID-8, R-WRITE-3)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm import identity
from crm.channel import Channel
from crm.models import Contact
from crm.warnings import IntakeWarning
from tenants.models import Venue
from tenants.questions import Answers
from tenants.refusal import Refusal

# The fields of a guest that are the contact's own; the keys and the date of the account are not among them.
PROFILE_FIELDS = ("first_name", "last_name", "language", "birthday", "address", "postcode", "city", "company")


class CrmSync(StrEnum):
    """What an intake did to the list: the public answer of R-WRITE-3."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED_FINAL_STATUS = "skipped_final_status"
    SKIPPED_CONTACT_DELETED = "skipped_contact_deleted"
    SKIPPED_MODE = "skipped_mode"
    NO_IDENTITY = "no_identity"


class Mode(StrEnum):
    """What an import may do: make contacts, change known ones, or both (R-IO-2)."""

    CREATE = "create"
    UPSERT = "upsert"
    UPDATE = "update"


class EmailInUse(Refusal):
    code = "email_in_use"
    status = 409
    default_message = _("Another contact has this e-mail.")


class EmailLocked(Refusal):
    code = "email_locked"
    status = 422
    default_message = _("A contact's e-mail is changed on the contact's own page, not here.")


class PhoneInUse(Refusal):
    code = "phone_in_use"
    status = 409
    default_message = _("Another contact without e-mail has this phone.")


class UnknownContact(Refusal):
    code = "unknown_contact"
    status = 400
    default_message = _("There is no such contact.")


@dataclass(frozen=True, slots=True)
class Guest:
    """What a guest said of themselves, as it came. `birthday` is in ISO form, `language` a code; both were checked."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    birthday: str = ""
    address: str = ""
    postcode: str = ""
    city: str = ""
    company: str = ""
    registered_at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """An event that carries guest data. `at` is its time (R-WRITE-2); `chosen` a contact that staff picked (R-ID-8).

    `first_contact_on` is given by files that know it; otherwise the day of `at` at the venue. `is_open_to_anonymous`: it is
    something that an anonymous user of the app may do, such as to follow or to register (R-CRM-8). `brings` is what the fact
    behind it counts at the venue, by the names of the statistics: a guest who is new has no other.
    """

    guest: Guest
    channel: Channel
    venue: Venue
    at: datetime.datetime
    chosen: UUID | None = None
    first_contact_on: datetime.date | None = None
    mode: Mode = Mode.UPSERT
    is_open_to_anonymous: bool = False
    brings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reception:
    """What became of an intake. Found by a phone alone, the contact is perhaps another of the family (R-ID-2 d).

    `answers` are those to what was asked of the keys (crm.key_questions).
    """

    contact: Contact | None
    crm_sync: CrmSync
    warnings: list[IntakeWarning]
    identity: identity.Identity
    is_by_phone_alone: bool = False
    answers: Answers = field(default_factory=lambda: Answers({}))

    @property
    def is_new(self) -> bool:
        """Whether the contact is new: what its fact brings is counted already."""
        return self.crm_sync == CrmSync.CREATED

    @property
    def known_contact(self) -> Contact:
        """The contact, where the intake had a key. Raises LookupError where it had none."""
        if self.contact is None:
            raise LookupError("this intake had no key")
        return self.contact
