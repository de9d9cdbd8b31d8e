"""What every staff page shows around its content: tenant, venues, the person, what they may do.

Templates get one name, `shell`; it is None outside a tenant's pages, and costs nothing until a template reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, cached_property

from consent import renewals
from crm import allergies, tags
from crm.models import Tag
from dashboard import texts
from staff.access import Entry
from tenants import rows, scope
from tenants.models import Membership, Tenant, User, Venue
from tenants.permissions import Permission


@dataclass
class Shell:
    """`may` holds the names of the permissions, so that a template asks `{% if "contacts_write" in shell.may %}`."""

    request: HttpRequest

    @property
    def tenant(self) -> Tenant:
        return self._membership.tenant

    @cached_property
    def venues(self) -> list[Venue]:
        return rows.select(Venue, "TRUE ORDER BY name, id")

    @cached_property
    def tags(self) -> list[Tag]:
        """The tenant's tags as people choose from them."""
        return rows.select(Tag, "TRUE ORDER BY is_system DESC, label, key")

    @cached_property
    def venue(self) -> Venue:
        """The venue the person works in: chosen in the top bar and kept in the session; the first one until then."""
        chosen = self.request.session.get(session_name())
        return next((venue for venue in self.venues if str(venue.pk) == chosen), self.venues[0])

    @cached_property
    def may(self) -> frozenset[str]:
        return frozenset(permission.value for permission in scope.actor().permissions)

    @property
    def has_renewals(self) -> bool:
        """Whether any venue is where an implied consent ends (R-CONSENT-3)."""
        return bool(renewals.venues_with_renewals(self.venues))

    @property
    def is_discreet(self) -> bool:
        return self._user.is_discreet

    @property
    def user_id(self) -> UUID:
        return self._user.pk

    @property
    def user_name(self) -> str:
        return str(self._user)

    @property
    def initials(self) -> str:
        words = self._user.name.split() or [self._user.email]
        return "".join(word[0] for word in (words[0], *words[1:][-1:])).upper()

    @property
    def has_other_tenants(self) -> bool:
        return self._entry.has_other_tenants

    @property
    def texts(self) -> dict[str, str]:
        """With the labels of the tags, which the API names by their keys. The allergy is a mark of its own."""
        own = {f"tag_{tag.key}": tags.label_of(tag) for tag in self.tags if not allergies.is_allergy(tag)}
        return texts.for_scripts() | own

    @property
    def _entry(self) -> Entry:
        entry: Entry = self.request.entry  # type: ignore[attr-defined]
        return entry

    @property
    def _membership(self) -> Membership:
        assert self._entry.membership is not None  # noqa: S101 - the middleware lets nobody else in
        return self._entry.membership

    @property
    def _user(self) -> User:
        assert isinstance(self.request.user, User)  # noqa: S101 - the middleware lets nobody else in
        return self.request.user


def session_name() -> str:
    return f"venue:{scope.tenant_id()}"


def staff(request: HttpRequest) -> dict[str, Any]:
    if not scope.is_open() or not hasattr(request, "entry"):
        return {"shell": None}
    return {"shell": SimpleLazyObject(lambda: of(request))}


def of(request: HttpRequest) -> Shell:
    """The request's shell, made once. Views read the venue in force from it."""
    shell: Shell | None = getattr(request, "_shell", None)
    if shell is None:
        shell = Shell(request)
        request._shell = shell  # type: ignore[attr-defined]  # noqa: SLF001
    return shell


def may(permission: Permission) -> bool:
    return scope.actor().may(permission)
