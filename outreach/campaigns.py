"""The life of a campaign, as staff and integrations steer it: draft, test, send, stop (R-CRM-10).

A draft names a group or a segment, a template, a channel and the venue that writes. Sending fixes whom it goes to and in
which words, and hands it to the worker; sent once, it cannot be sent again, unless it failed: then it goes on where it
broke off. Stopped, what has left has left. All of it is marketing, whatever the template is for. Source: M, U.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from crm import allergies, saved_filters
from crm.models import ContactGroup, Segment
from outreach import (
    campaign_audience,
    campaign_preview,
    campaign_testing,
    campaign_waiting,
    campaign_words,
    message_templates,
    sender,
    tasks,
    wording,
)
from outreach.campaign_preview import Preview
from outreach.campaign_words import Texts
from outreach.models import Campaign, CampaignStatus, MessageChannel, MessageTemplate
from outreach.sending import OtherChannel
from tenants import leasing, rows, scope
from tenants.models import Venue
from tenants.permissions import Permission
from tenants.refusal import Refusal

FRESH, UNDER_WAY = (CampaignStatus.DRAFT, CampaignStatus.FAILED), (CampaignStatus.SENDING,)


class AudienceNeeded(Refusal):
    code = "required"
    status = 400
    default_message = _("Choose whom to write to: a group or a segment.")


class OneAudienceOnly(Refusal):
    code = "not_allowed"
    status = 400
    default_message = _("Choose either a group or a segment.")


class AudienceGone(Refusal):
    code = "audience_gone"
    status = 409
    default_message = _("The group or segment was deleted meanwhile. Make a new campaign.")


class TextGone(Refusal):
    code = "template_gone"
    status = 409
    default_message = _("The template was deleted meanwhile. Make a new campaign.")


class NobodyToWriteTo(Refusal):
    code = "empty_audience"
    status = 409
    default_message = _("Nobody in this group or segment has an address on this channel.")


class CampaignNotDraft(Refusal):
    code = "campaign_not_draft"
    status = 409
    default_message = _("This campaign was sent already.")


class CampaignNotSending(Refusal):
    code = "campaign_not_sending"
    status = 409
    default_message = _("This campaign is not being sent.")


class UnknownLanguage(Refusal):
    code = "invalid_choice"
    status = 400
    default_message = _("The template has no text in this language.")


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """What staff choose: one of `group` and `segment`."""

    venue: Venue
    channel: MessageChannel
    template: MessageTemplate
    group: ContactGroup | None = None
    segment: Segment | None = None


def visible() -> QuerySet[Campaign, Any]:
    """All but those to a segment of allergies, for an actor who may not read these (R-PRIV-3)."""
    found: QuerySet[Campaign, Any] = Campaign.objects.select_related("venue", "group", "segment", "template")
    if allergies.may_be_read():
        return found
    return found.filter(Q(segment=None) | Q(segment__in=saved_filters.visible()))


def create(new: NewCampaign) -> Campaign:
    """Draft a campaign; nobody is written to. Raises AudienceNeeded, OneAudienceOnly, OtherChannel, TemplateGone."""
    scope.require(Permission.MESSAGES_SEND)
    audience = _audience_of(new)
    if new.template.channel != new.channel:
        raise OtherChannel(field="template")
    message_templates.hold(new.template)
    _hold(audience)
    campaign = Campaign(
        venue=new.venue,
        channel=new.channel,
        group=new.group,
        segment=new.segment,
        template=new.template,
        audience_name=audience.name,
        template_name=new.template.name,
        kind=new.template.kind,
        created_by=scope.actor().label,
    )
    campaign.save(force_insert=True)
    after = {"audience": campaign.audience_name, "template": campaign.text_name, "channel": campaign.channel}
    recording.record(Action.CAMPAIGN_CREATED, campaign, after=after, venue_id=campaign.venue_id)
    return campaign


def delete(campaign: Campaign) -> None:
    """Discard a draft. Raises CampaignNotDraft."""
    scope.require(Permission.MESSAGES_SEND)
    campaign = _locked(campaign, (CampaignStatus.DRAFT,), CampaignNotDraft)
    before = {"audience": campaign.audience_name, "template": campaign.text_name}
    recording.record(Action.CAMPAIGN_DELETED, campaign, before=before, venue_id=campaign.venue_id)
    campaign.delete()


def preview(campaign: Campaign, *, at: datetime.datetime) -> Preview:
    """What sending this draft now would do. Raises CampaignNotDraft, AudienceGone, TextGone."""
    scope.require(Permission.MESSAGES_SEND)
    if campaign.status != CampaignStatus.DRAFT:
        raise CampaignNotDraft(campaign_status=campaign.status)
    _check_whole(campaign)
    return campaign_preview.preview(campaign, texts_of(campaign), at=at)


def texts_of(campaign: Campaign) -> Texts:
    """Its texts: of a draft as the template stands now, else as they were sent. Raises TextGone."""
    if campaign.status != CampaignStatus.DRAFT:
        return campaign_words.frozen(campaign)
    if campaign.template is None:
        raise TextGone
    return campaign_words.of_template(campaign.template)


def send_test(campaign: Campaign, *, language: str = "") -> str:
    """Send the text of a draft to who asks, in one of its languages; the address it goes to.

    Raises CampaignNotDraft, TextGone, UnknownLanguage.
    """
    scope.require(Permission.MESSAGES_SEND)
    if campaign.status != CampaignStatus.DRAFT:
        raise CampaignNotDraft(campaign_status=campaign.status)
    texts, tester = texts_of(campaign), campaign_testing.tester()
    language = language or campaign_testing.language_for(tester, texts)
    if language not in texts.by_language:
        raise UnknownLanguage(field="language")
    recording.record(Action.CAMPAIGN_TESTED, campaign, after={"language": language}, venue_id=campaign.venue_id)
    ids = {"tenant_id": str(campaign.owner_id), "campaign_id": str(campaign.pk), "user_id": str(tester.pk)}
    transaction.on_commit(lambda: tasks.test_campaign.apply_async(kwargs={**ids, "language": language}), robust=True)
    return tester.email


def send(campaign: Campaign, *, at: datetime.datetime) -> Campaign:
    """Hand a draft to the worker, or let one that failed go on. Locks the campaign, so that a second call is refused.

    Raises CampaignNotDraft, AudienceGone, TextGone, NobodyToWriteTo, sender.SenderIncomplete, wording.TextTooLong.
    """
    scope.require(Permission.MESSAGES_SEND)
    campaign_audience.hold_off_erasures()
    campaign = _locked(campaign, FRESH, CampaignNotDraft)
    sender.check(campaign.venue)
    if campaign.status == CampaignStatus.DRAFT:
        _fix(campaign)
        campaign.started_at = at
    campaign_waiting.start_over(campaign)
    actor = scope.actor()
    campaign.actor_kind, campaign.actor_id, campaign.actor_label = actor.kind, actor.id, actor.label
    campaign.status, campaign.failure, campaign.attempt_count = CampaignStatus.SENDING, "", 0
    campaign.lease_holder, campaign.lease_until = "", at + leasing.GRACE
    campaign.finished_at = None
    campaign.save(force_update=True)
    after = {"recipients": campaign.recipient_count, "left_out": campaign.left_out}
    recording.record(Action.CAMPAIGN_SENT, campaign, after=after, venue_id=campaign.venue_id)
    ring(campaign)
    return campaign


def cancel(campaign: Campaign, *, at: datetime.datetime) -> Campaign:
    """Stop a campaign that is being sent; who was not written to yet never will be. Raises CampaignNotSending."""
    scope.require(Permission.MESSAGES_SEND)
    campaign = _locked(campaign, UNDER_WAY, CampaignNotSending)
    campaign.failure = ""
    campaign_waiting.end(campaign, CampaignStatus.CANCELLED, at=at)
    recording.record(Action.CAMPAIGN_CANCELLED, campaign, venue_id=campaign.venue_id)
    return campaign


def ring(campaign: Campaign) -> None:
    """Ring for a worker once the campaign is committed; when the broker is down, the sweeper rings later."""
    ids = {"tenant_id": str(campaign.owner_id), "campaign_id": str(campaign.pk)}
    transaction.on_commit(lambda: tasks.send_campaign.apply_async(kwargs=ids), robust=True)


def _fix(campaign: Campaign) -> None:
    """Let nothing that happens from now on change whom it goes to and what it says."""
    _check_whole(campaign)
    texts = texts_of(campaign)
    if campaign.channel == MessageChannel.SMS:
        for language, words in texts.by_language.items():
            wording.check_length(words, with_ending=sender.sms_ending(campaign.venue, language))
    campaign_words.freeze(campaign, texts)
    campaign_audience.fix(campaign)
    if not campaign.recipient_count:
        raise NobodyToWriteTo


def _audience_of(new: NewCampaign) -> ContactGroup | Segment:
    if new.group and new.segment:
        raise OneAudienceOnly(field="segment")
    audience = new.group or new.segment
    if audience is None:
        raise AudienceNeeded(field="segment")
    return audience


def _hold(audience: ContactGroup | Segment) -> None:
    """Let nobody delete it until the transaction ends. Raises AudienceGone."""
    statement = _HELD.format(table=audience._meta.db_table)
    if not rows.run(statement, scope.tenant_id(), audience.pk):
        raise AudienceGone


_HELD = "SELECT id FROM {table} WHERE tenant_id = %s AND id = %s FOR KEY SHARE"


def _check_whole(campaign: Campaign) -> None:
    if campaign.group is None and campaign.segment is None:
        raise AudienceGone
    if campaign.template is None:
        raise TextGone


def _locked(campaign: Campaign, statuses: tuple[CampaignStatus, ...], refusal: type[Refusal]) -> Campaign:
    found: models.QuerySet[Campaign] = Campaign.objects.select_related("venue", "group", "segment", "template")
    locked = found.select_for_update(of=["self"]).get(pk=campaign.pk)
    if locked.status not in statuses:
        raise refusal(campaign_status=locked.status)
    return locked
