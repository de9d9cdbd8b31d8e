"""A user of the app whose contact went to the bin: the user's id is freed with it, and given back with it (R-WRITE-6, R-ID-6).

Who comes anew is a new contact; what the user follows in the app goes on. The contact in the bin is restored only while
its user is nobody else: 409, as for an e-mail that was taken.
"""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import Contact, ContactState
from outreach.models import Follower, FormerContact
from tenants.refusal import Refusal


class ExternalIdInUse(Refusal):
    code = "external_id_in_use"
    status = 409
    default_message = _("Another contact is this user of the app now.")


def lock_key(external_id: str) -> str:
    """The name of the advisory lock that every writer of a follower takes."""
    return f"follower:{external_id}"


def leave(follower: Follower, contact: Contact) -> None:
    """Remember that the user was this contact, which is in the bin. The follower is locked."""
    if contact.state == ContactState.DELETED:
        FormerContact(follower=follower, contact=contact).save(force_insert=True)


def keys_of(contact: Contact) -> list[str]:
    """The locks of the users that are this contact, or were before they came anew."""
    own = Follower.objects.filter(Q(contact=contact) | Q(former_contacts__contact=contact))
    return [lock_key(external_id) for external_id in own.distinct().values_list("external_id", flat=True)]


def take_back(contact: Contact) -> None:
    """Make the users that left this contact its own again; the caller has locked them. Raises ExternalIdInUse."""
    left = FormerContact.objects.filter(contact=contact).select_related("follower__contact").order_by("pk")
    for one in left:
        follower: Follower = one.follower
        if follower.contact.is_active:
            raise ExternalIdInUse(contact=str(follower.contact_id))
        one.delete()
        leave(follower, follower.contact)
        follower.contact, follower.updated_at = contact, timezone.now()
        follower.save(update_fields=["contact", "updated_at"])
