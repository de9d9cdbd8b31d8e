"""The doorbells of messages, of campaigns, of codes and of links to confirm: ids in, one call, harmless when rung twice."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone
from uuid_utils.compat import uuid7

from consent import bell
from outreach import (
    campaign_sending,
    campaign_testing,
    confirmation_codes,
    confirmation_mail,
    delivering,
    opt_in_mail,
    sweeping,
)
from outreach.models import CAMPAIGN_LEASES


@shared_task(name="outreach.deliver")
def deliver(*, tenant_id: str, message_id: str) -> None:
    delivering.deliver(UUID(tenant_id), UUID(message_id))


@shared_task(name="outreach.sweep")
def sweep() -> None:
    for tenant_id, message_id in sweeping.due():
        deliver.apply_async(kwargs={"tenant_id": str(tenant_id), "message_id": str(message_id)})


@shared_task(
    name="outreach.mail_confirmation", autoretry_for=(OSError,), retry_kwargs={"max_retries": 3, "countdown": 5}
)
def mail_confirmation(*, tenant_id: str, confirmation_id: str) -> None:
    confirmation_mail.send(UUID(tenant_id), UUID(confirmation_id))


@shared_task(name=bell.TASK)
def send_opt_in_link(*, tenant_id: str, status_id: str) -> None:
    opt_in_mail.send(UUID(tenant_id), UUID(status_id))


@shared_task(name="outreach.sweep_opt_ins")
def sweep_opt_ins() -> None:
    for tenant_id, status_id in opt_in_mail.due():
        send_opt_in_link.apply_async(kwargs={"tenant_id": str(tenant_id), "status_id": str(status_id)})


@shared_task(name="outreach.forget_confirmations")
def forget_confirmations() -> None:
    confirmation_codes.forget_expired(at=timezone.now())


@shared_task(name="outreach.send_campaign")
def send_campaign(*, tenant_id: str, campaign_id: str) -> None:
    """Go on with a campaign; ring for the rest when time is up. Every delivery holds the lease under its own name."""
    if campaign_sending.work(UUID(tenant_id), UUID(campaign_id), holder=str(uuid7())):
        send_campaign.apply_async(kwargs={"tenant_id": tenant_id, "campaign_id": campaign_id})


@shared_task(name="outreach.sweep_campaigns")
def sweep_campaigns() -> None:
    for tenant_id, campaign_id in CAMPAIGN_LEASES.due():
        send_campaign.apply_async(kwargs={"tenant_id": str(tenant_id), "campaign_id": str(campaign_id)})


@shared_task(name="outreach.test_campaign")
def test_campaign(*, tenant_id: str, campaign_id: str, user_id: str, language: str) -> None:
    campaign_testing.send(UUID(tenant_id), UUID(campaign_id), UUID(user_id), language=language)
