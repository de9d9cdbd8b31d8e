"""Writing to a guest through the pages: suggested, with a template, as a reply (R-CONSENT-3, R-CRM-7).

What guests wrote is in test_inbox.py (R-CRM-3, R-ID-1), templates in test_message_settings.py.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from uuid_utils.compat import uuid7

from crm import bin, editing  # noqa: A004 - the contacts' bin
from crm.guest_data import Guest
from crm.models import Contact
from outreach import following
from tenants.permissions import Role
from tests.dashboard.conftest import Visit as LetIn
from tests.dashboard.counter import see, send, text_of
from tests.dashboard.letters import (
    GIULIA,
    HELLO,
    WRITERS,
    agree,
    asked,
    came,
    own_template,
    said,
    sent,
    template,
    words,
    write,
)
from tests.dashboard.test_pages import url
from tests.personas import Place


@pytest.fixture
def giulia(trattoria: Place) -> Contact:
    with trattoria.enter():
        return editing.add(GIULIA).contact


def test_who_was_here_is_to_be_asked_for_an_opinion_in_their_language(trattoria: Place, giulia: Contact) -> None:
    came(trattoria)
    client = trattoria.signed_in(Role.MARKETER)
    card = client.get(url(trattoria, "contact", giulia.pk))

    page = client.get(f"{url(trattoria, 'write', giulia.pk)}?{card.context['suggestion']['query']}")

    assert "has not been asked for an opinion yet. Ask for an opinion" in text_of(card)
    assert page.context["composition"].template == template(trattoria, "ask_opinion")
    assert page.context["form"]["text"].value() == words(trattoria, giulia, "ask_opinion").text
    assert f"To {GIULIA.email} , from {trattoria.venue.name}" in text_of(page)


def test_the_button_leads_to_a_message_that_may_be_sent(trattoria: Place, giulia: Contact) -> None:
    came(trattoria)
    client = trattoria.signed_in()
    query = client.get(url(trattoria, "contact", giulia.pk)).context["suggestion"]["query"]
    page = client.get(f"{url(trattoria, 'write', giulia.pk)}?{query}")
    form, composition = page.context["form"], page.context["composition"]

    answer = write(
        trattoria,
        giulia,
        template=composition.template.pk,
        venue=composition.venue.pk,
        channel=composition.channel,
        subject=form["subject"].value(),
        text=form["text"].value(),
    )

    assert answer.status_code == 302
    assert [(one.kind, one.purpose, one.status) for one in sent(trattoria)] == [("ask_opinion", "service", "queued")]
    assert "this guest was written to already" in see(trattoria, "contact", giulia.pk)


def test_a_request_for_an_opinion_with_other_words_is_told_to_be_advertising(trattoria: Place, giulia: Contact) -> None:
    came(trattoria)
    asking = template(trattoria, "ask_opinion").pk
    before = text_of(trattoria.signed_in().get(url(trattoria, "write", giulia.pk), {"template": str(asking)}))

    answer = write(trattoria, giulia, template=asking, text="50% off all pizzas!")

    assert "With other words it is advertising, and goes only to who agreed to that." in before
    assert answer.status_code == 400
    assert "A request for an opinion with changed words is advertising" in text_of(answer)
    assert sent(trattoria) == []


def test_who_never_came_and_agreed_is_invited(trattoria: Place, giulia: Contact) -> None:
    agree(trattoria, giulia)

    assert "agreed to hear from you and never came or ordered. Invite" in see(trattoria, "contact", giulia.pk)


def test_who_may_not_be_written_to_has_the_reason_in_words(trattoria: Place, giulia: Contact) -> None:
    assert "No message is suggested: this guest has no address" in see(trattoria, "contact", giulia.pk)


def test_an_invitation_goes_to_who_agreed(trattoria: Place, giulia: Contact) -> None:
    agree(trattoria, giulia)

    answer = write(trattoria, giulia, template=template(trattoria, "invite").pk)

    assert answer.status_code == 302
    assert [(one.kind, one.purpose) for one in sent(trattoria)] == [("invite", "marketing")]


def test_where_the_settings_do_not_say_whom_marketing_is_from_the_form_leads_to_them(
    trattoria: Place, giulia: Contact
) -> None:
    agree(trattoria, giulia)
    with trattoria.enter():
        type(trattoria.venue).objects.update(legal_name="", postal_address="")
    settings = url(trattoria, "venue_edit", trattoria.venue.pk)

    answer = write(trattoria, giulia, template=template(trattoria, "invite").pk)

    assert answer.status_code == 400
    assert "Marketing must say whom it is from." in text_of(answer)
    assert f'href="{settings}"' in answer.content.decode()
    assert settings not in write(trattoria, giulia, role=Role.MARKETER).content.decode()
    form = trattoria.signed_in().get(settings).context["form"]
    suggested = [form[name].field.widget.attrs["placeholder"] for name in ("legal_name", "postal_address")]
    assert (suggested[0], form["legal_name"].value()) == ("Trattoria", "")
    assert form["postal_address"].value() == ""


def test_a_host_who_may_not_write_sees_no_suggestion(trattoria: Place, giulia: Contact) -> None:
    came(trattoria)

    page = see(trattoria, "contact", giulia.pk, role=Role.HOST)

    assert "Ask for an opinion" not in page
    assert " Write " not in page
    assert " Write " in see(trattoria, "contact", giulia.pk, role=Role.MARKETER)


@pytest.mark.parametrize("role", WRITERS)
def test_a_message_is_queued_and_leads_back_to_the_communications(trattoria: Place, giulia: Contact, role: str) -> None:
    said(trattoria, giulia)

    answer = write(trattoria, giulia, role=role)

    assert answer.status_code == 302
    assert answer.url == f"{url(trattoria, 'contact', giulia.pk)}?tab=communications"
    (message,) = sent(trattoria)
    assert (message.kind, message.subject, message.text) == ("reply", HELLO["subject"], HELLO["text"])
    assert (message.address, message.venue_id) == (GIULIA.email, trattoria.venue.pk)


def test_a_host_may_not_write(trattoria: Place, giulia: Contact) -> None:
    said(trattoria, giulia)

    assert write(trattoria, giulia, role=Role.HOST).status_code == 403
    assert trattoria.signed_in(Role.HOST).get(url(trattoria, "write", giulia.pk)).status_code == 403
    assert sent(trattoria) == []


def test_without_consent_the_form_says_what_to_do(trattoria: Place, giulia: Contact) -> None:
    answer = write(trattoria, giulia)

    assert answer.status_code == 400
    refused = f"Giulia Moretti has not agreed to be written to by {trattoria.venue.name} (e-mail), so nothing was sent."
    assert refused in text_of(answer)
    assert "Ask for consent at the next visit" in text_of(answer)
    assert HELLO["text"] in text_of(answer)
    assert sent(trattoria) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"text": ""}, "This field is required."),
        ({"subject": ""}, "This field is required."),
        ({"channel": "sms", "subject": "", "text": "a" * 919}, "An SMS has at most 918 characters"),
        ({"text": "a" * 5001}, "Ensure this value has at most 5000 characters"),
    ],
)
def test_faulty_words_are_told_beside_their_field(
    trattoria: Place, giulia: Contact, values: dict[str, str], expected: str
) -> None:
    answer = write(trattoria, giulia, **values)

    assert answer.status_code == 400
    assert expected in text_of(answer)
    assert sent(trattoria) == []


def test_only_the_channels_that_the_contact_has_are_offered(trattoria: Place) -> None:
    with trattoria.enter():
        marek = editing.add(Guest(first_name="Marek", phone="+48601101107")).contact

    answer = trattoria.signed_in().get(url(trattoria, "write", marek.pk))

    assert answer.context["channels"] == [("sms", "SMS")]
    assert list(answer.context["form"].fields) == ["text"]
    assert "To +48 601 101 107 , from" in text_of(answer)


def test_who_has_no_address_cannot_be_written_to(trattoria: Place) -> None:
    with trattoria.enter():
        user = following.follow(trattoria.venue, "app-1", at=timezone.now()).follower.contact

    assert "neither an e-mail nor a phone number" in see(trattoria, "write", user.pk)


def test_another_template_brings_its_words_filled_in(trattoria: Place, giulia: Contact) -> None:
    parking = own_template(trattoria)
    client = trattoria.signed_in()

    part = client.get(url(trattoria, "write", giulia.pk), {"template": str(parking.pk)}, headers={"HX-Request": "true"})

    assert "<html" not in part.content.decode()
    assert part.context["form"]["subject"].value() == "Where to park"
    assert part.context["form"]["text"].value() == f"Hello Giulia, park behind {trattoria.venue.name}."


def test_for_another_channel_the_template_that_is_alike_is_taken(trattoria: Place, giulia: Contact) -> None:
    by_mail, by_sms = template(trattoria, "invite"), template(trattoria, "invite", channel="sms")
    parking = own_template(trattoria)
    client = trattoria.signed_in()

    def taken(pk: object) -> object:
        answer = client.get(url(trattoria, "write", giulia.pk), {"template": str(pk), "channel": "sms"})
        return answer.context["composition"].template

    assert taken(by_mail.pk) == by_sms
    assert taken(parking.pk) is None


def test_words_typed_without_a_template_outlive_another_choice(trattoria: Place, giulia: Contact) -> None:
    client, address = trattoria.signed_in(), url(trattoria, "write", giulia.pk)

    without = client.get(address, {"channel": "sms"}, headers={"HX-Request": "true"}).content.decode()
    with_one = client.get(address, {"template": "invite"}, headers={"HX-Request": "true"}).content.decode()

    assert "hx-preserve" in without
    assert "hx-preserve" not in with_one


def test_in_a_browser_a_choice_keeps_what_was_typed_and_a_template_brings_its_words(
    visit: LetIn, trattoria: Place, giulia: Contact
) -> None:
    own_template(trattoria)
    page = visit(trattoria, Role.MARKETER).go(f"contacts/{giulia.pk}/write/")
    page.get_by_label("Text").fill("We kept the book.")

    page.get_by_label("Venue", exact=True).select_option(label="Mare")
    expect(page.locator("form[method=post] p", has_text="from Mare")).to_be_visible()
    expect(page.get_by_label("Text")).to_have_value("We kept the book.")

    page.get_by_label("Template").select_option(label="Parking")
    expect(page.get_by_label("Text")).to_have_value("Hello Giulia, park behind Mare.")


def test_the_templates_in_the_guests_language_come_first(trattoria: Place, giulia: Contact) -> None:
    answer = trattoria.signed_in().get(url(trattoria, "write", giulia.pk))

    assert [language for language, _options in answer.context["templates"]] == [
        "Italian",
        "English",
        "French",
        "Polish",
    ]


def test_a_reply_shows_what_it_answers(trattoria: Place, giulia: Contact) -> None:
    inquiry = asked(trattoria)

    answer = trattoria.signed_in().get(url(trattoria, "write", giulia.pk), {"reply": str(inquiry.pk)})

    assert "Do you have a table for twenty?" in text_of(answer)
    assert answer.context["form"]["subject"].value() == "Re: A birthday"


@pytest.mark.parametrize(
    "query",
    [{"venue": "x"}, {"venue": str(uuid7())}, {"template": "x"}, {"template": str(uuid7())}, {"reply": str(uuid7())}],
)
def test_what_is_nobodys_is_not_found(trattoria: Place, giulia: Contact, query: dict[str, Any]) -> None:
    assert trattoria.signed_in().get(url(trattoria, "write", giulia.pk), query).status_code == 404


def test_a_contact_in_the_bin_is_restored_first(trattoria: Place, giulia: Contact) -> None:
    with trattoria.enter():
        bin.delete(giulia)

    answer = trattoria.signed_in().get(url(trattoria, "write", giulia.pk))

    assert answer.status_code == 409
    assert "restore it first" in text_of(answer)


def test_another_tenant_finds_neither_contact_nor_inquiry_nor_template(
    trattoria: Place, bistro: Place, giulia: Contact
) -> None:
    inquiry, parking = asked(trattoria), own_template(trattoria)

    assert bistro.signed_in().get(url(bistro, "write", giulia.pk)).status_code == 404
    assert send(bistro, "write", giulia.pk, **HELLO).status_code == 404
    assert send(bistro, "inquiry_handled", inquiry.pk, handled="yes").status_code == 404
    assert bistro.signed_in().get(url(bistro, "message_template", parking.pk)).status_code == 404
    assert send(bistro, "message_template_reset", parking.pk).status_code == 404
    assert send(bistro, "message_template_delete", parking.pk).status_code == 404
    assert "table for twenty" not in see(bistro, "messages", show="all")


def test_a_template_that_was_deleted_while_the_page_was_open_loses_no_words(trattoria: Place, giulia: Contact) -> None:
    agree(trattoria, giulia)
    parking = own_template(trattoria)
    send(trattoria, "message_template_delete", parking.pk)

    assert write(trattoria, giulia, template=str(parking.pk)).status_code == 302

    (message,) = sent(trattoria)
    assert (message.text, message.template, message.kind) == (HELLO["text"], None, "free")
