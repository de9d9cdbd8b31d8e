"""The mail that brings a confirmation's code, in the guest's language (R-CRM-8, R-SERVICE-2).

It says the same to who is known and who is not. It goes from the worker, once: the row says when it was sent.
"""

from __future__ import annotations

from uuid import UUID

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation

from outreach import confirmation_codes
from outreach.models import Confirmation
from tenants import scope
from tenants.models import Tenant


def send(tenant_id: UUID, confirmation_id: UUID) -> None:
    """Mail the code, unless that was done or it is too late. Raises OSError when the mail server cannot be reached."""
    with scope.enter(tenant_id, scope.WORKER):
        now = timezone.now()
        waiting = Confirmation.objects.select_for_update(skip_locked=True, no_key=True)
        confirmation = waiting.filter(pk=confirmation_id, sent_at=None, expires_at__gt=now).first()
        if confirmation is None:
            return
        compose(confirmation, Tenant.objects.get(pk=tenant_id)).send()
        confirmation.sent_at = now
        confirmation.save(update_fields=["sent_at"])


def compose(confirmation: Confirmation, tenant: Tenant) -> EmailMessage:
    with translation.override(confirmation.guest.get("language") or tenant.language):
        content = {
            "tenant": tenant.name,
            "name": confirmation.guest.get("first_name", ""),
            "code": confirmation_codes.code_of(confirmation),
            "hours": round((confirmation.expires_at - confirmation.created_at).total_seconds() / 3600),
        }
        subject = " ".join(render_to_string("outreach/confirmation_subject.txt", content).split())
        return EmailMessage(subject, render_to_string("outreach/confirmation.txt", content), to=[confirmation.email])
