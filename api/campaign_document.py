"""A campaign, its preview and its results as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from api.import_document import ProgressDocument
from outreach import campaign_results
from outreach.campaign_preview import Preview
from outreach.campaign_results import Results
from outreach.models import SENDING_CHANNELS, Campaign, CampaignStatus, Exclusion

CHANNEL_CHOICES = [(one.value, one.label) for one in SENDING_CHANNELS]
REASONS = ", ".join(Exclusion.values)


class CampaignResultsDocument(serializers.Serializer[Any]):
    recipients = serializers.IntegerField(help_text="Addresses, fixed when sending started.")
    waiting = serializers.IntegerField(help_text="Not written to yet.")
    sent = serializers.IntegerField()
    failed = serializers.IntegerField()
    excluded = serializers.DictField(child=serializers.IntegerField(), help_text=f"By reason: {REASONS}.")
    unsubscribed = serializers.IntegerField(help_text="Unsubscribed since their message.")
    bookings = serializers.IntegerField(help_text="Made by recipients within 30 days of their message.")

    class Meta:
        ref_name = "CampaignResults"


class CampaignDocument(serializers.Serializer[Any]):
    """`group`, `segment` and `template` become null when they are deleted; their names stay."""

    id = serializers.UUIDField()
    venue = serializers.UUIDField()
    channel = serializers.ChoiceField(CHANNEL_CHOICES)
    group = serializers.UUIDField(allow_null=True)
    segment = serializers.UUIDField(allow_null=True)
    audience_name = serializers.CharField()
    template = serializers.UUIDField(allow_null=True)
    template_name = serializers.CharField()
    status = serializers.ChoiceField(CampaignStatus.choices)
    failure = serializers.CharField(
        help_text="server_away, server_refuses, sender_incomplete or internal_error: why it failed, and sending again goes on "
        "from there; or, while it is being sent, why it waits."
    )
    retry_at = serializers.DateTimeField(
        allow_null=True, help_text="When it goes on, while it waits because messages did not leave."
    )
    progress = ProgressDocument()
    results = CampaignResultsDocument()
    created_by = serializers.CharField()
    sent_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        ref_name = "Campaign"


class SampleDocument(serializers.Serializer[Any]):
    language = serializers.CharField()
    count = serializers.IntegerField(help_text="How many would read it in this language.")
    subject = serializers.CharField()
    text = serializers.CharField()

    class Meta:
        ref_name = "CampaignSample"


class CampaignPreviewDocument(serializers.Serializer[Any]):
    contacts = serializers.IntegerField(help_text="In the group or segment now.")
    count = serializers.IntegerField(help_text="Addresses that would be written to now.")
    excluded = serializers.DictField(child=serializers.IntegerField(), help_text=f"By reason: {REASONS}.")
    samples = SampleDocument(many=True)

    class Meta:
        ref_name = "CampaignPreview"


class CampaignTestDocument(serializers.Serializer[Any]):
    address = serializers.EmailField(
        help_text="Where the test goes: to the member who asks, or to the owner for a key."
    )

    class Meta:
        ref_name = "CampaignTest"


PLAIN = ("audience_name", "channel", "status", "failure", "created_by")
TIMES = ("created_at", "started_at", "finished_at", "retry_at")


def represent(rows: Sequence[Campaign]) -> list[dict[str, Any]]:
    results = campaign_results.of(rows)
    return [_document(campaign, results[campaign.pk]) for campaign in rows]


def represent_preview(found: Preview) -> dict[str, Any]:
    return {
        "contacts": found.contacts,
        "count": found.count,
        "excluded": found.excluded,
        "samples": [
            {"language": one.language, "count": one.count, "subject": one.words.subject, "text": one.words.text}
            for one in found.samples
        ],
    }


def _document(campaign: Campaign, results: Results) -> dict[str, Any]:
    return {
        "id": campaign.pk,
        "venue": campaign.venue_id,
        "group": campaign.group_id,
        "segment": campaign.segment_id,
        "template": campaign.template_id,
        "template_name": campaign.text_name,
        **{name: getattr(campaign, name) for name in PLAIN},
        "sent_by": campaign.actor_label,
        "progress": {"done": results.recipients - results.waiting, "total": results.recipients},
        "results": {
            "recipients": results.recipients,
            "waiting": results.waiting,
            "sent": results.sent,
            "failed": results.failed,
            "excluded": results.excluded,
            "unsubscribed": results.unsubscribed,
            "bookings": results.bookings,
        },
        **{name: getattr(campaign, name) for name in TIMES},
    }
