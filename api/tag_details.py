"""The tags of a contact in its document: the keys, and which of them a rule has set and why (R-CRM-6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from rest_framework import serializers

from crm import allergies
from crm.tags import HeldTag

MEMBERS = tuple(field.name for field in fields(HeldTag))


class TagDetailDocument(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField(help_text="In the reader's language.")  # type: ignore[assignment]
    is_automatic = serializers.BooleanField(help_text="Set by a rule; taking it off needs a reason.")
    reason = serializers.DictField(help_text="Why a rule set it: `rule`, `count`, `since`, `until`; empty by hand.")


def of(held: Sequence[HeldTag]) -> dict[str, Any]:
    """The tags that the reader may see: an allergy's says what it is."""
    shown = set(allergies.readable(tag.key for tag in held))
    readable = [tag for tag in held if tag.key in shown]
    return {
        "tags": [tag.key for tag in readable],
        "tag_details": [{name: getattr(tag, name) for name in MEMBERS} for tag in readable],
    }
