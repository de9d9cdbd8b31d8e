"""Contact, what identifies it, what finds it, and how its fields changed."""

from __future__ import annotations

import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.channel import Channel
from tenants import scope
from tenants.base import TenantForeignKey, TenantManager, TenantModel
from tenants.models import Tenant

# Sort columns are NOT NULL, so that keyset pages are one row comparison: this day stands for "never".
NEVER = datetime.date(1, 1, 1)


class ContactKind(models.TextChoices):
    REGISTERED = "registered", _("registered")
    UNREGISTERED = "unregistered", _("unregistered")
    ANONYMOUS = "anonymous", _("anonymous")


class ContactState(models.TextChoices):
    ACTIVE = "active", _("active")
    DELETED = "deleted", _("in the bin")
    MERGED = "merged", _("merged")
    ERASED = "erased", _("erased")


class IdentifierKind(models.TextChoices):
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone")


class Contact(TenantModel):
    """A guest in the tenant's list.

    `email` and `phone` are in normal form (R-ID-3, R-ID-4) or empty. `birthday` and `anniversary` are
    YYYY-MM-DD or --MM-DD. `version` is
    raised by edits of the contact's own fields. `profile_at` is the time of the event that created it: an older event
    does not overwrite what it brought (R-WRITE-2). The `imported_` columns are the baseline of R-IO-2. `code` is the
    number an anonymous user of the app is known by (R-CRM-8). `merged_into` is the winner of a merge (R-MERGE-4).
    `erase_on` is the day from which its personal data are cleared, when that waits for something (R-PRIV-1).
    """

    kind = models.CharField(max_length=12, choices=ContactKind, default=ContactKind.UNREGISTERED)
    state = models.CharField(max_length=8, choices=ContactState, default=ContactState.ACTIVE)
    code = models.CharField(max_length=20, blank=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=16, blank=True)
    phone_extension = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=5, blank=True)
    birthday = models.CharField(max_length=10, blank=True)
    anniversary = models.CharField(max_length=10, blank=True, default="")
    birth_month = models.PositiveSmallIntegerField(default=0)
    birth_day = models.PositiveSmallIntegerField(default=0)
    address = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    company = models.CharField(max_length=120, blank=True)
    nickname = models.CharField(max_length=100, blank=True)
    notes = models.TextField(max_length=5000, blank=True)
    first_channel = models.CharField(max_length=12, choices=Channel)
    last_channel = models.CharField(max_length=12, choices=Channel)
    first_contact_on = models.DateField()
    registered_at = models.DateTimeField(null=True)
    last_activity_at = models.DateTimeField()
    profile_at = models.DateTimeField()
    has_suspect_key = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True)
    erase_on = models.DateField(null=True)
    sort_name = models.CharField(max_length=255, db_collation="C")
    phrase_text = models.TextField(default="")
    imported_visit_count = models.PositiveIntegerField(default=0)
    imported_order_count = models.PositiveIntegerField(default=0)
    imported_spend_minor = models.BigIntegerField(default=0)
    imported_last_visit_on = models.DateField(null=True)
    merged_into = TenantForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged", db_index=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "code"], name="one_contact_per_code", condition=~models.Q(code="")
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["tenant", "sort_name", "id"], name="contact_by_name", condition=models.Q(state="active")
            ),
            models.Index(
                fields=["tenant", "first_contact_on", "id"], name="contact_by_first", condition=models.Q(state="active")
            ),
            models.Index(
                fields=["tenant", "created_at", "id"], name="contact_by_created", condition=models.Q(state="active")
            ),
            models.Index(
                fields=["tenant", "updated_at", "id"], name="contact_by_updated", condition=models.Q(state="active")
            ),
            models.Index(
                fields=["tenant", "deleted_at", "id"], name="contact_in_bin", condition=models.Q(state="deleted")
            ),
            models.Index(
                fields=["tenant", "erase_on"], name="contact_to_erase", condition=models.Q(erase_on__isnull=False)
            ),
            models.Index(fields=["tenant", "id"], name="contact_suspect", condition=models.Q(has_suspect_key=True)),
            models.Index(
                fields=["tenant", "merged_into"],
                name="contact_by_winner",
                condition=models.Q(merged_into__isnull=False),
            ),
            # Whose figures are not those of the statistics alone.
            models.Index(
                fields=["tenant", "id"],
                name="contact_imported",
                condition=models.Q(imported_visit_count__gt=0)
                | models.Q(imported_order_count__gt=0)
                | ~models.Q(imported_spend_minor=0)
                | models.Q(imported_last_visit_on__isnull=False),
            ),
            # What few contacts have is found by these; what many have, on the way through the list.
            models.Index(
                fields=["tenant", "language", "sort_name", "id"],
                name="contact_by_language",
                condition=models.Q(state="active"),
            ),
            models.Index(
                fields=["tenant", "first_channel", "sort_name", "id"],
                name="contact_by_channel",
                condition=models.Q(state="active"),
            ),
            models.Index(
                fields=["tenant", "birth_month", "birth_day"],
                name="contact_by_birthday",
                condition=models.Q(state="active", birth_month__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email or self.phone or self.code

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_active(self) -> bool:
        return self.state == ContactState.ACTIVE


class ContactIdentifier(TenantModel):
    """An e-mail or phone that finds a contact: its main ones and the alternatives a merge left.

    `is_key` says that nobody else may hold it: every e-mail of an active contact, and the phones of an active contact
    without e-mail, since families share phones (R-ID-4). Rows of a deleted contact are kept with `is_active` false.
    """

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="identifiers", db_index=False)
    kind = models.CharField(max_length=5, choices=IdentifierKind)
    value = models.CharField(max_length=254, db_collation="C")
    is_key = models.BooleanField()
    is_active = models.BooleanField(default=True)
    is_main = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "value"], name="one_contact_per_identifier", condition=models.Q(is_key=True)
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "value"], name="identifier_by_value"),
            models.Index(fields=["contact"], name="identifier_by_contact"),
        ]

    def __str__(self) -> str:
        return self.value


class SearchToken(models.Model):
    """A word, or a tail of the phone's digits, by which a contact is found (R-CRM-4).

    Ranges over text in collation C may use an index under row level security, which LIKE and trigrams may not. `signature`
    tells of the contact's other words (crm.search_text.signature); the primary key's index holds it as well.
    """

    pk = models.CompositePrimaryKey("tenant", "token", "contact")
    tenant = models.ForeignKey(
        Tenant, on_delete=models.PROTECT, default=scope.tenant_id, db_index=False, db_constraint=False, related_name="+"
    )
    token = models.CharField(max_length=64, db_collation="C")
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="search_tokens", db_index=False)
    signature = models.BigIntegerField()

    objects = TenantManager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["contact", "token"], name="token_by_contact")]

    def __str__(self) -> str:
        return self.token


class FieldChange(TenantModel):
    """One field of a contact that changed, with its source: the history that staff can revert (R-WRITE-2).

    `changed_at` is the time of the event that brought the value, `created_at` when we wrote it.
    """

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="changes", db_index=False)
    field = models.CharField(max_length=24)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)
    channel = models.CharField(max_length=12, choices=Channel)
    actor_kind = models.CharField(max_length=10)
    actor_label = models.CharField(max_length=160, blank=True)
    changed_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    reverts = TenantForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["contact", "-created_at", "-id"], name="change_by_contact"),
            # Who once had an e-mail.
            models.Index(fields=["tenant", "old"], name="change_by_old_email", condition=models.Q(field="email")),
            models.Index(fields=["tenant", "new"], name="change_by_new_email", condition=models.Q(field="email")),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.old} → {self.new}"
