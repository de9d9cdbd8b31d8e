"""What an owner can set for the whole tenant: its name, language, auto-merge and retention (R-MERGE-2, R-PRIV-2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from staff import places
from tenants import scope
from tenants.models import Tenant
from tenants.refusal import Refusal

EDITABLE = ("name", "country", "language", "auto_merge", "retention_months")
# Shorter than a year would forget guests who come once a year; 0 would erase everyone at once.
SHORTEST_RETENTION_MONTHS, LONGEST_RETENTION_MONTHS = 12, 240
NAME_LENGTH = 120


class TenantNameNeeded(Refusal):
    code = "required"
    status = 400
    default_message = _("Give the restaurant or group a name of 1 to 120 characters.")


class RetentionOutOfRange(Refusal):
    code = "out_of_range"
    status = 400
    default_message = _("Choose between 12 and 240 months, or leave it empty to keep contacts.")


def current() -> Tenant:
    """The tenant in force."""
    return Tenant.objects.get(pk=scope.tenant_id())


def update(changes: Mapping[str, Any]) -> Tenant:
    """Change some of the names in EDITABLE.

    Raises TenantNameNeeded, RetentionOutOfRange, places.UnknownCountry and places.UnknownLanguage.
    """
    check(changes)
    tenant = current()
    before = _state(tenant)
    for name in EDITABLE:
        setattr(tenant, name, changes.get(name, getattr(tenant, name)))
    old, new = recording.changed(before, _state(tenant))
    if new:
        tenant.save(update_fields=list(new))
        recording.record(Action.SETTINGS_UPDATED, tenant, before=old, after=new)
    return tenant


def check(changes: Mapping[str, Any]) -> None:
    """Refuse what a tenant cannot have; see `update`."""
    places.check(changes)
    if "name" in changes and not 1 <= len(changes["name"].strip()) <= NAME_LENGTH:
        raise TenantNameNeeded(field="name")
    if "language" in changes:
        places.check_language(changes["language"])
    months = changes.get("retention_months")
    if months is not None and not SHORTEST_RETENTION_MONTHS <= months <= LONGEST_RETENTION_MONTHS:
        raise RetentionOutOfRange(field="retention_months")


def _state(tenant: Tenant) -> dict[str, Any]:
    return {name: getattr(tenant, name) for name in EDITABLE}
