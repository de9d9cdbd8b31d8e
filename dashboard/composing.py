"""A message while staff write it: contact, venue, channel and template decide what its words begin as (R-CRM-7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Contact
from dashboard import pages
from dashboard.long_text import LongTextField
from dashboard.templatetags.coperto import language_name, phone
from outreach import message_templates, sending, wording
from outreach.models import (
    SENDING_CHANNELS,
    SUBJECT_LENGTH,
    TEXT_LENGTH,
    Direction,
    Inquiry,
    Message,
    MessageChannel,
    MessageKind,
    MessageTemplate,
)
from outreach.sending import Draft, NotMarketable
from tenants.models import Venue

SUGGESTED = (MessageKind.ASK_OPINION, MessageKind.INVITE)


class MessageForm(forms.Form):
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=SUBJECT_LENGTH)
    text = LongTextField(label=gettext_lazy("Text"), max_length=TEXT_LENGTH, rows=9)

    def __init__(self, *args: Any, channel: MessageChannel, keeps_words: bool = False, **kwargs: Any) -> None:
        """With `keeps_words` htmx leaves the fields on the page as they are, with what was typed."""
        super().__init__(*args, **kwargs)
        if keeps_words:
            for field in self.fields.values():
                field.widget.attrs["hx-preserve"] = "true"
        if channel == MessageChannel.SMS:
            del self.fields["subject"]
            said = gettext_lazy("At most %(count)d characters; most phones charge for 160 at a time.")
            self.fields["text"].help_text = said % {"count": wording.SMS_LENGTH}


@dataclass(frozen=True, slots=True)
class Composition:
    """What was chosen so far. `answered` is what the guest wrote, when this is a reply."""

    contact: Contact
    venue: Venue
    channel: MessageChannel
    template: MessageTemplate | None
    answered: Message | Inquiry | None

    @property
    def address(self) -> str:
        is_sms = self.channel == MessageChannel.SMS
        return phone(self.contact.phone) if is_sms else self.contact.email

    def initial(self) -> dict[str, str]:
        """The template's words for this guest, else none; the answer to a subject has that subject."""
        if self.template is not None:
            words = wording.filled(self.template, self.contact, self.venue)
            return {"subject": words.subject, "text": words.text}
        subject = self.answered.subject if self.answered else ""
        return {"subject": (_("Re: %(subject)s") % {"subject": subject})[:SUBJECT_LENGTH] if subject else ""}

    def answered_words(self) -> dict[str, Any] | None:
        """What the guest wrote, and when by the clock of the venue."""
        answered, zone = self.answered, self.venue.zone
        if answered is None:
            return None
        if isinstance(answered, Inquiry):
            at, text = answered.received_at, answered.message
        else:
            at, text = answered.at, answered.text
        return {"at": at.astimezone(zone), "subject": answered.subject, "text": text}

    @property
    def is_service(self) -> bool:
        """Whether it goes to who agreed to nothing, as long as its words stay those of its template."""
        return self.template is not None and self.template.kind == MessageKind.ASK_OPINION

    def draft(self, form: MessageForm) -> Draft:
        values = form.cleaned_data
        return Draft(
            contact=self.contact,
            venue=self.venue,
            channel=self.channel,
            template=self.template,
            subject=values.get("subject", ""),
            text=values["text"],
        )

    def explained(self, form: MessageForm) -> MessageForm:
        """The form; a refusal for want of consent alone names whom it is about, and says what to do."""
        refusal = getattr(form, "refusal", None)
        if not isinstance(refusal, NotMarketable) or refusal.message != NotMarketable.default_message:
            return form
        about = {"name": self.contact, "venue": self.venue.name, "channel": self.channel.label}
        said = (
            _("%(name)s has not agreed to be written to by %(venue)s (%(channel)s), so nothing was sent.") % about
            + " "
            + _(
                "Ask for consent at the next visit, or choose another channel or venue. Without consent you can answer "
                "what the guest wrote to this venue in the last 30 days, and ask for an opinion once after a visit, "
                "unless the guest has unsubscribed."
            )
        )
        form.errors["__all__"] = form.error_class([ValidationError(said)], error_class="nonfield")
        return form


def channels_of(contact: Contact) -> list[MessageChannel]:
    """The ways by which this contact can be reached, e-mail first."""
    addresses = {MessageChannel.EMAIL: contact.email, MessageChannel.SMS: contact.phone}
    return [channel for channel in SENDING_CHANNELS if addresses[channel]]


def read(contact: Contact, query: QueryDict, *, is_sent: bool = False) -> Composition | None:
    """What the address or the form names, and what is usual for the rest. None when there is no way to write.

    Once it is sent, a template that was deleted meanwhile is none: what was typed stays, and is a message like any other.
    """
    channels = channels_of(contact)
    if not channels:
        return None
    channel = next((one for one in channels if one == query.get("channel")), channels[0])
    named = query.get("venue")
    venue: Venue = Venue.objects.get(pk=pages.uuid_of(named)) if named else sending.usual_venue(contact)
    try:
        template = _template(query.get("template", ""), contact, channel)
    except MessageTemplate.DoesNotExist:
        if not is_sent:
            raise
        template = None
    return Composition(contact, venue, channel, template, _answered(query.get("reply"), contact))


def template_choices(composition: Composition) -> list[tuple[str, list[dict[str, Any]]]]:
    """The templates of the channel by language, the guest's own language first."""
    own = wording.language_of(composition.contact)
    found = MessageTemplate.objects.filter(channel=composition.channel).order_by(
        "language", "is_builtin", "name", "kind"
    )
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in sorted(found, key=lambda template: template.language != own):
        groups.setdefault(one.language, []).append({"id": one.pk, "name": message_templates.name_of(one)})
    return [(language_name(code), options) for code, options in groups.items()]


def channel_choices(contact: Contact) -> list[tuple[str, str]]:
    return [(one.value, capfirst(str(one.label))) for one in channels_of(contact)]


def venue_choices(composition: Composition, venues: Sequence[Venue]) -> list[tuple[Venue, bool]]:
    """The venues, and which one writes."""
    return [(venue, venue.pk == composition.venue.pk) for venue in venues]


def _template(named: str, contact: Contact, channel: MessageChannel) -> MessageTemplate | None:
    """A template by its id, or a suggested one by its kind; for another channel, the one that is alike."""
    if not named:
        return None
    if named in SUGGESTED:
        return message_templates.suggested(MessageKind(named), language=wording.language_of(contact), channel=channel)
    chosen: MessageTemplate = MessageTemplate.objects.get(pk=pages.uuid_of(named))
    if chosen.channel == channel:
        return chosen
    alike = {name: getattr(chosen, name) for name in ("kind", "name", "language", "is_builtin")}
    return MessageTemplate.objects.filter(**alike, channel=channel).first()


def _answered(named: str | None, contact: Contact) -> Message | Inquiry | None:
    """What this contact wrote to us under this id."""
    if not named:
        return None
    pk = pages.uuid_of(named)
    inquiry: Inquiry | None = Inquiry.objects.filter(contact=contact, pk=pk).first()
    return inquiry or Message.objects.get(contact=contact, direction=Direction.IN, pk=pk)
