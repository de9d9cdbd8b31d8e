"""Tags: nine system tags with stable keys, the tenant's own, and at most nine set by hand on a contact (R-CRM-6)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from crm import identity
from crm.editing import NotInList
from crm.models import Contact, ContactTag, LiftedTag, Tag
from tenants import scope, uniqueness
from tenants.refusal import Refusal

SYSTEM_TAGS = {
    "friends_family": _("Friends & Family"),
    "business": _("Business"),
    "influencer": _("Influencer"),
    "journalist": _("Journalist"),
    "local": _("Local"),
    "no_show": _("No-show"),
    "problematic": _("Problematic"),
    "regular": _("Regular"),
    "vip": _("VIP"),
}
LIMIT = 9
# Shown as icons in discreet mode, since the guest may see the screen (R-SERVICE-2).
DELICATE_KEYS = frozenset({"no_show", "problematic", "journalist", "influencer"})


class TagLimit(Refusal):
    code = "tag_limit"
    default_message = _("A contact can have nine tags: remove one first.")


class UnknownTag(Refusal):
    code = "unknown_tag"
    status = 400
    default_message = _("There is no such tag.")


class TagExists(Refusal):
    code = "tag_exists"
    status = 409
    default_message = _("There is already a tag of this name.")


class SystemTag(Refusal):
    code = "system_tag"
    default_message = _("System tags cannot be changed or deleted.")


class ReasonNeeded(Refusal):
    code = "reason_needed"
    status = 400
    default_message = _("A rule has set this tag: say why it does not fit.")


class TagNameNeeded(Refusal):
    code = "required"
    status = 400
    default_message = _("Give the tag a name with letters or digits.")


def label_of(tag: Tag) -> str:
    """The tag's name in the reader's language."""
    return str(SYSTEM_TAGS.get(tag.key, tag.label)) if tag.is_system else tag.label


def create_system_tags() -> None:
    Tag.objects.bulk_create(Tag(key=key, label=str(label), is_system=True) for key, label in SYSTEM_TAGS.items())


def create(label: str) -> Tag:
    """Make a tag of the tenant's own; its key follows from the label. Raises TagExists."""
    tag = Tag(key=_key_of(label), label=label.strip())
    with uniqueness.refuse("one_tag_per_key", TagExists(field="label")):
        tag.save(force_insert=True)
    recording.record(Action.TAG_CREATED, tag, after={"key": tag.key, "label": tag.label})
    return tag


def rename(tag: Tag, label: str) -> Tag:
    """Change the label; the key stays, since integrations know it. Raises SystemTag."""
    if tag.is_system:
        raise SystemTag
    before, tag.label = tag.label, label.strip()
    tag.save(update_fields=["label"])
    recording.record(Action.TAG_UPDATED, tag, before={"label": before}, after={"label": tag.label})
    return tag


def delete(tag: Tag) -> None:
    """Remove a tag of the tenant's own from every contact and for good. Raises SystemTag."""
    if tag.is_system:
        raise SystemTag
    recording.record(Action.TAG_DELETED, tag, before={"key": tag.key, "label": tag.label})
    tag.delete()


@dataclass(frozen=True, slots=True)
class HeldTag:
    """A tag as a contact has it; `reason` is empty when it was set by hand."""

    key: str
    label: str
    is_automatic: bool
    reason: dict[str, Any]


def held(key: str, label: str, is_automatic: bool, reason: dict[str, Any]) -> HeldTag:
    """A tag from the columns of its row, with its name in the reader's language. Only system tags have their keys."""
    return HeldTag(key, str(SYSTEM_TAGS.get(key, label)), is_automatic, reason)


def find(key: str) -> Tag:
    """The tag with this key. Raises UnknownTag."""
    tag: Tag | None = None if "\0" in key else Tag.objects.filter(key=key).first()
    if tag is None:
        raise UnknownTag(field="tag")
    return tag


