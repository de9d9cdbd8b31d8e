"""The tables of tenancy: Tenant, Venue, User, Membership, ApiKey. Their rules live in staff/."""

from __future__ import annotations

import datetime
import zoneinfo
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from tenants.base import TenantForeignKey, TenantModel
from tenants.permissions import Preset, Role

__all__ = ["ApiKey", "ConsentRegime", "Membership", "Tenant", "User", "Venue"]


class ConsentRegime(models.TextChoices):
    GDPR = "gdpr", _("GDPR (European Union)")
    CASL = "casl", _("CASL (Canada)")


class Tenant(models.Model):
    """A restaurant or a restaurant group. `retention_months` None keeps contacts for ever."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    country = models.CharField(max_length=2)
    language = models.CharField(max_length=5, default="en")
    auto_merge = models.BooleanField(default=False)
    retention_months = models.PositiveSmallIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Venue(TenantModel):
    """One establishment: `day_starts_at` moves the border of its day for late kitchens (R-VISIT-2).

    `legal_name`, `postal_address` and `contact_details` say whom a commercial message is from (R-CONSENT-4).
    """

    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2)
    timezone = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    consent_regime = models.CharField(max_length=4, choices=ConsentRegime)
    double_opt_in = models.BooleanField(default=False)
    day_starts_at = models.TimeField(default=datetime.time(0, 0))
    no_show_grace_minutes = models.PositiveSmallIntegerField(default=15)
    ordering_paused = models.BooleanField(default=False)
    legal_name = models.CharField(max_length=200, blank=True, default="")
    postal_address = models.CharField(max_length=300, blank=True, default="")
    contact_details = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "name"], name="one_venue_per_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.timezone)

    def local_day(self, at: datetime.datetime) -> datetime.date:
        """The venue's day at an instant, with its border at `day_starts_at` (R-VISIT-2)."""
        local = at.astimezone(self.zone)
        is_before_border = local.time() < self.day_starts_at
        return local.date() - datetime.timedelta(days=1) if is_before_border else local.date()


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in; the same person may work for several tenants, so a user belongs to none."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=5, blank=True)
    is_discreet = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email


class Membership(TenantModel):
    """A user's place and role in a tenant."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "user"], name="one_membership_per_user")
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class ApiKey(TenantModel):
    """An integration's credential: only a hash of the secret is kept, the prefix is shown.

    `permissions` are what it holds besides its preset's; those of keys from before presets were asked at use repeat these.
    `venue` None means every venue. `origins` lists the web origins a widget key may be used from; a call without
    an `Origin`, from no browser, is not judged by it.
    """

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, db_index=True)
    secret_hash = models.CharField(max_length=64)
    preset = models.CharField(max_length=10, choices=Preset)
    permissions = ArrayField(models.CharField(max_length=40))
    venue = TenantForeignKey(Venue, null=True, on_delete=models.PROTECT, related_name="+")
    origins = ArrayField(models.CharField(max_length=200), default=list)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "prefix"], name="one_key_per_prefix")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"
