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
from crm.models.group import ContactGroup, GroupMember, Segment
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
    "FieldChange",
    "GroupMember",
    "IdentifierKind",
    "LiftedTag",
    "Review",
    "ReviewSource",
    "SearchToken",
    "Segment",
    "Tag",
    "Visit",
    "VisitSource",
    "VisitSourceKind",
]
