"""What outreach holds on people: where to look, what a guest is handed, what counts as activity (R-PRIV-1, R-PRIV-2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crm import activity, holdings, known_addresses
from crm.data_export import facts, listed
from crm.facts import Snapshots
from crm.holdings import Place
from outreach.erasing import CONFIRMATION, INQUIRY, PROMOTION_SIGNUP
from outreach.models import (
    CampaignRecipient,
    Confirmation,
    Direction,
    Follow,
    Follower,
    Inquiry,
    Message,
    PromotionSignup,
)

HOLDINGS = (
    Place("promotion_signup", PromotionSignup._meta.db_table, holdings.snapshot(), "signed_up_at"),
    Place("inquiry", Inquiry._meta.db_table, holdings.snapshot("subject", "message"), "received_at"),
    Place("message", Message._meta.db_table, holdings.told("address", "subject", "text"), "at", state="direction"),
    Place("follower", Follower._meta.db_table, "external_id", "created_at"),
    Place("campaign_recipient", CampaignRecipient._meta.db_table, "address", "NULL::timestamptz", state="status"),
    # Somebody gave this e-mail in the app and has not proven it: whoever owns it is held here without knowing.
    Place(
        CONFIRMATION,
        Confirmation._meta.db_table,
        holdings.snapshot("email"),
        "created_at",
        contact="NULL::uuid",
    ),
)
SNAPSHOTS = (
    Snapshots(PROMOTION_SIGNUP, PromotionSignup, "signed_up_at"),
    Snapshots(INQUIRY, Inquiry, "received_at"),
)
# What the guest did; what we wrote is no activity of theirs.
ACTIVITY = (
    activity.rows_since(PromotionSignup, "signed_up_at"),
    activity.rows_since(Inquiry, "received_at"),
    activity.rows_since(Message, "at", also=f"direction = '{Direction.IN.value}'"),
    (
        f"SELECT follower.contact_id FROM {Follower._meta.db_table} follower "  # noqa: S608 (our own tables)
        f"JOIN {Follow._meta.db_table} follow ON follow.tenant_id = $1 AND follow.follower_id = follower.id "
        "WHERE follower.tenant_id = $1 AND follower.contact_id = ANY($2) AND followed_at >= $3::timestamptz"
    ),
)


def export(contact_ids: list[UUID], nobodys: list[UUID]) -> dict[str, Any]:
    own = facts(contact_ids, nobodys)
    return {
        "promotion_signups": listed(
            PromotionSignup.objects.filter(own).order_by("signed_up_at", "pk"),
            *("id", "venue__name", "promotion", "guest", "signed_up_at"),
        ),
        "inquiries": listed(
            Inquiry.objects.filter(own).order_by("received_at", "pk"),
            *("id", "venue__name", "subject", "message", "guest", "received_at", "handled_at"),
        ),
        "messages": listed(
            Message.objects.filter(contact__in=contact_ids).order_by("at", "pk"),
            *("id", "venue__name", "direction", "channel", "kind", "status", "address", "language", "subject", "text"),
            *("at", "sent_at"),
        ),
        "app_users": listed(
            Follower.objects.filter(contact__in=contact_ids).order_by("created_at", "pk"), "external_id", "created_at"
        ),
        "follows": listed(
            Follow.objects.filter(follower__contact__in=contact_ids).order_by("followed_at", "pk"),
            *("venue__name", "followed_at"),
        ),
        "campaigns": listed(
            CampaignRecipient.objects.filter(contact__in=contact_ids).order_by("campaign__created_at", "pk"),
            *("campaign__template_name", "address", "status", "reason"),
        ),
        "confirmations": _confirmations(contact_ids),
    }


def _confirmations(contact_ids: list[UUID]) -> list[dict[str, Any]]:
    """Codes that wait to be told: of the person's own users of the app; and of somebody else's that an address of the person was
    given for, without what that one said of themselves."""
    emails = known_addresses.of(contact_ids).emails
    found = Confirmation.objects.order_by("created_at", "pk")
    own = listed(
        found.filter(follower__contact__in=contact_ids), *("email", "guest", "created_at", "expires_at", "sent_at")
    )
    strange = found.filter(email__in=emails).exclude(follower__contact__in=contact_ids)
    return [*own, *listed(strange, "email", "created_at", "expires_at", "sent_at")]
