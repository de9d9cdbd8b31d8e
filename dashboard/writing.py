"""Writing to one guest: the page with the words, and sending them (R-CRM-7)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.editing import NotInList
from crm.models import Contact, ContactState
from dashboard import composing, context, pages, sent_forms
from dashboard.composing import Composition, MessageForm
from outreach import sending
from tenants.permissions import Permission


@pages.page(Permission.MESSAGES_SEND, methods=("GET", "HEAD", "POST"))
def write(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page; an htmx request, when another template or channel was chosen, gets the form alone."""
    contact = _find(pk)
    is_sent = request.method == "POST"
    if is_sent and (answer := sent_forms.earlier(request)):
        return answer
    composition = composing.read(contact, request.POST if is_sent else request.GET, is_sent=is_sent)
    if composition is None:
        return render(request, "dashboard/messages/write.html", {"section": "contacts", "contact": contact})
    form = MessageForm(
        request.POST if is_sent else None,
        initial=composition.initial(),
        channel=composition.channel,
        keeps_words=pages.is_htmx(request) and composition.template is None,
    )
    if is_sent and form.is_valid():
        with pages.attempt(form):
            sending.send(composition.draft(form), at=timezone.now())
            messages.success(request, _("The message to %(name)s leaves in a moment.") % {"name": contact})
            return sent_forms.done(request, pages.to(request, "contact", contact.pk, query="tab=communications"))
    return _show(request, composition, composition.explained(form))


def _find(pk: UUID) -> Contact:
    """A contact of the list. Raises NotInList for one in the bin; merged and erased ones have no page."""
    shown = Contact.objects.filter(state__in=[ContactState.ACTIVE, ContactState.DELETED])
    contact: Contact = shown.get(pk=pk)
    if not contact.is_active:
        raise NotInList
    return contact


def _show(request: HttpRequest, composition: Composition, form: MessageForm) -> HttpResponse:
    template = "compose" if pages.is_htmx(request) else "write"
    content = {
        "section": "contacts",
        "contact": composition.contact,
        "composition": composition,
        "form": form,
        "channels": composing.channel_choices(composition.contact),
        "venues": composing.venue_choices(composition, context.of(request).venues),
        "templates": composing.template_choices(composition),
        "answered": composition.answered_words(),
    }
    return render(request, f"dashboard/messages/{template}.html", content, status=400 if form.errors else 200)
