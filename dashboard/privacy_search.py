"""Privacy: everything that is held on somebody, the data for the guest, and clearing facts that have no contact (R-PRIV-1, 2)."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import data_export, expected, fact_erasing, holdings, privacy_search
from crm.expected import Way
from crm.holdings import Found, Holding
from crm.models import Contact, ContactState
from dashboard import clearing, context, pages
from dashboard.templatetags.coperto import day as shown_day
from tenants.permissions import Permission

BOTH = ("GET", "HEAD", "POST")
KINDS: dict[str, str | Promise] = {
    "contact": gettext_lazy("Contacts"),
    "identifier": gettext_lazy("Earlier e-mails and phones"),
    "change": gettext_lazy("Changes of contacts"),
    "review": gettext_lazy("Reviews"),
    "privacy_request": gettext_lazy("Privacy requests"),
    "booking": gettext_lazy("Bookings"),
    "order": gettext_lazy("Orders"),
    "receipt": gettext_lazy("Receipts"),
    "ordering_block": gettext_lazy("Blocks on ordering that outlived their guest"),
    "wifi_session": gettext_lazy("WiFi logins"),
    "promotion_signup": gettext_lazy("Sign-ups to promotions"),
    "inquiry": gettext_lazy("Inquiries"),
    "message": gettext_lazy("Messages"),
    "follower": gettext_lazy("Users of the app"),
    "campaign_recipient": gettext_lazy("Campaigns"),
    "confirmation": gettext_lazy("E-mails that wait for a confirmation"),
    "consent": gettext_lazy("Consents"),
    "suppression": gettext_lazy("Unsubscriptions kept as a hash"),
    "undeliverable": gettext_lazy("Addresses that do not work, kept as a hash"),
    "import": gettext_lazy("Lists that were uploaded"),
    "import_row": gettext_lazy("Rows of imports"),
    "segment": gettext_lazy("Segments"),
}
# What becomes of a row that is cleared; of all others the day, amounts and numbers stay.
NOTES: dict[str, str | Promise] = {
    "import": gettext_lazy("The list goes as a whole and is not imported: upload it again without this person."),
    "segment": gettext_lazy("The segment is deleted."),
}
CLEARED = gettext_lazy(
    "Name, address and notes go from this row for good. Day, amounts and numbers stay, so that no total changes."
)
STATES: dict[str, str | Promise] = {
    ContactState.DELETED: gettext_lazy("in the bin"),
    ContactState.MERGED: gettext_lazy("merged"),
}
WITH_CARD = (ContactState.ACTIVE, ContactState.DELETED)


class SearchForm(forms.Form):
    q = forms.CharField(
        label=gettext_lazy("E-mail, phone or name"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "search"}),
    )


class ConfirmForm(forms.Form):
    """`upcoming` is asked while the guest is still expected."""

    confirm = forms.CharField(max_length=254, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    upcoming = forms.ChoiceField(choices=[(way.value, way.value) for way in Way], required=False)

    def __init__(self, *args: Any, wanted: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["confirm"].label = _("To confirm, type: %(text)s") % {"text": wanted}

    def way(self) -> Way | None:
        chosen = self.cleaned_data["upcoming"]
        return Way(chosen) if chosen else None


@pages.page(Permission.PRIVACY_MANAGE, Permission.CONTACTS_ERASE)
def index(request: HttpRequest) -> HttpResponse:
    """To the first of the pages that the person may see."""
    return pages.to(request, "privacy_search" if context.may(Permission.CONTACTS_ERASE) else "privacy_requests")


@pages.page(Permission.CONTACTS_ERASE, methods=BOTH)
def search(request: HttpRequest) -> HttpResponse:
    """What is typed is sent in the body: it stands in no address, no history and no log of a server."""
    form = SearchForm(request.POST or None)
    content: dict[str, Any] = {"section": "privacy", "page": "search", "form": form}
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            found = privacy_search.search(form.cleaned_data["q"])
            content |= {"places": [_place(request, one) for one in found.places], "most": holdings.MOST}
    return render(request, "dashboard/privacy/search.html", content, status=400 if form.errors else 200)


@pages.page(Permission.CONTACTS_ERASE, methods=BOTH)
def erase_fact(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Clear what one fact says of its guest, after what it says was typed."""
    held, now = _fact(kind, pk), timezone.now()
    form = ConfirmForm(request.POST or None, wanted=privacy_search.confirmation_of(held))
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            day = privacy_search.erase_fact(kind, pk, confirm=form.cleaned_data["confirm"], at=now, upcoming=form.way())
            messages.success(request, _cleared(day))
            return pages.to(request, "privacy_search")
    content = {
        "section": "privacy",
        "page": "search",
        "form": form,
        "held": held,
        "kind_label": KINDS[kind],
        "note": NOTES.get(kind, CLEARED),
        "expected": [clearing.shown(fact, context.of(request)) for fact in expected.of_fact(kind, pk, at=now)],
        "chosen": form["upcoming"].value() or "",
        "erase_on": fact_erasing.waits_until(kind, pk),
    }
    return render(request, "dashboard/privacy/erase_fact.html", content, status=400 if form.errors else 200)


@pages.act(Permission.CONTACTS_ERASE)
def keep_fact(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Take back what was put off to a later day."""
    privacy_search.keep_fact(kind, _fact(kind, pk).id)
    messages.success(request, _("The personal data are kept."))
    return pages.to(request, "privacy_search")


@pages.act(Permission.CONTACTS_EXPORT)
def data(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything that is held on the person, as a file for the guest; by POST, since it is written down each time."""
    contact: Contact = Contact.objects.filter(state__in=WITH_CARD).get(pk=pk)
    content = {"generated_at": timezone.now(), **data_export.of(contact)}
    answer = JsonResponse(content, json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = 'attachment; filename="guest-data.json"'
    answer["Cache-Control"] = "no-store"
    return answer


def _fact(kind: str, pk: UUID) -> Holding:
    try:
        return privacy_search.fact(kind, pk)
    except fact_erasing.UnknownFact as error:
        raise Http404 from error


def _cleared(day: datetime.date | None) -> str:
    if day is None:
        return _("The personal data are cleared.")
    return _("The personal data will be cleared on %(date)s.") % {"date": shown_day(day)}


def _place(request: HttpRequest, found: Found) -> dict[str, Any]:
    return {
        "label": KINDS.get(found.kind, found.kind),
        "rows": [_row(request, one) for one in found.items],
        "has_more": found.has_more,
        "is_complete": found.is_complete,
    }


def _row(request: HttpRequest, held: Holding) -> dict[str, Any]:
    has_own_page = held.kind == "contact" and held.state in WITH_CARD
    return {
        "label": held.label or _("known by a hash alone"),
        "at": held.at,
        "state": STATES.get(held.state, "") if held.kind == "contact" else "",
        "contact": held.contact if has_own_page or held.kind not in ("contact", "identifier") else None,
        "is_contact": has_own_page,
        "erase_url": _erase_url(request, held),
    }


def _erase_url(request: HttpRequest, held: Holding) -> str:
    """Where it can be cleared: contacts with all that is theirs, facts by themselves; nothing else."""
    slug = context.of(request).tenant.slug
    if held.kind == "contact":
        return reverse("dashboard:contact_clear", args=[slug, held.id])
    can_erase = held.kind in privacy_search.ERASABLE and bool(held.label)
    return reverse("dashboard:privacy_fact", args=[slug, held.kind, held.id]) if can_erase else ""
