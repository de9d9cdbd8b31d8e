"""Keys that are probably made up (R-ID-7): dummies, and one key under three or more surnames within 90 days."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm import identity, person_name, suspect_key
from crm.models import Contact, FieldChange
from crm.profile import Change
from crm.warnings import IntakeWarning

SURNAME_WINDOW = datetime.timedelta(days=90)
SUSPECT_SURNAMES = 3


def of_keys(who: identity.Identity) -> list[IntakeWarning]:
    """What is wrong, or probably wrong, with the keys as they were typed (R-ID-5)."""
    warnings = []
    if who.email.code == "email_invalid":
        warnings.append(
            IntakeWarning(
                "email_invalid", "email", _("This e-mail is not valid and was left out."), who.email.suggestion
            )
        )
    elif who.email.code == "email_typo":
        warnings.append(IntakeWarning("email_typo", "email", _("This e-mail may be mistyped."), who.email.suggestion))
    if who.phone.code:
        warnings.append(IntakeWarning("phone_invalid", "phone", _("This phone number is not valid and was left out.")))
    if who.p and suspect_key.is_suspect_phone(who.p):
        warnings.append(IntakeWarning("suspect_key", "phone", _("This phone number looks made up.")))
    if who.e and suspect_key.is_suspect_email(who.e):
        warnings.append(IntakeWarning("suspect_key", "email", _("This e-mail looks made up.")))
    return warnings


def is_suspect(who: identity.Identity) -> bool:
    return bool(who.p and suspect_key.is_suspect_phone(who.p)) or bool(who.e and suspect_key.is_suspect_email(who.e))


def many_surnames(contact: Contact) -> IntakeWarning:
    """The warning for the contact whose key guests of many surnames use; it tells what the list knows."""
    if contact.email:
        return IntakeWarning("suspect_key", "email", _("Guests of several names use this e-mail."), tells_of_list=True)
    return IntakeWarning("suspect_key", "phone", _("Guests of several names use this phone."), tells_of_list=True)


def with_many_surnames(renamed: Iterable[Change]) -> list[Contact]:
    """Of the contacts whose surname just changed, those that now had three or more within 90 days."""
    surnames: dict[UUID, set[str]] = {}
    contacts: dict[UUID, Contact] = {}
    for change in renamed:
        contacts[change.contact.pk] = change.contact
        surnames.setdefault(change.contact.pk, set()).update({change.old, change.new})
    if not contacts:
        return []
    past = FieldChange.objects.filter(
        contact__in=list(contacts), field="last_name", created_at__gte=timezone.now() - SURNAME_WINDOW
    )
    for contact_id, old, new in past.values_list("contact_id", "old", "new"):
        surnames[contact_id].update({old, new})
    return [contacts[pk] for pk, names in surnames.items() if _different(names) >= SUSPECT_SURNAMES]


def _different(names: set[str]) -> int:
    return len({person_name.surname_key(name) for name in names if name})
