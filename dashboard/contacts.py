"""The contact pages: list, card, add, edit, tags, notes, history, bin (R-CRM-1 to 6, R-WRITE-2, 5, 6)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from consent import unsubscribing
from consent.status import ConsentChannel
from crm import allergies, bin, details, editing, history, listing, tags, visits  # noqa: A004 - the contacts' bin
from crm.editing import Edited
from crm.guest_data import CrmSync
from crm.models import Contact, ContactState
from crm.tags import ReasonNeeded, TagLimit
from dashboard import (
    contact_card,
    contact_forms,
    contact_list,
    contact_tabs,
    context,
    intake_warnings,
    long_text,
    money_filters,
    pages,
)
from dashboard.contact_forms import ContactForm
from tenants import keyset
from tenants.models import Venue
from tenants.permissions import Permission
from tenants.refusal import Refusal

BOTH = ("GET", "HEAD", "POST")
# The field itself takes no more.
NOTES_LENGTH = 5000
REASON_LENGTH = 200


@pages.page(Permission.CONTACTS_READ)
def index(request: HttpRequest) -> HttpResponse:
    """The list; an htmx request gets the results alone."""
    amounts = money_filters.translated(request.GET)
    if amounts is not None:
        return pages.to(request, "contacts", query=amounts.urlencode())
    shell = context.of(request)
    state = contact_list.ListState(request.GET, reverse("dashboard:contacts", args=[shell.tenant.slug]))
    template = "results" if pages.is_htmx(request) else "list"
    return render(request, f"dashboard/contacts/{template}.html", contact_list.content(state, shell.venues))


@pages.page(Permission.CONTACTS_READ)
def card(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The card; an htmx request for a tab gets the tabs alone."""
    contact, shell = _find(pk), context.of(request)
    if pages.is_htmx(request):
        tab = contact_tabs.content(contact, shell, request.GET)
        return render(request, "dashboard/contacts/tabs.html", {"card": {"id": contact.pk}, **tab})
    answers = contact_card.ask(contact)
    tab = contact_tabs.content(contact, shell, request.GET, answers[visits.BREAKDOWN])
    own = contact_card.content(contact, answers, shell)
    can_group = contact.is_active and context.may(Permission.GROUPS_MANAGE)
    extra = {"can_tag": _can_tag(contact), "can_group": can_group, "is_editing_notes": "notes" in request.GET}
    return render(request, "dashboard/contacts/card.html", {**own, **tab, **extra})


@pages.page(Permission.CONTACTS_WRITE, methods=BOTH)
def add(request: HttpRequest) -> HttpResponse:
    form = ContactForm(request.POST or None, initial={"language": context.of(request).tenant.language})
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            edited = editing.add(form.guest(), form.own(), allergies=form.told_allergies())
            _tell(request, edited)
            return pages.to(request, "contact", edited.contact.pk)
    return _show_form(request, form, contact=None)


@pages.page(Permission.CONTACTS_WRITE, methods=BOTH)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    contact = _find(pk)
    form = ContactForm(request.POST or None, initial=contact_forms.initial(contact, may_read=allergies.may_be_read()))
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            changes, told = contact_forms.changed_values(form), contact_forms.changed_allergies(form)
            _tell(request, editing.edit(contact, changes, allergies=told))
            return pages.to(request, "contact", contact.pk)
    return _show_form(request, form, contact=contact)


@pages.page(Permission.CONTACTS_WRITE, methods=BOTH)
def notes(request: HttpRequest, pk: UUID) -> HttpResponse:
    contact = _find(pk)
    if request.method == "POST":
        typed = long_text.with_plain_lines(request.POST.get("notes", "")).replace("\0", "").strip()[:NOTES_LENGTH]
        contact = editing.edit(contact, {"notes": typed}).contact
        if not pages.is_htmx(request):
            return pages.to(request, "contact", contact.pk)
    content = {"card": contact_card.head(contact), "is_editing_notes": request.method != "POST"}
    return render(request, "dashboard/contacts/notes.html", content)


@pages.act(Permission.CONTACTS_WRITE)
def tag(request: HttpRequest, pk: UUID) -> HttpResponse:
    contact, error = _find(pk), ""
    try:
        tags.add(contact, request.POST.get("tag", ""))
    except TagLimit as refusal:
        error = str(refusal.message)
    return _show_tags(request, contact, error)


@pages.act(Permission.CONTACTS_WRITE)
def untag(request: HttpRequest, pk: UUID, key: str) -> HttpResponse:
    contact, error = _find(pk), ""
    try:
        tags.remove(contact, key, reason=request.POST.get("reason", "").replace("\0", "")[:REASON_LENGTH])
    except ReasonNeeded as refusal:
        error = str(refusal.message)
    return _show_tags(request, contact, error)


