"""A test of a campaign: its text, as Anna Rossi would read it, to one of the staff (R-CRM-10).

It goes to the member's own address and to nobody else's: no guest is written to, so that the gate has nothing to say and no
communication is kept. A key has no address; the owner gets what it asks for. The test of an SMS comes by e-mail, too, since
we know no numbers of staff.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from consent.gate import Purpose
from crm.models import Contact
from outreach import campaign_words, mail
from outreach.campaign_preview import SAMPLE
from outreach.campaign_words import Texts
from outreach.models import SUBJECT_LENGTH, Campaign, Direction, Message, MessageChannel, MessageStatus
from tenants import scope
from tenants.models import Membership, User
from tenants.permissions import Role
from tenants.scope import ActorKind


def tester() -> User:
    """Who gets a test that the actor in force asks for: the member, or the tenant's owner for a key."""
    actor = scope.actor()
    if actor.kind == ActorKind.USER and actor.id is not None:
        return User.objects.get(pk=actor.id)
    owners = Membership.objects.filter(role=Role.OWNER, is_active=True).select_related("user")
    owner: Membership = owners.order_by("created_at", "id")[0]
    return owner.user


def language_for(tester: User, texts: Texts) -> str:
    """In which language the tester reads it when none was chosen."""
    return texts.language_for(tester.language)


def send(tenant_id: UUID, campaign_id: UUID, user_id: UUID, *, language: str) -> None:
    """Send the test, in one of the template's languages; nothing when the draft is gone meanwhile."""
    with scope.enter(tenant_id, scope.WORKER):
        message = _test_of(campaign_id, user_id, language)
    if message is not None:
        mail.send(message)


def _test_of(campaign_id: UUID, user_id: UUID, language: str) -> Message | None:
    campaign = Campaign.objects.select_related("venue", "template").filter(pk=campaign_id).first()
    member = Membership.objects.filter(user=user_id, is_active=True).select_related("user").first()
    if campaign is None or campaign.template is None or member is None:
        return None
    return _message(campaign, campaign_words.of_template(campaign.template), language, member.user)


def _message(campaign: Campaign, texts: Texts, language: str, tester: User) -> Message:
    """No row of the communications: it is never saved."""
    at = timezone.now()
    anna = Contact(**SAMPLE)
    words = texts.filled(texts.language_for(language), anna, campaign.venue)
    return Message(
        contact=anna,
        venue=campaign.venue,
        direction=Direction.OUT,
        channel=MessageChannel.EMAIL,
        kind=campaign.kind,
        purpose=Purpose.MARKETING,
        status=MessageStatus.QUEUED,
        address=tester.email,
        language=texts.language_for(language),
        subject=_subject(words.subject, tester),
        text=words.text,
        at=at,
        sent_on=campaign.venue.local_day(at),
    )


def _subject(subject: str, tester: User) -> str:
    """Marked as a test in the tester's language; an SMS has no subject of its own."""
    with translation.override(tester.language or settings.LANGUAGE_CODE):
        said = _("Test: %(subject)s") % {"subject": subject} if subject else _("Test of an SMS")
    return said[:SUBJECT_LENGTH]
