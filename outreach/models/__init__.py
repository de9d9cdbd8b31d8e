"""The tables of what guests sent us and what we sent them, one file per group of tables."""

from outreach.models.campaign import (
    CAMPAIGN_LEASES,
    NOT_WRITTEN,
    Campaign,
    CampaignRecipient,
    CampaignStatus,
    Exclusion,
    RecipientStatus,
)
from outreach.models.follower import Confirmation, Follow, Follower, FormerContact
from outreach.models.inquiry import Inquiry
from outreach.models.message import (
    SENDING_CHANNELS,
    SUBJECT_LENGTH,
    TEMPLATE_KINDS,
    TEXT_LENGTH,
    Direction,
    Message,
    MessageChannel,
    MessageKind,
    MessageStatus,
    MessageTemplate,
)
from outreach.models.promotion import PromotionSignup

__all__ = [
    "CAMPAIGN_LEASES",
    "NOT_WRITTEN",
    "SENDING_CHANNELS",
    "SUBJECT_LENGTH",
    "TEMPLATE_KINDS",
    "TEXT_LENGTH",
    "Campaign",
    "CampaignRecipient",
    "CampaignStatus",
    "Confirmation",
    "Direction",
    "Exclusion",
    "Follow",
    "Follower",
    "FormerContact",
    "Inquiry",
    "Message",
    "MessageChannel",
    "MessageKind",
    "MessageStatus",
    "MessageTemplate",
    "PromotionSignup",
    "RecipientStatus",
]
