"""What several processes do at the same moment."""

from __future__ import annotations

from django.conf import settings
from django.core import mail

from outreach import tasks


def deliver(tenant_id, message_id):
    """Run the worker's task; how many mails this call sent."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    before = len(getattr(mail, "outbox", []))
    tasks.deliver.apply(kwargs={"tenant_id": tenant_id, "message_id": message_id}, throw=True)
    return len(getattr(mail, "outbox", [])) - before
