"""The channels a guest's data come in by (R-ID-1). Values are public and stable."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    WEB = "web", _("web")
    PHONE = "phone", _("phone")
    STAFF = "staff", _("staff")
    GOOGLE = "google", _("Google")
    THIRD_PARTY = "third_party", _("third party")
    WALK_IN = "walk_in", _("walk-in")
    QUEUE = "queue", _("queue")
    ORDER_WEB = "order_web", _("order on the web")
    ORDER_PHONE = "order_phone", _("order by phone")
    SELF_ORDER = "self_order", _("self-order")
    WIFI = "wifi", _("WiFi")
    PROMOTION = "promotion", _("promotion")
    FORM = "form", _("contact form")
    FOLLOW = "follow", _("app")
    POS = "pos", _("point of sale")
    IMPORT = "import", _("import")
    MANUAL = "manual", _("manual entry")
    API = "api", _("API")
