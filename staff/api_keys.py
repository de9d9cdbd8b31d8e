"""API keys: made once, shown once, checked on every call, revoked at once (R-PRIV-3, API.md Conventions).

A key may do what its preset says, today: what a preset gains, its earlier keys gain with it.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from tenants import lookup, scope
from tenants.models import ApiKey, Venue
from tenants.permissions import PRESET_PERMISSIONS, TENANT_WIDE_PERMISSIONS, Permission, Preset
from tenants.refusal import Refusal
from tenants.scope import Actor, ActorKind

MARK = "cop"
NAME_LENGTH = 80
# Revocation must hold within a second, so no process trusts an answer longer than that.
TRUSTED_SECONDS = 1.0
TRUSTED_KEYS = 10_000
# As browsers send it: scheme, host in lower case, a port when it is not the scheme's own.
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:.]+\](:[0-9]{1,5})?")
LAST_USED_STEP = datetime.timedelta(minutes=1)


class KeyRefused(Refusal):
    code = "invalid_key"
    status = 401
    default_message = _("This API key is unknown, expired or revoked.")


class VenueRequired(Refusal):
    code = "venue_required"
    status = 422
    default_message = _("A widget key works for one venue: choose it.")


class KeyNameNeeded(Refusal):
    code = "required"
    status = 400
    default_message = _("Give the key a name of 1 to 80 characters.")


class AlreadyExpired(Refusal):
    code = "already_expired"
    status = 400
    default_message = _("Choose a moment in the future, or none.")


class OriginInvalid(Refusal):
    code = "origin_invalid"
    status = 400
    default_message = _("Write an origin as https://www.example.com, without a path.")


@dataclass(frozen=True, slots=True)
class KnownKey:
    id: UUID
    tenant_id: UUID
    actor: Actor
    origins: tuple[str, ...]
    expires_at: datetime.datetime | None

    def is_expired(self, now: datetime.datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


_trusted: dict[str, tuple[float, KnownKey]] = {}


def create(
    *,
    name: str,
    preset: str,
    venue: Venue | None = None,
    origins: Sequence[str] = (),
    expires_at: datetime.datetime | None = None,
    besides: frozenset[Permission] = frozenset(),
) -> tuple[ApiKey, str]:
    """Make a key and return it with its whole text, which is kept nowhere and can never be shown again.

    `besides` are permissions that its preset does not hold. Raises VenueRequired, KeyNameNeeded, AlreadyExpired and OriginInvalid.
    """
    _check(name, preset, venue, origins, expires_at)
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    key = ApiKey(
        name=name,
        prefix=prefix,
        secret_hash=_hash(secret),
        preset=preset,
        permissions=sorted(besides),
        venue=venue,
        origins=list(origins),
        expires_at=expires_at,
    )
    key.save(force_insert=True)
    recording.record(Action.API_KEY_CREATED, key, after={"name": name, "preset": preset, "prefix": prefix})
    return key, f"{MARK}_{prefix}_{secret}"


def permissions_of(key: ApiKey) -> frozenset[Permission]:
    """What the key may do. One that is bound to a venue holds none of the permissions that concern the whole tenant."""
    besides = {Permission(value) for value in key.permissions if value in Permission.values}
    held = PRESET_PERMISSIONS[key.preset] | besides
    return held - TENANT_WIDE_PERMISSIONS if key.venue_id else held


def all_keys() -> QuerySet[ApiKey]:
    """Every key of the tenant, revoked and expired ones too."""
    rows: QuerySet[ApiKey] = ApiKey.objects.select_related("venue")
    return rows


def revoke(key: ApiKey) -> None:
    """End a key; every process refuses it within a second. Revoking twice changes nothing."""
    if key.revoked_at is not None:
        return
    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])
    recording.record(Action.API_KEY_REVOKED, key, after={"prefix": key.prefix})


def authenticate(authorization: str) -> KnownKey:
    """The key behind an Authorization header. Raises KeyRefused."""
    scheme, _space, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise KeyRefused(_("Use the scheme Bearer: Authorization: Bearer <key>."))
    token = token.strip()
    if not (token.isascii() and token.isprintable()):
        raise KeyRefused
    digest = _hash(token)
    trusted = _trusted.get(digest)
    if trusted is not None and time.monotonic() < trusted[0] and not trusted[1].is_expired(timezone.now()):
        return trusted[1]
    known = _look_up(token)
    if len(_trusted) >= TRUSTED_KEYS:
        _trusted.clear()
    _trusted[digest] = (time.monotonic() + TRUSTED_SECONDS, known)
    return known


def forget_trusted() -> None:
    """Drop what this process has trusted for the last second."""
    _trusted.clear()


def _check(
    name: str, preset: str, venue: Venue | None, origins: Sequence[str], expires_at: datetime.datetime | None
) -> None:
    if not 1 <= len(name.strip()) <= NAME_LENGTH:
        raise KeyNameNeeded(field="name")
    if preset == Preset.WIDGET and venue is None:
        raise VenueRequired(field="venue")
    if expires_at is not None and expires_at <= timezone.now():
        raise AlreadyExpired(field="expires_at")
    if not all(ORIGIN.fullmatch(origin) for origin in origins):
        raise OriginInvalid(field="origins")


def _look_up(token: str) -> KnownKey:
    mark, _sep, rest = token.partition("_")
    prefix, _sep, secret = rest.partition("_")
    if mark != MARK or not secret:
        raise KeyRefused
    now = timezone.now()
    for tenant_id, key_id in lookup.keys_with_prefix(prefix):
        with scope.enter(tenant_id, scope.SYSTEM):
            key = ApiKey.objects.get(pk=key_id)
            if hmac.compare_digest(key.secret_hash, _hash(secret)) and _is_valid(key, now):
                _note_use(key, now)
                return _known(key)
    raise KeyRefused


def _is_valid(key: ApiKey, now: datetime.datetime) -> bool:
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now)


def _note_use(key: ApiKey, now: datetime.datetime) -> None:
    if key.last_used_at is None or now - key.last_used_at > LAST_USED_STEP:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def _known(key: ApiKey) -> KnownKey:
    actor = Actor(
        kind=ActorKind.KEY,
        id=key.pk,
        label=key.name,
        permissions=permissions_of(key),
        venue_id=key.venue_id,
        preset=key.preset,
    )
    return KnownKey(
        id=key.pk, tenant_id=scope.tenant_id(), actor=actor, origins=tuple(key.origins), expires_at=key.expires_at
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
