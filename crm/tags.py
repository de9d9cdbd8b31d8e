"""Tags: nine system tags with stable keys, the tenant's own, and at most nine set by hand on a contact (R-CRM-6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from crm import identity
from crm.editing import NotInList
from crm.models import Contact, ContactTag, Tag
from tenants import rows, scope, uniqueness
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


def keys_of(contact_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """The keys of the tags of these contacts, sorted; who has none is left out. One query, and no row objects."""
    keys: dict[UUID, list[str]] = {}
    for contact_id, key in rows.run(_KEYS_HELD, scope.tenant_id(), list(contact_ids)):
        keys.setdefault(contact_id, []).append(key)
    return keys


_KEYS_HELD = f"""
    SELECT held.contact_id, tag.key FROM {ContactTag._meta.db_table} held JOIN {Tag._meta.db_table} tag ON tag.id = held.tag_id
    WHERE held.tenant_id = %s AND held.contact_id = ANY(%s) ORDER BY tag.key
"""  # noqa: S608 (our own tables)


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


def remove(contact: Contact, key: str) -> None:
    """Take a tag off a contact. Raises UnknownTag; a tag the contact does not have changes nothing."""
    tag = find(key)
    identity.lock(contact)
    removed, _rows = ContactTag.objects.filter(contact=contact, tag=tag).delete()
    if removed:
        recording.record(Action.CONTACT_UNTAGGED, contact, before={"tag": tag.key})


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
