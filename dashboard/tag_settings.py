"""Settings: the tenant's tags. The nine system tags are listed, and cannot be changed (R-CRM-6)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import allergies, tags
from crm.models import Tag
from dashboard import pages
from tenants.permissions import Permission


class TagForm(forms.Form):
    label = forms.CharField(
        label=gettext_lazy("New tag"),
        max_length=40,
        help_text=gettext_lazy("A tag that begins with “Allergy” is shown in red wherever the guest appears."),
    )


@pages.page(Permission.TAGS_MANAGE, methods=("GET", "HEAD", "POST"))
def listing(request: HttpRequest) -> HttpResponse:
    form = TagForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            tag = tags.create(form.cleaned_data["label"])
            messages.success(request, _("“%(label)s” can be set now.") % {"label": tag.label})
            return pages.to(request, "tags")
    content = {"section": "settings", "page": "tags", "form": form, "rows": _rows()}
    return render(request, "dashboard/settings/tags.html", content, status=400 if form.errors else 200)


@pages.act(Permission.TAGS_MANAGE)
def rename(request: HttpRequest, pk: UUID) -> HttpResponse:
    tag = Tag.objects.get(pk=pk)
    label = request.POST.get("label", "").strip()
    if label and label != tag.label:
        tags.rename(tag, label[:40])
        messages.success(request, _("Saved."))
    return pages.to(request, "tags")


@pages.act(Permission.TAGS_MANAGE)
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    tag = Tag.objects.get(pk=pk)
    label = tag.label
    tags.delete(tag)
    messages.success(request, _("“%(label)s” is gone from every contact.") % {"label": label})
    return pages.to(request, "tags")


def _rows() -> list[dict[str, Any]]:
    """The tenant's own tags first, each with the number of contacts that have it."""
    found = Tag.objects.annotate(contacts=Count("contact_tags")).order_by("is_system", "label", "key")
    may_read = allergies.may_be_read()
    return [
        {
            "id": tag.pk,
            "key": tag.key,
            "label": tags.label_of(tag),
            "is_system": tag.is_system,
            "contacts": tag.contacts,
        }
        for tag in found
        if may_read or not allergies.is_allergy(tag)
    ]
