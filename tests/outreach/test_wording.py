"""What a template may say, in whose language, and what becomes of it (R-CRM-7)."""

from __future__ import annotations

import pytest

from crm.models import Contact
from outreach import suggested_texts, wording
from outreach.models import MessageChannel, MessageKind, MessageTemplate
from outreach.suggested_texts import Wording
from tenants.models import Tenant

EMAIL, SMS = MessageChannel.EMAIL, MessageChannel.SMS


def template(text, subject="Hello", channel=EMAIL):
    return MessageTemplate(kind="free", language="en", channel=channel, subject=subject, text=text)


@pytest.mark.parametrize(
    ("text", "first_name", "filled"),
    [
        ("Hello {first_name}, welcome to {venue}.", "Anna", "Hello Anna, welcome to Centro."),
        ("Hello {first_name}, welcome to {venue}.", "", "Hello, welcome to Centro."),
        ("{first_name} {last_name}: come back", "", "Rossi: come back"),
        ("{first_name}", "{venue}", "{venue}"),
        ("Hello\n{first_name}", "", "Hello"),
        ("No placeholder at all", "Anna", "No placeholder at all"),
    ],
)
def test_placeholders_are_filled_once_and_a_missing_name_leaves_no_gap(inside, text, first_name, filled):
    anna = Contact(first_name=first_name, last_name="Rossi")

    assert wording.filled(template(text), anna, inside.venue).text == filled


@pytest.mark.parametrize(
    "text", ["{link}", "{First_name}", "{first_name", "first_name}", "{{venue}}", "{}", "{ venue }"]
)
@pytest.mark.parametrize("field", ["subject", "text"])
def test_any_other_brace_is_a_mistake_that_a_guest_would_read(field, text):
    words = Wording(**{"subject": "Hello", "text": "Hello", field: text})

    with pytest.raises(wording.UnknownPlaceholder) as refusal:
        wording.check_placeholders(words)

    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("channel", "subject", "text", "refusal", "field"),
    [
        (EMAIL, "", "Hello", wording.SubjectNeeded, "subject"),
        (EMAIL, "Hello", "", wording.TextNeeded, "text"),
        (SMS, "Hello", "Hello", wording.SubjectNotAllowed, "subject"),
        (SMS, "", "", wording.TextNeeded, "text"),
        (SMS, "", "a" * 919, wording.TextTooLong, "text"),
    ],
)
def test_an_email_has_a_subject_and_an_sms_is_short(channel, subject, text, refusal, field):
    with pytest.raises(refusal) as raised:
        wording.check(Wording(subject, text), channel)

    assert raised.value.field == field


def test_an_sms_of_six_parts_is_not_too_long():
    wording.check(Wording("", "a" * 918), SMS)


@pytest.mark.parametrize(
    ("language", "house", "written"),
    [("it", "en", "it"), ("fr", "en", "fr"), ("de", "it", "it"), ("", "pl", "pl"), ("de", "xx", "en")],
)
def test_a_guest_is_written_to_in_their_language_else_the_houses(inside, language, house, written):
    Tenant.objects.filter(pk=inside.id).update(language=house)

    assert wording.language_of(Contact(language=language)) == written


def test_every_tenant_has_the_suggested_messages_in_every_language_and_channel(inside):
    found = sorted(MessageTemplate.objects.filter(is_builtin=True).values_list("kind", "language", "channel"))

    assert found == sorted(
        (kind, language, channel)
        for kind in ("ask_opinion", "invite")
        for language in ("en", "it", "fr", "pl")
        for channel in ("email", "sms")
    )


def test_the_programs_own_texts_may_be_sent_as_they_are(inside):
    for builtin in MessageTemplate.objects.filter(is_builtin=True):
        words = suggested_texts.wording(builtin)

        wording.check(words, MessageChannel(builtin.channel))
        wording.check_placeholders(words)
        assert "{" not in wording.filled(builtin, Contact(), inside.venue).text


def test_the_words_of_staff_go_before_the_programs(inside):
    own = MessageTemplate(kind=MessageKind.INVITE, language="it", channel=SMS, text="Vieni!", is_builtin=True)

    assert suggested_texts.wording(own) == Wording("", "Vieni!")
