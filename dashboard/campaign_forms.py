"""The form of a new campaign: to whom, which text, from which venue (R-CRM-10)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import saved_filters
from crm.models import ContactGroup
from dashboard.templatetags.coperto import language_name
from outreach import message_templates, wording
from outreach.campaigns import NewCampaign
from outreach.models import SENDING_CHANNELS, MessageChannel, MessageTemplate
from tenants.models import Venue

GROUP, SEGMENT = "group", "segment"
Choices = list[tuple[str, list[tuple[str, str]]]]


class CampaignForm(forms.Form):
    """One choice says whom to write to, group or segment; one says the text and with it the channel."""

    audience = forms.ChoiceField(label=gettext_lazy("To"))
    template = forms.ChoiceField(
        label=gettext_lazy("Text"),
        help_text=gettext_lazy("Each guest reads it in their own language, as far as the template has it."),
    )
    venue = forms.ModelChoiceField(
        label=gettext_lazy("From"),
        queryset=Venue.objects.none(),
        empty_label=None,
        help_text=gettext_lazy("Only who agreed to be written to by this venue gets it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices("audience").choices = [("", [("", _("Choose…"))]), *audiences()]
        self._choices("template").choices = templates()
        venue = self.fields["venue"]
        assert isinstance(venue, forms.ModelChoiceField)  # noqa: S101
        venue.queryset = Venue.objects.order_by("name", "id")

    def new(self) -> NewCampaign:
        """What was chosen. Raises ValidationError for what was deleted meanwhile."""
        values = self.cleaned_data
        kind, _colon, pk = values["audience"].partition(":")
        template = _found(MessageTemplate.objects.filter(pk=values["template"]))
        return NewCampaign(
            venue=values["venue"],
            channel=MessageChannel(template.channel),
            template=template,
            group=_found(ContactGroup.objects.filter(pk=pk)) if kind == GROUP else None,
            segment=_found(saved_filters.visible().filter(pk=pk)) if kind == SEGMENT else None,
        )

    def _choices(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        return field


def audiences() -> Choices:
    """The groups and segments, under their headings."""
    groups = [(f"{GROUP}:{one.pk}", one.name) for one in ContactGroup.objects.order_by("name", "id")]
    segments = [(f"{SEGMENT}:{one.pk}", one.name) for one in saved_filters.visible().order_by("name", "id")]
    return [(heading, found) for heading, found in ((_("Groups"), groups), (_("Segments"), segments)) if found]


def templates() -> Choices:
    """The templates by channel, each once for all its languages: it is named by the one in the house's language."""
    found = MessageTemplate.objects.order_by("is_builtin", "name", "-kind", "language")
    alike: dict[tuple[Any, ...], list[MessageTemplate]] = {}
    for one in found:
        alike.setdefault((one.channel, one.is_builtin, one.kind, one.name), []).append(one)
    house = wording.house_language()
    return [
        (capfirst(str(channel.label)), [_option(own, house) for key, own in alike.items() if key[0] == channel])
        for channel in SENDING_CHANNELS
    ]


def _option(alike: Sequence[MessageTemplate], house: str) -> tuple[str, str]:
    first = next((one for one in alike if one.language == house), alike[0])
    languages = ", ".join(language_name(one.language) for one in alike)
    return str(first.pk), f"{message_templates.name_of(first)} ({languages})"


def _found(rows: Iterable[Any]) -> Any:
    for row in rows:
        return row
    raise ValidationError(_("It was deleted meanwhile."))


def chosen_audience(query: Any) -> str:
    """The group or segment that the address names: `?group=` or `?segment=`."""
    for kind in (GROUP, SEGMENT):
        if named := _id(query.get(kind, "")):
            return f"{kind}:{named}"
    return ""


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
