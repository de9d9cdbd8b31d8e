"""`privacy/retention/`: whom the tenant's retention would forget, and agreeing to it (R-PRIV-2)."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from api import shape
from api.endpoint import Endpoint
from api.permissions import Required
from api.schema import describe
from crm import retention
from crm.models import Contact
from staff import tenant_settings
from tenants.permissions import Permission


class RetentionQuery(shape.QueryShape):
    months = serializers.IntegerField(
        required=False,
        min_value=tenant_settings.SHORTEST_RETENTION_MONTHS,
        max_value=tenant_settings.LONGEST_RETENTION_MONTHS,
        help_text="To see what another setting would do; the one in force if absent.",
    )


class RetentionApprovalShape(shape.Shape):
    preview = shape.Text(max_length=500, help_text="The `preview` of a look at the setting in force, of today.")

    class Meta:
        ref_name = "RetentionApprovalInput"


class QuietContactDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    last_activity_on = serializers.DateField()

    class Meta:
        ref_name = "QuietContact"


class ApprovalDocument(serializers.Serializer[Any]):
    months = serializers.IntegerField()
    contact_count = serializers.IntegerField(help_text="How many the preview showed.")
    approved_by = serializers.CharField()
    approved_at = serializers.DateTimeField()

    class Meta:
        ref_name = "RetentionApproval"


class RetentionDocument(serializers.Serializer[Any]):
    retention_months = serializers.IntegerField(allow_null=True, help_text="The setting; null keeps everybody.")
    approval = ApprovalDocument(allow_null=True, help_text="Null: nobody is forgotten before somebody agrees.")
    months = serializers.IntegerField(allow_null=True, help_text="What the rest of this answer is about.")
    count = serializers.IntegerField(help_text="Contacts that would be forgotten now.")
    awaiting_answer = serializers.IntegerField(
        help_text="Others that are kept, since their request to see their data is open in the register."
    )
    oldest_on = serializers.DateField(allow_null=True)
    sample = QuietContactDocument(many=True)
    stays = serializers.ListField(child=serializers.CharField(), help_text="What is left of them, in words.")
    preview = serializers.CharField(allow_null=True, help_text="Send it back to agree.")

    class Meta:
        ref_name = "Retention"


class Retention(Endpoint):
    required: ClassVar[Required] = dict.fromkeys(("GET", "POST"), Permission.CONTACTS_ERASE)

    @describe("Preview whom the retention would forget", query=RetentionQuery, answer=RetentionDocument)
    def get(self, request: Request) -> HttpResponse:
        given = self.query(RetentionQuery).get("months")
        return self.answer(_represent(given))

    @describe(
        "Agree to the retention in force: from the next night on it is carried out",
        description="409 `preview_needed` when the preview is of another setting or older than a day; `retention_not_set`.",
        body=RetentionApprovalShape,
        answer=RetentionDocument,
        example={"preview": "WyIwMTk4YzVhMCIsMzYsMTJd:1vO2Xk:oBq1"},
    )
    def post(self, request: Request) -> HttpResponse:
        retention.approve(self.body(RetentionApprovalShape)["preview"], at=timezone.now())
        return self.answer(_represent(None))


def _represent(given: int | None) -> dict[str, Any]:
    setting = tenant_settings.current().retention_months
    months = given or setting
    seen = None if months is None else retention.preview(months, at=timezone.now())
    approval = retention.approval()
    names = ("months", "contact_count", "approved_by", "approved_at")
    return {
        "retention_months": setting,
        "approval": approval and {name: getattr(approval, name) for name in names},
        "months": months,
        "count": seen.count if seen else 0,
        "awaiting_answer": seen.awaiting_answer if seen else 0,
        "oldest_on": seen and seen.oldest_on,
        "sample": [_quiet(*one) for one in seen.sample] if seen else [],
        "stays": [str(one) for one in retention.STAYS],
        "preview": seen and seen.token,
    }


def _quiet(contact: Contact, last_on: datetime.date) -> dict[str, Any]:
    return {"id": contact.pk, "name": str(contact), "last_activity_on": last_on}
