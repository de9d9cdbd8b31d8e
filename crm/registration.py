"""What an anonymous user of the app may not do before it registers (R-CRM-8; source M).

It may follow venues and write messages. Booking, ordering and points need a registered or known guest: 403.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.models import Contact, ContactKind
from tenants.refusal import Refusal


class RegistrationRequired(Refusal):
    code = "registration_required"
    status = 403
    default_message = _("This user of the app must register or log in first.")


def check(contact: Contact) -> None:
    """Raise RegistrationRequired for an anonymous contact."""
    if contact.kind == ContactKind.ANONYMOUS:
        raise RegistrationRequired
