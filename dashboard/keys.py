"""Settings: the API keys, shown once and revoked at once."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from dashboard import pages
from staff import api_keys
from tenants.models import Venue
from tenants.permissions import Permission, Preset


class KeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=api_keys.NAME_LENGTH, help_text=_("Where it is used: “Website”.")
    )
    preset = forms.ChoiceField(label=_("What it is for"), choices=Preset.choices)
    venue = forms.ModelChoiceField(
        label=_("Venue"), queryset=Venue.objects.none(), required=False, empty_label=_("all venues")
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: no end."),
    )
    origins = forms.CharField(
        label=_("Web addresses it may be used from"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line, such as https://www.example.com. For booking widgets; empty means any."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["venue"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = Venue.objects.order_by("name", "id")

    def arguments(self) -> dict[str, Any]:
        """What api_keys.create takes. The last day counts in full, in the server's zone."""
        last = self.cleaned_data["expires_on"]
        return {
            "name": self.cleaned_data["name"],
            "preset": self.cleaned_data["preset"],
            "venue": self.cleaned_data["venue"],
            "origins": self.cleaned_data["origins"].split(),
            "expires_at": last and timezone.make_aware(datetime.datetime.combine(last, datetime.time.max)),
        }


@never_cache
@pages.page(Permission.KEYS_MANAGE, methods=("GET", "HEAD", "POST"))
def listing(request: HttpRequest) -> HttpResponse:
    """A new key's text is in this one answer and nowhere else: no redirect carries it."""
    form, secret = KeyForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form, {"expires_at": "expires_on"}):
            _key, secret = api_keys.create(**form.arguments())
            form = KeyForm()
    content = {"section": "settings", "page": "keys", "keys": _keys(), "form": form, "secret": secret}
    return render(request, "dashboard/settings/keys.html", content, status=400 if form.errors else 200)


@pages.act(Permission.KEYS_MANAGE)
def revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    key = api_keys.all_keys().get(pk=pk)
    api_keys.revoke(key)
    messages.success(request, _("“%(name)s” is revoked.") % {"name": key.name})
    return pages.to(request, "keys")


def _keys() -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {
            "id": key.pk,
            "name": key.name,
            "prefix": key.prefix,
            "preset_label": Preset(key.preset).label,
            "venue": key.venue.name if key.venue else "",
            "last_used_at": key.last_used_at,
            "revoked_at": key.revoked_at,
            "is_active": key.revoked_at is None and (key.expires_at is None or key.expires_at > now),
        }
        for key in api_keys.all_keys().order_by("-created_at", "-id")
    ]
