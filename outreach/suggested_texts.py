"""The two suggested messages, in every language and for both channels (R-CRM-7): what they say until staff edit them.

Each tenant has a template for every one of them. While its text is empty it says what stands here, so that a better
translation reaches everybody who wrote no words of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outreach.models import SENDING_CHANNELS, MessageChannel, MessageKind, MessageTemplate
from tenants import rows


@dataclass(frozen=True, slots=True)
class Wording:
    subject: str
    text: str


_Words = tuple[str | Promise, str | Promise]
TEXTS: dict[tuple[MessageKind, MessageChannel], _Words] = {
    (MessageKind.ASK_OPINION, MessageChannel.EMAIL): (
        _("How did you like it at {venue}?"),
        _(
            "Hello {first_name},\n\n"
            "Thank you for coming to us. How did you like it? Tell us in a few words what was good and what we can do "
            "better: just reply to this message.\n\n"
            "See you soon,\n"
            "{venue}"
        ),
    ),
    (MessageKind.ASK_OPINION, MessageChannel.SMS): (
        "",
        _("Hello {first_name}, thank you for coming to {venue}. How did you like it? Tell us in a few words."),
    ),
    (MessageKind.INVITE, MessageChannel.EMAIL): (
        _("A table is waiting for you at {venue}"),
        _(
            "Hello {first_name},\n\n"
            "We would love to have you as our guest. Book a table, or order something good to take home: we look "
            "forward to meeting you.\n\n"
            "Yours,\n"
            "{venue}"
        ),
    ),
    (MessageKind.INVITE, MessageChannel.SMS): (
        "",
        _("Hello {first_name}, we would love to have you as our guest at {venue}. Book a table or order from us."),
    ),
}


def create_templates() -> None:
    """Give the tenant in force its templates of the suggested messages."""
    rows.insert(
        [
            MessageTemplate(kind=kind, language=language, channel=channel, is_builtin=True)
            for kind in (MessageKind.ASK_OPINION, MessageKind.INVITE)
            for language, _name in settings.LANGUAGES
            for channel in SENDING_CHANNELS
        ]
    )


def wording(template: MessageTemplate) -> Wording:
    """What a template says: the words of staff, else those of the program in the template's language."""
    if template.text:
        return Wording(template.subject, template.text)
    subject, text = TEXTS[MessageKind(template.kind), MessageChannel(template.channel)]
    with translation.override(template.language):
        return Wording(str(subject), str(text))
