"""A follower of the app as the API shows it, and the venues that a contact follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from api.guest_data import ReceptionDocument
from crm.models import ContactKind
from outreach.following import Following
from outreach.models import Follower
from outreach.registering import RegistrationStatus


class FollowDocument(serializers.Serializer[Any]):
    venue = serializers.UUIDField()
    followed_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Follow"


class FollowerDocument(ReceptionDocument):
    """`contact` is anonymous, with a `code`, until the user registers or logs in; then it is the guest's contact."""

    id = serializers.UUIDField()
    external_id = serializers.CharField()
    contact = serializers.UUIDField()
    kind = serializers.ChoiceField(ContactKind.choices)
    code = serializers.CharField(help_text="The number an anonymous user is known by.")
    follows = FollowDocument(many=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Follower"


class RegistrationDocument(ReceptionDocument):
    """While the code is waited for nothing else is said: not whether the guest is known."""

    status = serializers.ChoiceField(RegistrationStatus.choices)
    follower = FollowerDocument(required=False)

    class Meta:
        ref_name = "Registration"


def represent(rows: Sequence[Follower]) -> list[dict[str, Any]]:
    """The followers, whose contacts and follows are loaded."""
    return [document(follower) for follower in rows]


def document(follower: Follower) -> dict[str, Any]:
    follows = sorted(follower.follows.all(), key=lambda one: (one.followed_at, one.pk))
    return {
        "id": follower.pk,
        "external_id": follower.external_id,
        "contact": follower.contact_id,
        "kind": follower.contact.kind,
        "code": follower.contact.code,
        "follows": [follow(Following(one.venue_id, one.followed_at)) for one in follows],
        "created_at": follower.created_at,
        "updated_at": follower.updated_at,
    }


def follow(one: Following) -> dict[str, Any]:
    return {"venue": one.venue, "followed_at": one.followed_at}