def add(contact: Contact, key: str) -> ContactTag:
    """Set a tag by hand; setting it twice changes nothing. Raises UnknownTag, NotInList, TagLimit.

    Locks the contact, so that two tablets cannot both add the ninth.
    """
    tag = find(key)
    if not identity.lock(contact).is_active:
        raise NotInList
    held: list[ContactTag] = list(ContactTag.objects.filter(contact=contact))
    same = [one for one in held if one.tag_id == tag.pk]
    if same:
        return same[0]
    if sum(not one.is_automatic for one in held) >= LIMIT:
        raise TagLimit(field="tag")
    added = ContactTag(contact=contact, tag=tag)
    added.save(force_insert=True)
    recording.record(Action.CONTACT_TAGGED, contact, after={"tag": tag.key})
    return added


def remove(contact: Contact, key: str, *, reason: str = "", at: datetime.datetime | None = None) -> None:
    """Take a tag off a contact; an automatic one is lifted, which needs a reason. Raises UnknownTag, ReasonNeeded.

    A lifted tag comes back after a new event only. A tag the contact does not have changes nothing.
    """
    tag = find(key)
    identity.lock(contact)
    held: ContactTag | None = ContactTag.objects.filter(contact=contact, tag=tag).first()
    if held is None:
        return
    if held.is_automatic:
        _lift(held, reason.strip(), at or timezone.now())
    held.delete()
    why = {"reason": reason.strip()} if held.is_automatic else {}
    recording.record(Action.CONTACT_UNTAGGED, contact, before={"tag": tag.key, **held.reason}, after=why or None)


def _lift(held: ContactTag, reason: str, at: datetime.datetime) -> None:
    if not reason:
        raise ReasonNeeded(field="reason")
    said = {"reason": reason, "lifted_by": scope.actor().label, "lifted_at": at}
    LiftedTag.objects.update_or_create(contact=held.contact, tag_id=held.tag_id, defaults=said)


def unite(loser: Contact, winner: Contact) -> None:
    """Give the winner of a merge the loser's tags, hand-set ones as long as there is room for them (R-MERGE-3).

    Both are locked. An automatic tag that staff lifted from either stays lifted.
    """
    held = list(ContactTag.objects.filter(contact=winner))
    known, room = {one.tag_id for one in held}, LIMIT - sum(not one.is_automatic for one in held)
    moved = []
    for one in ContactTag.objects.filter(contact=loser).order_by("created_at", "pk"):
        if one.tag_id not in known and (one.is_automatic or room > 0):
            room -= not one.is_automatic
            moved.append(one.pk)
    ContactTag.objects.filter(pk__in=moved).update(contact=winner)
    lifted = LiftedTag.objects.filter(contact=winner).values("tag")
    LiftedTag.objects.filter(contact=loser).exclude(tag__in=lifted).update(contact=winner)


def known_or_created(labels: Iterable[str]) -> dict[str, Tag]:
    """Tags for labels as they stand in a file, made when there is none: by key, by label in any of our languages."""
    tags = {tag.key: tag for tag in Tag.objects.all()}
    by_label = _system_tags_by_label(tags) | {tag.label.casefold(): tag for tag in tags.values()}
    found: dict[str, Tag] = {}
    for label in labels:
        key = _key_of(label)
        found[label] = tags.get(key) or by_label.get(label.casefold()) or _created(label)
        tags[found[label].key] = found[label]
    return found


def _created(label: str) -> Tag:
    try:
        return create(label)
    except TagExists:
        # Somebody made it in this moment.
        return find(_key_of(label))


def _system_tags_by_label(tags: Mapping[str, Tag]) -> dict[str, Tag]:
    """System tags under their labels in every language that staff may read them in."""
    found: dict[str, Tag] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {str(label).casefold(): tags[key] for key, label in SYSTEM_TAGS.items() if key in tags}
    return found


def _key_of(label: str) -> str:
    key = slugify(label, allow_unicode=True).replace("-", "_")[:40]
    if not key:
        raise TagNameNeeded(field="label")
    return key
