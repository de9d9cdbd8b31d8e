"""The signed link of an invitation (R-PRIV-3).

It carries the tenant's id, the e-mail and the role, since nothing of a tenant is visible before its scope is open, and
since a link whose role was changed afterwards must be void. It is kept nowhere, and ends seven days after it was made.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from staff.models import Invitation
from tenants.refusal import Refusal

LIFETIME = datetime.timedelta(days=7)
SALT = "staff.invitation"


class InvitationClosed(Refusal):
    code = "invitation_closed"
    status = 410
    default_message = _("This invitation is no longer valid. Ask for a new one.")


@dataclass(frozen=True, slots=True)
class Link:
    tenant_id: UUID
    invitation_id: UUID
    email: str
    role: str


def token_of(invitation: Invitation) -> str:
    content = [str(invitation.tenant_id), str(invitation.pk), invitation.email, invitation.role]
    return signing.dumps(content, salt=SALT)


def url_of(invitation: Invitation) -> str:
    """The whole address, for the mail; see invitations.link_to_hand_on."""
    return (settings.PUBLIC_URL or "").rstrip("/") + reverse("invitation", args=[token_of(invitation)])


def read(token: str) -> Link:
    """Raises InvitationClosed for a link that is forged, damaged or older than seven days."""
    try:
        tenant_id, invitation_id, email, role = signing.loads(token, salt=SALT, max_age=LIFETIME)
    except signing.BadSignature as error:
        raise InvitationClosed from error
    return Link(UUID(tenant_id), UUID(invitation_id), email, role)
