"""The tables of the guest list, one file per group of tables."""

from crm.models.contact import (
    NEVER,
    Contact,
    ContactIdentifier,
    ContactKind,
    ContactState,
    FieldChange,
    IdentifierKind,
    SearchToken,
)
from crm.models.duplicate import DuplicatePair, DuplicateReason
from crm.models.erasure import Erasure, ErasureReason, FactErasure
from crm.models.group import ContactGroup, GroupMember, Segment
from crm.models.privacy import HealthNote, PrivacyRequest, PrivacyRequestKind, RetentionApproval
from crm.models.review import Review, ReviewSource
from crm.models.statistics import ContactStats
from crm.models.tag import ContactTag, LiftedTag, Tag
from crm.models.visit import Visit, VisitSource, VisitSourceKind

__all__ = [
    "NEVER",
    "Contact",
    "ContactGroup",
    "ContactIdentifier",
    "ContactKind",
    "ContactState",
    "ContactStats",
    "ContactTag",
    "DuplicatePair",
    "DuplicateReason",
    "Erasure",
    "ErasureReason",
    "FactErasure",
    "FieldChange",
    "GroupMember",
    "HealthNote",
    "IdentifierKind",
    "LiftedTag",
    "PrivacyRequest",
    "PrivacyRequestKind",
    "RetentionApproval",
    "Review",
    "ReviewSource",
    "SearchToken",
    "Segment",
    "Tag",
    "Visit",
    "VisitSource",
    "VisitSourceKind",
]
