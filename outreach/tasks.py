"""The doorbells of messages and of codes: ids in, one call, harmless when rung twice."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from outreach import confirmation_codes, confirmation_mail, delivering, sweeping


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


@shared_task(name="outreach.forget_confirmations")
def forget_confirmations() -> None:
    confirmation_codes.forget_expired(at=timezone.now())
