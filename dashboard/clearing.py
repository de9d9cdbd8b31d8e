"""Clearing a guest's personal data: a page that says what goes and what stays, and asks whom one means (R-PRIV-1)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import erasure
from crm.erasure import Outcome
from crm.expected import Way
from crm.facets import Upcoming
from crm.mentions import Mention
from crm.models import Contact, ContactState
from dashboard import context, pages
from dashboard.context import Shell
from dashboard.templatetags.coperto import day
from tenants.permissions import Permission

BOTH = ("GET", "HEAD", "POST")
KINDS = {
    "booking": gettext_lazy("booking"),
    "order": gettext_lazy("order"),
    "receipt": gettext_lazy("receipt"),
    "wifi_session": gettext_lazy("WiFi login"),
    "promotion_signup": gettext_lazy("sign-up"),
    "inquiry": gettext_lazy("inquiry"),
}
# Those that have a page of their own.
PAGES = {"booking": "dashboard:booking", "order": "dashboard:order", "receipt": "dashboard:receipt"}


class ClearingForm(forms.Form):
    """`upcoming` is asked while the guest is still expected."""

    confirm = forms.CharField(
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    upcoming = forms.ChoiceField(choices=[(way.value, way.value) for way in Way], required=False)

    def way(self) -> Way | None:
        chosen = self.cleaned_data["upcoming"]
        return Way(chosen) if chosen else None


@pages.page(Permission.CONTACTS_ERASE, methods=BOTH)
def clear(request: HttpRequest, pk: UUID) -> HttpResponse:
    contact, now = _find(pk), timezone.now()
    form = ClearingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            outcome = erasure.erase(contact, confirm=form.cleaned_data["confirm"], at=now, upcoming=form.way())
            return _tell(request, contact, outcome)
    preview, shell = erasure.preview(contact, at=now), context.of(request)
    content = {
        "section": "contacts",
        "form": form,
        "contact": {"id": contact.pk, "name": str(contact), "is_deleted": not contact.is_active},
        "wanted": erasure.confirmation_of(contact),
        "expected": [shown(fact, shell) for fact in preview.expected],
        "mentions": [_mention(one, shell) for one in preview.mentions],
        "chosen": form["upcoming"].value() or "",
    }
    return render(request, "dashboard/contacts/clear.html", content, status=400 if form.errors else 200)


@pages.act(Permission.CONTACTS_ERASE)
def keep(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back what was put off to a later day."""
    contact = _find(pk)
    erasure.take_back(contact)
    messages.success(request, _("The personal data are kept."))
    return pages.to(request, "contact", contact.pk)


def _find(pk: UUID) -> Contact:
    """A contact in the list or in the bin, for a merged id its winner."""
    shown = Contact.objects.filter(state__in=[ContactState.ACTIVE, ContactState.DELETED])
    winner = Contact.objects.get(pk=pk).merged_into_id
    contact: Contact = shown.get(pk=winner or pk)
    return contact


def _tell(request: HttpRequest, contact: Contact, outcome: Outcome) -> HttpResponse:
    """Nobody's name stands in what is said: it would outlive the data in the browser."""
    if outcome.erase_on is None:
        messages.success(request, _("The personal data were cleared."))
        return pages.to(request, "contacts")
    said = {"date": day(outcome.erase_on)}
    messages.success(request, _("The personal data will be cleared on %(date)s.") % said)
    return pages.to(request, "contact", contact.pk)


def shown(fact: Upcoming, shell: Shell) -> dict[str, Any]:
    """What a guest is still expected for, as parts/still_expected.html shows it."""
    venue = next(venue for venue in shell.venues if venue.pk == fact.venue_id)
    return {
        "kind_label": KINDS[fact.kind],
        "kind": fact.kind,
        "id": fact.id,
        "at": fact.at.astimezone(venue.zone),
        "venue": venue.name,
    }


def _mention(mention: Mention, shell: Shell) -> dict[str, Any]:
    venue = next(venue for venue in shell.venues if venue.pk == mention.venue)
    page = PAGES.get(mention.kind)
    return {
        "kind_label": KINDS[mention.kind],
        "at": mention.at.astimezone(venue.zone),
        "venue": venue.name,
        "url": reverse(page, args=[shell.tenant.slug, mention.id]) if page else "",
        "contact": mention.contact,
    }
