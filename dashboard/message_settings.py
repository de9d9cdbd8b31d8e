"""Settings: the texts of messages, the suggested ones in one's own words and those of the tenant's own (R-CRM-7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Contact
from dashboard import context, pages
from dashboard.long_text import LongTextField
from dashboard.templatetags.coperto import language_name
from outreach import message_templates, suggested_texts, wording
from outreach.message_templates import NewTemplate
from outreach.models import (
    SENDING_CHANNELS,
    SUBJECT_LENGTH,
    TEMPLATE_KINDS,
    TEXT_LENGTH,
    MessageChannel,
    MessageKind,
    MessageTemplate,
)
from tenants.permissions import Permission

BOTH = ("GET", "HEAD", "POST")
SUGGESTED = (MessageKind.ASK_OPINION, MessageKind.INVITE)


class WordsForm(forms.Form):
    """What can be changed of a template: a suggested one keeps its name, an SMS has no subject."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("For your staff; guests do not see it.")
    )
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=SUBJECT_LENGTH)
    text = LongTextField(label=gettext_lazy("Text"), max_length=TEXT_LENGTH, rows=9)

    def __init__(self, *args: Any, template: MessageTemplate | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if template is not None and template.is_builtin:
            del self.fields["name"]
        if template is not None and template.channel == MessageChannel.SMS:
            del self.fields["subject"]


class NewTemplateForm(WordsForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("What for"),
        choices=lambda: [(one.value, capfirst(str(one.label))) for one in TEMPLATE_KINDS],
        initial=MessageKind.FREE,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=lambda: [(code, language_name(code)) for code, _name in settings.LANGUAGES],
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        choices=lambda: [(one.value, capfirst(str(one.label))) for one in SENDING_CHANNELS],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].required = False

    def new(self) -> NewTemplate:
        """The subject that stands in the hidden field of an SMS is none."""
        values = self.cleaned_data
        kind, channel = MessageKind(values["kind"]), MessageChannel(values["channel"])
        subject = "" if channel == MessageChannel.SMS else values["subject"]
        return NewTemplate(kind, values["name"], values["language"], channel, values["text"], subject)


@pages.page(Permission.TEMPLATES_MANAGE)
def listing(request: HttpRequest) -> HttpResponse:
    found = list(MessageTemplate.objects.order_by("name", "language", "channel"))
    content = {
        "section": "settings",
        "page": "message_templates",
        "suggested": [{"label": kind.label, "rows": _by_language(found, kind)} for kind in SUGGESTED],
        "own": [_row(one) for one in found if not one.is_builtin],
    }
    return render(request, "dashboard/settings/message_templates.html", content)


@pages.page(Permission.TEMPLATES_MANAGE, methods=BOTH)
def add(request: HttpRequest) -> HttpResponse:
    form = NewTemplateForm(request.POST or None, initial={"language": context.of(request).tenant.language})
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            created = message_templates.create(form.new())
            messages.success(request, _("“%(name)s” can be sent now.") % {"name": created.name})
            return pages.to(request, "message_templates")
    return _show(request, form, None)


@pages.page(Permission.TEMPLATES_MANAGE, methods=BOTH)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    template: MessageTemplate = MessageTemplate.objects.get(pk=pk)
    words = suggested_texts.wording(template)
    initial = {"name": template.name, "subject": words.subject, "text": words.text}
    form = WordsForm(request.POST or None, initial=initial, template=template)
    if request.method == "POST" and form.is_valid():
        with pages.attempt(form):
            message_templates.edit(template, {name: form.cleaned_data[name] for name in form.changed_data})
            messages.success(request, _("Saved."))
            return pages.to(request, "message_template", pk)
    return _show(request, form, template)


@pages.act(Permission.TEMPLATES_MANAGE)
def reset(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let a suggested message say again what the program says."""
    template: MessageTemplate = MessageTemplate.objects.get(pk=pk, is_builtin=True)
    message_templates.edit(template, {"text": ""})
    messages.success(request, _("The original text is back."))
    return pages.to(request, "message_template", pk)


@pages.act(Permission.TEMPLATES_MANAGE)
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    template: MessageTemplate = MessageTemplate.objects.get(pk=pk)
    message_templates.delete(template)
    messages.success(request, _("“%(name)s” is deleted; what was sent with it stays.") % {"name": template.name})
    return pages.to(request, "message_templates")


def _by_language(found: Iterable[MessageTemplate], kind: MessageKind) -> list[dict[str, Any]]:
    """The suggested messages of a kind: a row for each language, in it one for each channel."""
    rows: dict[str, list[dict[str, Any]]] = {code: [] for code, _name in settings.LANGUAGES}
    for one in found:
        if one.is_builtin and one.kind == kind:
            rows[one.language].append(_row(one))
    return [{"language": language_name(code), "templates": templates} for code, templates in rows.items()]


def _row(template: MessageTemplate) -> dict[str, Any]:
    words = suggested_texts.wording(template)
    return {
        "id": template.pk,
        "name": message_templates.name_of(template),
        "kind_label": MessageKind(template.kind).label,
        "language": language_name(template.language),
        "channel_label": capfirst(str(MessageChannel(template.channel).label)),
        "first_words": words.subject or words.text,
        "is_builtin": template.is_builtin,
        "is_service": template.kind == MessageKind.ASK_OPINION,
        "is_edited": template.is_builtin and bool(template.text),
    }


def _show(request: HttpRequest, form: WordsForm, template: MessageTemplate | None) -> HttpResponse:
    content = {"section": "settings", "page": "message_templates", "form": form}
    if template is not None:
        sample = Contact(first_name="Anna", last_name="Rossi")
        preview = wording.filled(template, sample, context.of(request).venue)
        content |= {"template": _row(template), "preview": preview, "sample": str(sample)}
    return render(request, "dashboard/settings/message_template.html", content, status=400 if form.errors else 200)
