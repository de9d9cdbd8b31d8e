"""The mail that brings an invitation, in the invitee's language (R-SERVICE-2).

It leaves after the commit: an invitation that was rolled back is never mailed. A mail server that fails is logged,
since the invitation stands and can be sent again.
"""

from __future__ import annotations

import functools
import logging

from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from staff import invitation_links
from staff.models import Invitation
from tenants.models import Tenant
from tenants.permissions import Role

logger = logging.getLogger(__name__)


def send(invitation: Invitation, tenant: Tenant) -> None:
    transaction.on_commit(functools.partial(_deliver, compose(invitation, tenant)))


def compose(invitation: Invitation, tenant: Tenant) -> EmailMessage:
    with translation.override(invitation.language):
        content = {
            "tenant": tenant.name,
            "role": Role(invitation.role).label,
            "url": invitation_links.url_of(invitation),
            "days": invitation_links.LIFETIME.days,
        }
        subject = " ".join(render_to_string("staff/invitation_subject.txt", content).split())
        return EmailMessage(subject, render_to_string("staff/invitation.txt", content), to=[invitation.email])


def _deliver(message: EmailMessage) -> None:
    try:
        message.send()
    except OSError:
        logger.exception("an invitation could not be mailed")
