"""Guest data in a body, as every endpoint that takes them reads them, and what is answered about them.

null and "" mean absent. Only e-mail and phone are lenient, since a booking is worth more than a typo in it: the answer
then carries a warning (R-ID-5). Everything else that is wrong is a field error. A widget's answers say nothing that its
sender did not know: neither the contact nor what happened to it (API.md, Conventions).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api import shape
from api.problems import refused_field
from consent.recording import OptIn
from crm import birthday, language
from crm.guest_data import CrmSync, Guest
from crm.warnings import IntakeWarning
from tenants import scope
from tenants.permissions import Permission, Preset

# What a widget may hear about: its own typing, never what the list already knows.
WARNINGS_ABOUT_OWN_INPUT = frozenset({"email_invalid", "email_typo", "phone_invalid", "suspect_key"})


# An import also skips by its mode; no request of the API does.
SYNCS = [(one.value, one.value) for one in CrmSync if one is not CrmSync.SKIPPED_MODE]


class BirthdayText(shape.Text):
    """`1980-12-31`, or `--12-31` without the year."""

    def to_internal_value(self, data: Any) -> str:
        try:
            return birthday.parse_iso(data).iso
        except birthday.BirthdayError as error:
            raise serializers.ValidationError(str(error), code=error.code) from None


class LanguageCode(shape.Text):
    """A language tag such as `it` or `fr-CA`; kept as its two letters."""

    default_error_messages: ClassVar[dict[str, Any]] = {"unknown_language": _("Must be a language such as it.")}

    def to_internal_value(self, data: Any) -> str:
        code = language.parse(data)
        if code is None:
            self.fail("unknown_language")
        return code


class GuestShape(shape.Shape):
    blank_is_absent = True

    first_name = shape.Text(required=False, max_length=100)
    last_name = shape.Text(required=False, max_length=100)
    email = shape.Text(required=False, max_length=500, help_text="An invalid one counts as absent, with a warning.")
    phone = shape.Text(required=False, max_length=200, help_text="An invalid one counts as absent, with a warning.")
    language = LanguageCode(required=False, max_length=35)
    birthday = BirthdayText(required=False, max_length=10, help_text="YYYY-MM-DD, or --MM-DD without the year.")
    address = shape.Text(required=False, max_length=200)
    postcode = shape.Text(required=False, max_length=20)
    city = shape.Text(required=False, max_length=100)
    company = shape.Text(required=False, max_length=120)
    registered_at = shape.Instant(required=False, help_text="From trusted keys only.")

    class Meta:
        ref_name = "Guest"


class MarketingOptInShape(shape.Shape):
    email = shape.Flag(required=False, help_text="false = the box was left unticked; absent = not asked.")
    sms = shape.Flag(required=False)
    wording = shape.Text(required=False, max_length=200, help_text="Which text the guest agreed to.")

    class Meta:
        ref_name = "MarketingOptIn"


class WarningDocument(serializers.Serializer[Any]):
    code = serializers.CharField()
    field = serializers.CharField()
    detail = serializers.CharField()
    suggestion = serializers.CharField(allow_null=True)

    class Meta:
        ref_name = "IntakeWarning"


class ReceptionDocument(serializers.Serializer[Any]):
    """What every answer that takes guest data says about them. A widget hears its warnings only."""

    contact = serializers.UUIDField(required=False, allow_null=True)
    crm_sync = serializers.ChoiceField(SYNCS, required=False)
    warnings = WarningDocument(many=True, required=False)

    class Meta:
        ref_name = "Reception"


def is_widget() -> bool:
    return scope.actor().preset == Preset.WIDGET


def of(values: Mapping[str, Any]) -> Guest:
    """The guest of checked values. Raises BadInput when a widget states a registration."""
    if "registered_at" in values and is_widget():
        raise refused_field("guest.registered_at", "not_allowed", _("A widget key may not send this."))
    names = {field.name for field in fields(Guest)}
    return Guest(**{name: value for name, value in values.items() if name in names})


def snapshot(values: Mapping[str, Any]) -> dict[str, str]:
    """The guest data as they came, to be kept with the booking."""
    return {name: value if isinstance(value, str) else value.isoformat() for name, value in values.items()}


def opt_in(values: Mapping[str, Any] | None) -> OptIn | None:
    """What the guest ticked; needs the scope `guest_action`, since only the guest can say so (R-CONSENT-2)."""
    if values is None:
        return None
    scope.require(Permission.GUEST_ACTION)
    return OptIn(email=values.get("email"), sms=values.get("sms"), wording=values.get("wording") or "")


def about_input(warnings: Iterable[IntakeWarning], prefix: str = "guest.") -> list[dict[str, Any]]:
    """The warnings that say nothing but what the sender typed."""
    own = [one for one in warnings if one.code in WARNINGS_ABOUT_OWN_INPUT and not one.tells_of_list]
    return [_warning(one, prefix) for one in own]


def reception(
    *, contact: UUID | None, crm_sync: CrmSync, warnings: Iterable[IntakeWarning], prefix: str = "guest."
) -> dict[str, Any]:
    """What an answer says about the guest data it took."""
    if is_widget():
        return {"warnings": about_input(warnings, prefix)}
    return {"contact": contact, "crm_sync": crm_sync.value, "warnings": [_warning(one, prefix) for one in warnings]}


def _warning(warning: IntakeWarning, prefix: str) -> dict[str, Any]:
    return {
        "code": warning.code,
        "field": prefix + warning.field,
        "detail": str(warning.detail),
        "suggestion": warning.suggestion,
    }
