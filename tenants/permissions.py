"""Who may do what, in one table (R-PRIV-3).

The same names serve as the permissions of a staff role and as the scopes of an API key, so that a rule asks one
question: does the actor in force hold this permission?
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    HOST = "host", _("Host")
    MARKETER = "marketer", _("Marketer")


class Preset(models.TextChoices):
    WIDGET = "widget", _("Booking widget")
    POS = "pos", _("Point of sale")
    WIFI = "wifi", _("Guest WiFi")
    READ = "read", _("Read only")
    ADMIN = "admin", _("Administration")


class Permission(models.TextChoices):
    CONTACTS_READ = "contacts_read", _("See contacts")
    CONTACTS_WRITE = "contacts_write", _("Add and edit contacts")
    CONTACTS_DELETE = "contacts_delete", _("Move contacts to the bin and restore them")
    CONTACTS_MERGE = "contacts_merge", _("Merge contacts")
    CONTACTS_ERASE = "contacts_erase", _("Clear personal data")
    CONTACTS_EXPORT = "contacts_export", _("Export contacts")
    CONTACTS_IMPORT = "contacts_import", _("Import contacts")
    HEALTH_READ = "health_read", _("Read allergies and diet of any guest")
    PRIVACY_MANAGE = "privacy_manage", _("Keep the register of privacy requests")
    TAGS_MANAGE = "tags_manage", _("Manage the tenant's tags")
    BOOKINGS_READ = "bookings_read", _("See bookings")
    BOOKINGS_CREATE = "bookings_create", _("Take bookings")
    BOOKINGS_WRITE = "bookings_write", _("Edit bookings and set their status")
    ORDERS_READ = "orders_read", _("See orders and receipts")
    ORDERS_CREATE = "orders_create", _("Take orders")
    ORDERS_WRITE = "orders_write", _("Edit orders, set their status, refund")
    ORDERING_BLOCK = "ordering_block", _("Block a guest from ordering")
    ORDERING_UNBLOCK = "ordering_unblock", _("Lift a block on ordering")
    DISCOUNTS_MANAGE = "discounts_manage", _("Manage fixed discounts")
    RECEIPTS_CREATE = "receipts_create", _("Send receipts of the till")
    WIFI_CREATE = "wifi_create", _("Send WiFi logins")
    SIGNUPS_CREATE = "signups_create", _("Send inquiries and sign-ups")
    FOLLOWERS_WRITE = "followers_write", _("Send followers of the app and their messages")
    REVIEWS_CREATE = "reviews_create", _("Send reviews")
    GROUPS_MANAGE = "groups_manage", _("Manage groups and segments")
    MESSAGES_READ = "messages_read", _("Read messages and inquiries")
    MESSAGES_SEND = "messages_send", _("Write to guests")
    TEMPLATES_MANAGE = "templates_manage", _("Edit message templates")
    VENUES_MANAGE = "venues_manage", _("Edit venues")
    MEMBERS_MANAGE = "members_manage", _("Manage staff")
    KEYS_MANAGE = "keys_manage", _("Manage API keys")
    SETTINGS_MANAGE = "settings_manage", _("Edit settings")
    AUDIT_READ = "audit_read", _("Read the audit log")
    GUEST_ACTION = "guest_action", _("Act on the guest's behalf")


P = Permission

# What concerns the whole tenant: a key bound to one venue never holds these. Clearing and handing out a guest's data go
# through all venues.
TENANT_WIDE_PERMISSIONS = frozenset(
    {P.MEMBERS_MANAGE, P.KEYS_MANAGE, P.SETTINGS_MANAGE, P.AUDIT_READ, P.PRIVACY_MANAGE}
    | {P.CONTACTS_ERASE, P.CONTACTS_EXPORT}
)

HOST_PERMISSIONS = frozenset(
    {
        P.CONTACTS_READ,
        P.CONTACTS_WRITE,
        P.BOOKINGS_READ,
        P.BOOKINGS_CREATE,
        P.BOOKINGS_WRITE,
        P.ORDERS_READ,
        P.ORDERS_CREATE,
        P.ORDERS_WRITE,
        P.ORDERING_BLOCK,
        P.MESSAGES_READ,
    }
)
MARKETER_PERMISSIONS = frozenset(
    {
        P.CONTACTS_READ,
        P.CONTACTS_WRITE,
        P.CONTACTS_EXPORT,
        P.CONTACTS_IMPORT,
        P.CONTACTS_MERGE,
        P.TAGS_MANAGE,
        P.BOOKINGS_READ,
        P.ORDERS_READ,
        P.GROUPS_MANAGE,
        P.MESSAGES_READ,
        P.MESSAGES_SEND,
        P.TEMPLATES_MANAGE,
    }
)
MANAGER_PERMISSIONS = (
    HOST_PERMISSIONS
    | MARKETER_PERMISSIONS
    | {P.CONTACTS_DELETE, P.HEALTH_READ, P.PRIVACY_MANAGE, P.VENUES_MANAGE, P.MEMBERS_MANAGE, P.AUDIT_READ}
    | {P.ORDERING_UNBLOCK, P.DISCOUNTS_MANAGE, P.REVIEWS_CREATE}
)
OWNER_PERMISSIONS = frozenset(set(Permission) - {P.GUEST_ACTION})

ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.OWNER: OWNER_PERMISSIONS,
    Role.MANAGER: MANAGER_PERMISSIONS,
    Role.HOST: HOST_PERMISSIONS,
    Role.MARKETER: MARKETER_PERMISSIONS,
}

# A widget reads nothing, so that its key can stand in a web page; `guest_action` is what lets it record a guest's
# own consent (R-CONSENT-2).
PRESET_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Preset.WIDGET: frozenset({P.BOOKINGS_CREATE, P.ORDERS_CREATE, P.SIGNUPS_CREATE, P.GUEST_ACTION}),
    Preset.POS: frozenset(
        {
            P.CONTACTS_READ,
            P.BOOKINGS_READ,
            P.BOOKINGS_CREATE,
            P.BOOKINGS_WRITE,
            P.ORDERS_READ,
            P.ORDERS_CREATE,
            P.ORDERS_WRITE,
            P.RECEIPTS_CREATE,
        }
    ),
    Preset.WIFI: frozenset({P.WIFI_CREATE, P.GUEST_ACTION}),
    Preset.READ: frozenset({P.CONTACTS_READ, P.BOOKINGS_READ, P.ORDERS_READ}),
    Preset.ADMIN: OWNER_PERMISSIONS,
}
