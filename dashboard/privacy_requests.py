"""Privacy: the register of requests to see or to erase what is held, those that are overdue first (R-PRIV-2)."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import privacy_requests
from crm.models import PrivacyRequest, PrivacyRequestKind
from dashboard import pages
from dashboard.long_text import LongTextField
from tenants.permissions import Permission

BOTH = ("GET", "HEAD", "POST")
SHOWN_DONE = 50


class DayField(forms.DateField):
    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **options)


class RequestForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("What the guest asks for"),
        choices=lambda: [(value, capfirst(str(label))) for value, label in PrivacyRequestKind.choices],
    )
    received_on = DayField(label=gettext_lazy("Received on"))
    subject_name = forms.CharField(label=gettext_lazy("Name of the guest"), max_length=200, required=False)
    subject_address = forms.CharField(
        label=gettext_lazy("E-mail, phone or address"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("Name, address and notes go once the request is done; a hash of the address stays."),
    )
    notes = LongTextField(label=gettext_lazy("Notes"), max_length=2000, required=False, rows=3)


class EditForm(RequestForm):
    due_on = DayField(label=gettext_lazy("Due on"))
    extension_reason = forms.CharField(
        label=gettext_lazy("Why it takes longer"),
        max_length=300,
        required=False,
        help_text=gettext_lazy(
            "Beyond a month, and three at most: as the guest was told. It stays: name nobody in it."
        ),
    )
    field_order = ("kind", "received_on", "subject_name", "subject_address", "due_on", "extension_reason", "notes")


@pages.page(Permission.PRIVACY_MANAGE, methods=BOTH)
def listing(request: HttpRequest) -> HttpResponse:
    today = privacy_requests.today()
    form = RequestForm(request.POST or None, initial={"received_on": today})
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            made = privacy_requests.create(form.cleaned_data)
            messages.success(request, _("The request is in the register."))
            return pages.to(request, "privacy_request", made.pk)
    found = privacy_requests.register()
    done = found.filter(done_on__isnull=False).order_by("-done_on", "-pk")[:SHOWN_DONE]
    content = {
        "section": "privacy",
        "page": "requests",
        "form": form,
        "open": [_row(one, today) for one in found.filter(done_on__isnull=True).order_by("due_on", "pk")],
        "done": [_row(one, today) for one in done],
    }
    return render(request, "dashboard/privacy/requests.html", content, status=400 if form.errors else 200)


@pages.page(Permission.PRIVACY_MANAGE, methods=BOTH)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    found: PrivacyRequest = privacy_requests.register().get(pk=pk)
    form = EditForm(request.POST or None, initial={name: getattr(found, name) for name in EditForm.base_fields})
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            privacy_requests.edit(found, {name: form.cleaned_data[name] for name in form.changed_data})
            messages.success(request, _("Saved."))
            return pages.to(request, "privacy_requests")
    row = _row(found, privacy_requests.today())
    content = {"section": "privacy", "page": "requests", "form": form, "row": row}
    return render(request, "dashboard/privacy/request.html", content, status=400 if form.errors else 200)


@pages.act(Permission.PRIVACY_MANAGE)
def settle(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = privacy_requests.register().get(pk=pk)
    privacy_requests.edit(found, {"done_on": privacy_requests.today()})
    messages.success(
        request, _("The request is settled; the name and address of the guest and the notes are gone from it.")
    )
    return pages.to(request, "privacy_requests")


@pages.act(Permission.PRIVACY_MANAGE)
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    privacy_requests.delete(privacy_requests.register().get(pk=pk))
    messages.success(request, _("The request is gone from the register."))
    return pages.to(request, "privacy_requests")


def _row(found: PrivacyRequest, today: datetime.date) -> dict[str, Any]:
    days = (found.due_on - today).days
    return {
        "id": found.pk,
        "kind_label": capfirst(str(PrivacyRequestKind(found.kind).label)),
        "subject": found.subject_name or found.subject_address,
        "address": found.subject_address if found.subject_name else "",
        "received_on": found.received_on,
        "due_on": found.due_on,
        "is_done": found.is_done,
        "is_overdue": not found.is_done and days < 0,
        "is_soon": not found.is_done and 0 <= days <= 7,
        "done_on": found.done_on,
        "done_by": found.done_by,
        "extension_reason": found.extension_reason,
    }
