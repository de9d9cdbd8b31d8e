"""Everything that is held on a person, to be handed to them as JSON (R-PRIV-2).

A person is the contact and all that were merged into it. crm says what it holds itself, and every app by its facet what it
holds. What staff wrote about the guest is part of it. So are facts that name the person (crm.mentions): whole where they are
nobody's, of another contact's what names the person alone. Allergies and diet are part of it where the one who hands it out may
read them; else `left_out` says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from audit import recording
from audit.actions import Action
from crm import allergies, facets, health, mentions, profile
from crm.mentions import Mention
from crm.models import (
    Contact,
    ContactGroup,
    ContactIdentifier,
    ContactStats,
    ContactTag,
    FieldChange,
    LiftedTag,
    Review,
    Visit,
    VisitSource,
)
from tenants import scope
from tenants.permissions import Permission

ALLERGIES = "allergies"
PROFILE = (
    *("kind", "code", *profile.STAFF_FIELDS),
    *("first_channel", "last_channel", "first_contact_on", "registered_at", "last_activity_at"),
    *("imported_visit_count", "imported_order_count", "imported_spend_minor", "imported_last_visit_on"),
    *("created_at", "updated_at"),
)

FIGURES = (
    *("visit_count", "last_visit_on", "booking_count", "cancelled_count", "no_show_count", "order_count"),
    *("purchase_count", "spend_minor", "average_ticket_minor", "currency", "last_purchase_on"),
    *("purchase_interval_days", "review_count", "review_average", "google_rating"),
)


def of(contact: Contact) -> dict[str, Any]:
    """All that is held on the person. Raises PermissionMissing."""
    scope.require(Permission.CONTACTS_EXPORT)
    ids = [contact.pk, *Contact.objects.filter(merged_into=contact).order_by("pk").values_list("pk", flat=True)]
    named = mentions.find(ids)
    nobodys = [one.id for one in named if one.contact is None]
    held = {**_own(contact, ids), "named_elsewhere": [_elsewhere(one) for one in named if one.contact], **_health(ids)}
    for facet in facets.registered():
        held |= facet.export(ids, nobodys)
    left_out = [] if allergies.may_be_read() else [ALLERGIES]
    after = {"sections": sorted(held), "left_out": left_out}
    recording.record(Action.CONTACT_DATA_EXPORTED, contact, after=after)
    return {"left_out": left_out, **held}


def facts(contact_ids: list[UUID], nobodys: list[UUID]) -> Q:
    """A person's facts of any table, as a condition: those of the contacts, and those of nobody that name the person."""
    return Q(contact__in=contact_ids) | Q(pk__in=nobodys, contact=None)


def listed(found: QuerySet[Any, Any], *paths: str) -> list[dict[str, Any]]:
    """Rows as they are handed out: each path under its first part, such as venue for venue__name."""
    names = [path.partition("__")[0] for path in paths]
    return [dict(zip(names, values, strict=True)) for values in found.values_list(*paths)]


def grouped(found: Iterable[Mapping[str, Any]], by: str) -> dict[UUID, list[dict[str, Any]]]:
    """Rows by what they belong to, which they say no more."""
    groups: dict[UUID, list[dict[str, Any]]] = {}
    for row in found:
        groups.setdefault(row[by], []).append({name: value for name, value in row.items() if name != by})
    return groups


def _elsewhere(mention: Mention) -> dict[str, Any]:
    """Without a word on whose fact it is by now."""
    own = {name: said for name, said in mention.guest.items() if mention.kept.get(name) != said}
    return {"kind": mention.kind, "id": mention.id, "at": mention.at, "guest": own}


def _tags(ids: list[UUID]) -> QuerySet[ContactTag, Any]:
    """Without allergies for who may not read them (R-PRIV-3)."""
    return _of(ContactTag, ids).exclude(tag__in=allergies.unreadable()).order_by("tag__key")


def _own(contact: Contact, ids: list[UUID]) -> dict[str, Any]:
    return {
        "profile": {"id": contact.pk, **{name: getattr(contact, name) for name in PROFILE}},
        "merged": listed(Contact.objects.filter(pk__in=ids[1:]).order_by("pk"), "id", *PROFILE),
        "identifiers": listed(
            ContactIdentifier.objects.filter(contact__in=ids).order_by("kind", "value"), "kind", "value", "is_main"
        ),
        "tags": listed(_tags(ids), "tag__label", "is_automatic", "reason"),
        "lifted_tags": listed(_of(LiftedTag, ids).order_by("lifted_at", "pk"), *("tag__label", "reason", "lifted_at")),
        "groups": list(
            ContactGroup.objects.filter(members__contact__in=ids).order_by("name").values_list("name", flat=True)
        ),
        "statistics": listed(_of(ContactStats, ids).order_by("pk"), *FIGURES),
        "visits": _visits(ids),
        "reviews": listed(
            _of(Review, ids).order_by("reviewed_at", "pk"),
            "id",
            "venue__name",
            "source",
            "rating",
            "text",
            "reviewed_at",
        ),
        "changes": listed(
            _of(FieldChange, ids).order_by("created_at", "pk"), *("field", "old", "new", "channel", "changed_at")
        ),
    }


def _of(model: Any, ids: list[UUID]) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = model.objects.filter(contact__in=ids)
    return found


def _visits(ids: list[UUID]) -> list[dict[str, Any]]:
    sources = VisitSource.objects.filter(visit__contact__in=ids).order_by("happened_at", "pk")
    by_visit = grouped(sources.values("visit_id", "kind", "source_id", "happened_at"), "visit_id")
    found = listed(_of(Visit, ids).order_by("local_date", "pk"), "id", "venue__name", "local_date")
    return [{**visit, "sources": by_visit.get(visit["id"], [])} for visit in found]


def _health(ids: list[UUID]) -> dict[str, Any]:
    """Left out for who may not read it: a guest who asks gets it from somebody who may."""
    if not allergies.may_be_read():
        return {}
    texts = [health.text_of(pk, note) for pk, note in health.of(ids).items()]
    return {ALLERGIES: "\n".join(texts)}
