"""What several processes do at the same moment."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core import mail
from django.utils import timezone

from crm.models import Contact
from outreach import message_templates, sending, tasks
from outreach.models import MessageChannel, MessageTemplate
from outreach.sending import Draft
from tenants import scope
from tenants.models import Venue
from tenants.permissions import ROLE_PERMISSIONS, Role
from tenants.refusal import Refusal
from tenants.scope import Actor, ActorKind


def deliver(tenant_id, message_id):
    """Run the worker's task; how many mails this call sent."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    before = len(getattr(mail, "outbox", []))
    tasks.deliver.apply(kwargs={"tenant_id": tenant_id, "message_id": message_id}, throw=True)
    return len(getattr(mail, "outbox", [])) - before


def write_or_delete(tenant_id, contact_id, venue_id, template_id, act):
    """Write to a contact by a template, again and again, or delete the template; what the last try came to."""
    owner = Actor(
        kind=ActorKind.USER, id=UUID(int=1), label="Owner", permissions=ROLE_PERMISSIONS[Role.OWNER], role=Role.OWNER
    )
    for _time in range(1 if act == "delete" else 12):
        try:
            with scope.enter(UUID(tenant_id), owner):
                template = MessageTemplate.objects.get(pk=template_id)
                if act == "delete":
                    message_templates.delete(template)
                    return "deleted"
                contact, venue = Contact.objects.get(pk=contact_id), Venue.objects.get(pk=venue_id)
                sending.send(Draft(contact, venue, MessageChannel.EMAIL, template), at=timezone.now())
        except (Refusal, MessageTemplate.DoesNotExist) as error:
            return getattr(error, "code", "gone")
    return "written"
