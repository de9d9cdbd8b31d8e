"""What the rules noticed about a guest's data without refusing them, said on the page (R-ID-5, R-ID-7)."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm.warnings import IntakeWarning


def tell(request: HttpRequest, warnings: Iterable[IntakeWarning]) -> None:
    for warning in warnings:
        hint = _("Did they mean %(suggestion)s?") % {"suggestion": warning.suggestion} if warning.suggestion else ""
        messages.warning(request, f"{warning.detail} {hint}".rstrip())