@pages.act(Permission.CONTACTS_WRITE)
def revert(request: HttpRequest, pk: UUID, change: UUID) -> HttpResponse:
    contact = _find(pk)
    history.revert(history.of(contact).get(pk=change))
    messages.success(request, _("The earlier value is back."))
    return pages.to(request, "contact", contact.pk, query="tab=changes")


@pages.act(Permission.CONTACTS_WRITE)
def unsubscribe(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One channel of one venue; nobody but the guest can undo it (R-CONSENT-2)."""
    contact, venue = _find(pk), Venue.objects.get(pk=pages.uuid_of(request.POST.get("venue")))
    channel = pages.choice_of(ConsentChannel, request.POST.get("channel"))
    unsubscribing.unsubscribe(contact, venue=venue, channel=channel, at=timezone.now())
    said = {"venue": venue.name, "channel": channel.label}
    messages.success(request, _("Unsubscribed: %(venue)s, %(channel)s.") % said)
    return pages.to(request, "contact", contact.pk)


@pages.act(Permission.CONTACTS_DELETE)
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    contact = bin.delete(_find(pk))
    said = _("%(name)s is in the bin.") % {"name": contact}
    if request.POST.get("asked_by_guest") == "yes":
        said += " " + _("The guest asked for it: let an owner clear the personal data, too.")
    messages.success(request, said)
    return pages.to(request, "contacts")


@pages.act(Permission.CONTACTS_DELETE)
def restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    contact = bin.restore(_find(pk))
    messages.success(request, _("%(name)s is back in the list.") % {"name": contact})
    return pages.to(request, "contact", contact.pk)


@pages.page(Permission.CONTACTS_DELETE)
def bin_list(request: HttpRequest) -> HttpResponse:
    rows = listing.in_bin().select_related("stats")
    try:
        found = keyset.page(
            rows, cursor=request.GET.get("cursor"), by="-deleted_at", table=listing.BIN_ORDERINGS, limit=50
        )
    except keyset.BrokenCursor as error:
        raise Http404 from error
    content = {
        "section": "bin",
        "rows": [_in_bin(contact) for contact in found.rows],
        "next_url": found.next and f"?cursor={found.next}",
    }
    return render(request, "dashboard/contacts/bin.html", content)


def _in_bin(contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.pk,
        "name": str(contact),
        "email": contact.email,
        "phone": contact.phone,
        "visit_count": contact.stats.visit_count,
        "bin_until": contact.deleted_at and contact.deleted_at + bin.KEPT_FOR,
    }


def _find(pk: UUID) -> Contact:
    """A contact in the list or in the bin. Merged and erased ones have no card."""
    shown = Contact.objects.filter(state__in=[ContactState.ACTIVE, ContactState.DELETED])
    contact: Contact = shown.select_related("stats").get(pk=pk)
    return contact


def _can_tag(contact: Contact) -> bool:
    return contact.is_active and context.may(Permission.CONTACTS_WRITE)


def _show_tags(request: HttpRequest, contact: Contact, error: str) -> HttpResponse:
    if not pages.is_htmx(request):
        if error:
            messages.error(request, error)
        return pages.to(request, "contact", contact.pk)
    content = {
        "card": {"id": contact.pk},
        **contact_card.tag_content(details.of([contact.pk])[contact.pk].tags, context.of(request)),
        "can_tag": _can_tag(contact),
        "tag_error": error,
    }
    return render(request, "dashboard/contacts/tag_editor.html", content)


def _show_form(request: HttpRequest, form: ContactForm, *, contact: Contact | None) -> HttpResponse:
    content = {
        "section": "contacts",
        "form": form,
        "contact": contact and {"id": contact.pk, "name": str(contact)},
        "conflict": conflict_of(form),
    }
    return render(request, "dashboard/contacts/form.html", content, status=400 if form.errors else 200)


def conflict_of(form: Any) -> dict[str, Any] | None:
    """The contact that already has the key which the form asked for (409)."""
    refusal: Refusal | None = getattr(form, "refusal", None)
    other = refusal and refusal.extra.get("contact")
    contact = other and Contact.objects.filter(pk=other).first()
    return {"id": contact.pk, "name": str(contact)} if contact else None


def _tell(request: HttpRequest, edited: Edited) -> None:
    """What became of it, and what the rules noticed without refusing."""
    said = {
        CrmSync.CREATED: _("The contact is in the list."),
        CrmSync.UNCHANGED: _("Nothing was changed."),
        CrmSync.UPDATED: _("Saved."),
    }
    messages.success(request, said.get(edited.crm_sync, _("Saved.")))
    intake_warnings.tell(request, edited.warnings)
