"""Privacy: after how long guests are forgotten, whom that would be now, and agreeing to it (R-PRIV-2)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import retention
from dashboard import context, pages
from staff import tenant_settings
from tenants.permissions import Permission


class RetentionForm(forms.Form):
    """An empty field keeps everybody."""

    retention_months = forms.IntegerField(
        label=gettext_lazy("Months without activity"),
        required=False,
        min_value=0,
    )


@pages.page(Permission.CONTACTS_ERASE, methods=("GET", "HEAD", "POST"))
def page(request: HttpRequest) -> HttpResponse:
    """The setting, with a preview of the one in force."""
    setting = tenant_settings.current().retention_months
    form = RetentionForm(request.POST or None, initial={"retention_months": setting})
    if request.method == "POST" and pages.allow(Permission.SETTINGS_MANAGE) and form.is_valid():
        with pages.attempt(form):
            tenant_settings.update({"retention_months": form.cleaned_data["retention_months"]})
            messages.success(request, _("Saved."))
            return pages.to(request, "retention")
    content: dict[str, Any] = {
        "section": "privacy",
        "page": "retention",
        "form": form,
        "setting": setting,
        "approval": retention.approval(),
        "stays": retention.STAYS,
        "can_set": context.may(Permission.SETTINGS_MANAGE),
    }
    if setting is not None:
        content["seen"] = retention.preview(setting, at=timezone.now())
    return render(request, "dashboard/privacy/retention.html", content, status=400 if form.errors else 200)


@pages.act(Permission.CONTACTS_ERASE)
def approve(request: HttpRequest) -> HttpResponse:
    retention.approve(request.POST.get("preview", ""), at=timezone.now())
    messages.success(request, _("Agreed: from the next night on, who has been quiet for so long is forgotten."))
    return pages.to(request, "retention")
