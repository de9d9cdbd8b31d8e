"""The people and places of the tests, and the doors they come in by."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.test import Client

from staff import accounts, api_keys, members
from tenants import scope
from tenants.models import Tenant, User, Venue
from tenants.permissions import ROLE_PERMISSIONS, Permission, Preset, Role
from tenants.scope import Actor, ActorKind


@dataclass
class Place:
    """A tenant with its venues and its owner; `password` opens the owner's account."""

    tenant: Tenant
    venues: list[Venue]
    owner: User
    password: str

    @property
    def venue(self) -> Venue:
        return self.venues[0]

    @property
    def id(self) -> UUID:
        return self.tenant.pk

    def actor(self, role: str) -> Actor:
        return Actor(
            kind=ActorKind.USER, id=self.owner.pk, label="Owner", permissions=ROLE_PERMISSIONS[role], role=role
        )

    def enter(self, role: str = Role.OWNER) -> Any:
        return scope.enter(self.tenant.pk, self.actor(role))

    def member(self, role: str) -> User:
        """A member of staff with this role, made on first use; the password is `staff-password`."""
        email = f"{role}@{self.tenant.slug}.example.com"
        with scope.enter(self.tenant.pk, scope.SYSTEM):
            user, _password = accounts.account(email, name=role.title(), password="staff-password")
            members.add(user, role)
        return user

    def signed_in(self, role: str = Role.OWNER) -> Client:
        client = Client()
        client.force_login(self.owner if role == Role.OWNER else self.member(role))
        return client


@dataclass
class Bearer:
    """The API as an integration sees it: JSON in, JSON out, one key."""

    token: str
    headers: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=Client)

    @classmethod
    def of(cls, place: Place, preset: str = Preset.ADMIN, *, venue: Venue | None = None, **headers: str) -> Bearer:
        """A new key of this preset; `admin` also holds guest_action, as the key of `create_tenant` does."""
        besides = frozenset({Permission.GUEST_ACTION} if preset == Preset.ADMIN else ())
        if preset == Preset.WIDGET and venue is None:
            venue = place.venue
        with scope.enter(place.tenant.pk, scope.SYSTEM):
            _key, token = api_keys.create(name=preset, preset=preset, venue=venue, besides=besides)
        return cls(token, headers=dict(headers))

    def get(self, path: str, data: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.get(self._path(path), data, headers=self._headers(headers))

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        return self._send("post", path, data, headers)

    def patch(self, path: str, data: Any = None, **headers: str) -> Any:
        return self._send("patch", path, data, headers)

    def put(self, path: str, data: Any = None, **headers: str) -> Any:
        return self._send("put", path, data, headers)

    def delete(self, path: str, data: Any = None, **headers: str) -> Any:
        return self._send("delete", path, data, headers)

    def _send(self, method: str, path: str, data: Any, headers: dict[str, str]) -> Any:
        call = getattr(self.client, method)
        body = "" if data is None else json.dumps(data)
        return call(self._path(path), body, content_type="application/json", headers=self._headers(headers))

    def _path(self, path: str) -> str:
        return path if path.startswith(("/", "http")) else f"/api/v1/{path}"

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **self.headers, **headers}
