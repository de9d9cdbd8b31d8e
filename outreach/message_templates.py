"""Message templates as staff keep them: their own, and the suggested messages in their own words (R-CRM-7).

What a template is for, its language and its channel stay as they were made. A suggested message can be reworded but not
renamed or deleted; with its text emptied it says again what the program says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from outreach import suggested_texts, wording
from outreach.models import MessageChannel, MessageKind, MessageTemplate
from outreach.suggested_texts import Wording
from tenants import rows, scope, uniqueness
from tenants.refusal import Refusal

OWN = ("name", "subject", "text")


class TemplateExists(Refusal):
    code = "template_exists"
    status = 409
    default_message = _("There is already a template of this name, language and channel.")


class BuiltinTemplate(Refusal):
    code = "builtin_template"
    default_message = _("Suggested messages keep their name and stay; empty the text to go back to the original.")


class TemplateGone(Refusal):
    code = "unknown_id"
    status = 400
    default_message = _("This template was deleted meanwhile.")


@dataclass(frozen=True, slots=True)
class NewTemplate:
    kind: MessageKind
    name: str
    language: str
    channel: MessageChannel
    text: str
    subject: str = ""


def create(new: NewTemplate) -> MessageTemplate:
    """Add a template. Raises TemplateExists, and the refusals of `wording` for faulty fields."""
    template = MessageTemplate(
        kind=new.kind, name=new.name, language=new.language, channel=new.channel, subject=new.subject, text=new.text
    )
    _check(template)
    with uniqueness.refuse("one_template_per_name_language_and_channel", TemplateExists(field="name")):
        template.save(force_insert=True)
    described = {name: getattr(template, name) for name in ("kind", "language", "channel", *OWN)}
    recording.record(Action.TEMPLATE_CREATED, template, after=described)
    return template


def edit(template: MessageTemplate, changes: Mapping[str, Any]) -> MessageTemplate:
    """Change `name`, `subject` or `text`. Raises BuiltinTemplate and what `create` raises."""
    template = MessageTemplate.objects.select_for_update().get(pk=template.pk)
    before = {name: getattr(template, name) for name in OWN}
    if template.is_builtin and changes.get("name", template.name) != template.name:
        raise BuiltinTemplate
    for name in OWN:
        setattr(template, name, changes.get(name, before[name]))
    if template.is_builtin:
        _own_words(template, changes)
    _check(template)
    old, new = recording.changed(before, {name: getattr(template, name) for name in OWN})
    if new:
        template.updated_at = timezone.now()
        with uniqueness.refuse("one_template_per_name_language_and_channel", TemplateExists(field="name")):
            template.save(update_fields=[*OWN, "updated_at"])
        recording.record(Action.TEMPLATE_UPDATED, template, before=old, after=new)
    return template


def delete(template: MessageTemplate) -> None:
    """Delete a template of the tenant's own; what was queued or sent with it keeps its words. Raises BuiltinTemplate."""
    if template.is_builtin:
        raise BuiltinTemplate
    # Locked before its messages let go of it: who is about to send it waits, and then hears that it is gone.
    template = MessageTemplate.objects.select_for_update().get(pk=template.pk)
    recording.record(Action.TEMPLATE_DELETED, template, before={name: getattr(template, name) for name in OWN})
    template.delete()


def hold(template: MessageTemplate) -> None:
    """Let nobody delete the template until the transaction ends. Raises TemplateGone. Taken after the contact's lock."""
    held = rows.run(_HELD, scope.tenant_id(), template.pk)
    if not held:
        raise TemplateGone(field="template")


# Others may hold it, too, and reword it meanwhile.
_HELD = f"SELECT id FROM {MessageTemplate._meta.db_table} WHERE tenant_id = %s AND id = %s FOR KEY SHARE"  # noqa: S608 (our own table)


def suggested(kind: MessageKind, *, language: str, channel: MessageChannel) -> MessageTemplate:
    """The template of a suggested message."""
    found: MessageTemplate = MessageTemplate.objects.get(kind=kind, language=language, channel=channel, is_builtin=True)
    return found


def name_of(template: MessageTemplate) -> str:
    """Its name; that of a suggested message in the reader's language."""
    return template.name or MessageKind(template.kind).label.capitalize()


def _own_words(template: MessageTemplate, changes: Mapping[str, Any]) -> None:
    """Emptied, a suggested message has no words of its own; reworded in part, it keeps the program's for the rest."""
    if changes.get("text") == "":
        template.subject = template.text = ""
    elif template.text or template.subject:
        place = {name: getattr(template, name) for name in ("kind", "language", "channel")}
        program = suggested_texts.wording(MessageTemplate(**place))
        template.subject, template.text = template.subject or program.subject, template.text or program.text


def _check(template: MessageTemplate) -> None:
    words = Wording(template.subject, template.text)
    if template.is_builtin and not words.text:
        words = suggested_texts.wording(template)
    wording.check(words, MessageChannel(template.channel))
    wording.check_placeholders(words)
