"""Groups: the page of them, filling one from the list, and a contact's own on its card (R-CRM-5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm import groups
from crm.models import Contact, ContactGroup
from dashboard import contact_card, context, pages, undoing
from dashboard.templatetags.coperto import amount
from tenants.permissions import Permission

NAME_LENGTH = 80


class GroupForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("New group"), max_length=NAME_LENGTH)


@pages.page(Permission.CONTACTS_READ, methods=("GET", "HEAD", "POST"))
def listing(request: HttpRequest) -> HttpResponse:
    form = GroupForm(request.POST or None)
    if request.method == "POST" and pages.allow(Permission.GROUPS_MANAGE) and form.is_valid():
        with pages.attempt(form):
            group = groups.create(form.cleaned_data["name"])
            messages.success(request, _("“%(name)s” can be filled now: select contacts in the list.") % {"name": group})
            return pages.to(request, "groups")
    content = {"section": "contacts", "page": "groups", "form": form, "rows": _rows()}
    return render(request, "dashboard/contacts/groups.html", content, status=400 if form.errors else 200)


@pages.act(Permission.GROUPS_MANAGE)
def rename(request: HttpRequest, pk: UUID) -> HttpResponse:
    groups.rename(ContactGroup.objects.get(pk=pk), request.POST.get("name", "")[:NAME_LENGTH])
    messages.success(request, _("Saved."))
    return pages.to(request, "groups")


@pages.act(Permission.GROUPS_MANAGE)
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    group = ContactGroup.objects.get(pk=pk)
    groups.delete(group)
    messages.success(request, _("The group “%(name)s” is gone; its contacts are still in the list.") % {"name": group})
    return pages.back(request) if request.POST.get("next") else pages.to(request, "groups")


@pages.act(Permission.GROUPS_MANAGE)
def fill(request: HttpRequest) -> HttpResponse:
    """Put the contacts selected in the list into a group, or into a new one."""
    chosen = _chosen(request)
    group = _group(request)
    added = groups.add(group, chosen)
    said = _added(len(added), len(chosen), group)
    if not request.POST.get("group"):
        undoing.offer(request, said, "group_delete", group.pk)
    elif added:
        undoing.offer(request, said, "group_clear", group.pk, values=[("contacts", one) for one in added])
    else:
        messages.success(request, said)
    return pages.back(request)


@pages.act(Permission.GROUPS_MANAGE)
def clear(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the contacts selected in the list out of the group."""
    group = ContactGroup.objects.get(pk=pk)
    gone = groups.remove(group, _chosen(request))
    said = ngettext(
        "%(count)s contact is no longer in “%(name)s”.", "%(count)s contacts are no longer in “%(name)s”.", len(gone)
    ) % {"count": amount(len(gone)), "name": group}
    if gone:
        values = [("group", group.pk), *(("contacts", one) for one in gone)]
        undoing.offer(request, said, "group_fill", values=values)
    else:
        messages.success(request, said)
    return pages.back(request)


@pages.act(Permission.GROUPS_MANAGE)
def join(request: HttpRequest, pk: UUID) -> HttpResponse:
    contact = Contact.objects.get(pk=pk)
    groups.add(_group(request), [contact.pk])
    return _show(request, contact)


@pages.act(Permission.GROUPS_MANAGE)
def leave(request: HttpRequest, pk: UUID, group: UUID) -> HttpResponse:
    contact = Contact.objects.get(pk=pk)
    groups.remove(ContactGroup.objects.get(pk=group), [contact.pk])
    return _show(request, contact)


def _chosen(request: HttpRequest) -> list[UUID]:
    """The contacts ticked in the list. Raises UnknownContacts when there are none."""
    chosen = [pages.uuid_of(one) for one in request.POST.getlist("contacts")]
    if not chosen:
        raise groups.UnknownContacts(_("Select contacts first."))
    return chosen


def _group(request: HttpRequest) -> ContactGroup:
    """The group that was touched, else a new one of the name that was typed."""
    if request.POST.get("group"):
        found: ContactGroup = ContactGroup.objects.get(pk=pages.uuid_of(request.POST["group"]))
        return found
    return groups.create(request.POST.get("name", "")[:NAME_LENGTH].replace("\0", ""))


def _added(added: int, chosen: int, group: ContactGroup) -> str:
    if not added:
        return _("They were all in “%(name)s” already.") % {"name": group}
    said = ngettext("%(count)s contact added to “%(name)s”.", "%(count)s contacts added to “%(name)s”.", added)
    text = said % {"count": amount(added), "name": group}
    known = chosen - added
    if not known:
        return text
    more = ngettext("%(count)s was in it already.", "%(count)s were in it already.", known) % {"count": amount(known)}
    return f"{text} {more}"


def _show(request: HttpRequest, contact: Contact) -> HttpResponse:
    if not pages.is_htmx(request):
        return pages.to(request, "contact", contact.pk)
    can_group = contact.is_active and context.may(Permission.GROUPS_MANAGE)
    content = {"card": {"id": contact.pk}, **contact_card.group_content(groups.places(contact)), "can_group": can_group}
    return render(request, "dashboard/contacts/group_editor.html", content)


def _rows() -> list[dict[str, Any]]:
    found = list(ContactGroup.objects.order_by("name", "id"))
    counts = groups.member_counts(group.pk for group in found)
    return [{"id": group.pk, "name": group.name, "contacts": counts.get(group.pk, 0)} for group in found]
