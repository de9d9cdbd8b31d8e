"""Everything that can happen, in one list (R-PRIV-4). Values are stable and public: webhooks will carry them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    TENANT_CREATED = "tenant_created", _("Tenant created")
    VENUE_CREATED = "venue_created", _("Venue added")
    VENUE_UPDATED = "venue_updated", _("Venue changed")
    SETTINGS_UPDATED = "settings_updated", _("Settings changed")
    MEMBER_INVITED = "member_invited", _("Staff invited")
    MEMBER_JOINED = "member_joined", _("Staff joined")
    MEMBER_UPDATED = "member_updated", _("Staff role changed")
    MEMBER_REMOVED = "member_removed", _("Staff removed")
    INVITATION_REVOKED = "invitation_revoked", _("Invitation withdrawn")
    API_KEY_CREATED = "api_key_created", _("API key created")
    API_KEY_REVOKED = "api_key_revoked", _("API key revoked")
    CONTACT_CREATED = "contact_created", _("Contact created")
    CONTACT_UPDATED = "contact_updated", _("Contact changed")
    CONTACT_CHANGE_REVERTED = "contact_change_reverted", _("Change reverted")
    CONTACT_DELETED = "contact_deleted", _("Contact moved to the bin")
    CONTACT_RESTORED = "contact_restored", _("Contact restored")
    CONTACT_TAGGED = "contact_tagged", _("Tag added")
    CONTACT_UNTAGGED = "contact_untagged", _("Tag removed")
    TAG_CREATED = "tag_created", _("Tag created")
    TAG_UPDATED = "tag_updated", _("Tag changed")
    TAG_DELETED = "tag_deleted", _("Tag deleted")
    BOOKING_CREATED = "booking_created", _("Booking taken")
    BOOKING_UPDATED = "booking_updated", _("Booking changed")
    BOOKING_STATUS_CHANGED = "booking_status_changed", _("Booking status changed")
    BOOKING_LINKED = "booking_linked", _("Booking linked to a contact")
    CONSENT_RECORDED = "consent_recorded", _("Consent recorded")
    IMPORT_UPLOADED = "import_uploaded", _("Import uploaded")
    IMPORT_UPDATED = "import_updated", _("Import corrected")
    IMPORT_STARTED = "import_started", _("Import started")
    IMPORT_FINISHED = "import_finished", _("Import finished")
    IMPORT_FAILED = "import_failed", _("Import failed")
    IMPORT_CANCELLED = "import_cancelled", _("Import cancelled")
