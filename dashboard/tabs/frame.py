"""What every tab of a contact's card has: a label, perhaps a count and a permission, and what fills it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise

from crm import visits
from crm.models import Contact
from crm.visits import Breakdown
from dashboard import context
from tenants import keyset
from tenants.models import Venue
from tenants.permissions import Permission

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Card:
    """The contact whose card it is, at the place that the address names."""

    contact: Contact
    venues: dict[UUID, Venue]
    slug: str
    query: QueryDict
    known_breakdown: Breakdown | None = None

    @property
    def breakdown(self) -> Breakdown:
        """The parts of the visit counter."""
        return self.known_breakdown or visits.breakdown(self.contact)

    @property
    def home(self) -> Venue:
        """The venue by whose clock things without a venue are told."""
        return next(iter(self.venues.values()))

    def url(self, tab: str, **query: str) -> str:
        return f"{self.page('contact', self.contact.pk)}?{urlencode({'tab': tab, **query})}"

    def page(self, name: str, *args: object) -> str:
        return reverse(f"dashboard:{name}", args=[self.slug, *args])

    def rows(self, found: QuerySet[Any], by: str, table: dict[str, keyset.Ordering]) -> keyset.Page[Any]:
        """The page of rows after the address's cursor."""
        return keyset.page_or_first(found, cursor=self.query.get("cursor"), by=by, table=table, limit=PAGE_SIZE)

    def older_url(self, tab: str, found: keyset.Page[Model], **query: str) -> str | None:
        return self.url(tab, **query, cursor=found.next) if found.next else None


@dataclass(frozen=True, slots=True)
class Tab:
    """`fill` gives the context of `dashboard/contacts/tab_<key>.html`; `count` what stands beside the label."""

    key: str
    label: str | Promise
    fill: Callable[[Card], dict[str, Any]]
    count: Callable[[Contact], int | None] | None = None
    permission: Permission = Permission.CONTACTS_READ

    @property
    def may_be_seen(self) -> bool:
        return context.may(self.permission)

    def counted(self, contact: Contact) -> int | None:
        return self.count(contact) if self.count else None
