"""Messages through the pages: suggested, written, answered, kept as templates (R-CONSENT-3, R-CRM-3, R-CRM-7, R-ID-1)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from uuid_utils.compat import uuid7

from bookings import lifecycle, taking
from bookings.models import BookingKind, BookingStatus
from bookings.taking import Draft as BookingDraft
from consent import unsubscribing
from consent.status import ConsentChannel, Status
from consent.unsubscribing import Evidence
from crm import bin, editing  # noqa: A004 - the contacts' bin
from crm.channel import Channel
from crm.intake import Guest
from crm.models import Contact
from outreach import delivering, following, inquiring, receiving, wording
from outreach.arrival import Sender
from outreach.models import Inquiry, Message, MessageStatus, MessageTemplate
from outreach.suggested_texts import Wording
from tenants import scope
from tenants.permissions import Role
from tests.dashboard.conftest import Visit as LetIn
from tests.dashboard.counter import see, send, text_of
from tests.dashboard.test_pages import url
from tests.personas import Place

GIULIA = Guest(
    first_name="Giulia", last_name="Moretti", email="giulia@example.com", phone="+393331042217", language="it"
)
WRITERS = [Role.OWNER, Role.MANAGER, Role.MARKETER]
HELLO = {"channel": "email", "subject": "The book", "text": "We kept it for you."}


@pytest.fixture
def giulia(trattoria: Place) -> Contact:
    with trattoria.enter():
        return editing.add(GIULIA).contact


def came(place: Place) -> None:
    """Giulia booked online for yesterday, and sat at the table."""
    starts_at = timezone.now() - datetime.timedelta(days=1)
    guest = Guest(email=GIULIA.email)
    with scope.enter(place.id, scope.SYSTEM):
        booking = taking.take(
            BookingDraft(
                venue=place.venue,
                guest=guest,
                kind=BookingKind.RESERVATION,
                channel=Channel.WEB,
                party_size=2,
                starts_at=starts_at,
                contact=None,
                snapshot={"email": GIULIA.email},
            )
        ).booking
        lifecycle.set_status(booking, BookingStatus.ARRIVED, at=starts_at)


def agree(place: Place, contact: Contact) -> None:
    """She signed a paper: e-mail of the first venue."""
    at = timezone.now()
    evidence = Evidence("paper form", at.date() - datetime.timedelta(days=1), "I would like your news.")
    with place.enter():
        unsubscribing.set_status(
            contact, Status.EXPLICIT, venue=place.venue, channel=ConsentChannel.EMAIL, evidence=evidence, at=at
        )


def asked(place: Place, message: str = "Do you have a table for twenty?", **guest: str) -> Inquiry:
    """What came by the contact form."""
    snapshot: dict[str, Any] = guest or {"first_name": "Giulia", "last_name": "Moretti", "email": GIULIA.email}
    with scope.enter(place.id, scope.SYSTEM):
        sender = Sender(place.venue, Guest(**snapshot), snapshot)
        return inquiring.receive(sender, subject="A birthday", message=message).sent


def said(place: Place, contact: Contact, text: str = "Is the garden open?", *, days_ago: int = 0) -> Message:
    """What the guest wrote in the app."""
    at = timezone.now() - datetime.timedelta(days=days_ago)
    with place.enter():
        return receiving.receive(contact, venue=place.venue, text=text, at=at)


def template(place: Place, kind: str, language: str = "it", channel: str = "email") -> MessageTemplate:
    with place.enter():
        found: MessageTemplate = MessageTemplate.objects.get(
            kind=kind, language=language, channel=channel, is_builtin=True
        )
        return found


def _words(place: Place, contact: Contact, kind: str) -> Wording:
    """What the suggested message says to this guest, by e-mail."""
    found = template(place, kind)
    with place.enter():
        return wording.filled(found, contact, place.venue)


def own_template(place: Place, **changes: str) -> MessageTemplate:
    fields = {"kind": "free", "name": "Parking", "language": "it", "channel": "email", "subject": "Where to park"}
    values = {**fields, "text": "Hello {first_name}, park behind {venue}.", **changes}
    assert send(place, "message_template_new", **values).status_code == 302
    with place.enter():
        return MessageTemplate.objects.get(name=values["name"])


def sent(place: Place) -> list[Message]:
    with place.enter():
        return list(Message.objects.filter(direction="out"))


def write(place: Place, contact: Contact, *, role: str = Role.OWNER, **values: Any) -> Any:
    return send(place, "write", contact.pk, role=role, **{**HELLO, "venue": place.venue.pk, **values})


# The suggested message on the card


def test_who_was_here_is_to_be_asked_for_an_opinion_in_their_language(trattoria: Place, giulia: Contact) -> None:
    came(trattoria)
    client = trattoria.signed_in(Role.MARKETER)
    card = client.get(url(trattoria, "contact", giulia.pk))

    page = client.get(f"{url(trattoria, 'write', giulia.pk)}?{card.context['suggestion']['query']}")

    assert "has not been asked for an opinion yet. Ask for an opinion" in text_of(card)
    assert page.context["composition"].template == template(trattoria, "ask_opinion")
    assert page.context["form"]["text"].value() == _words(trattoria, giulia, "ask_opinion").text
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


def test_a_host_who_may_not_write_sees_no_suggestion(trattoria: Place, giulia: Contact) -> None:
    came(trattoria)

    page = see(trattoria, "contact", giulia.pk, role=Role.HOST)

    assert "Ask for an opinion" not in page
    assert " Write " not in page
    assert " Write " in see(trattoria, "contact", giulia.pk, role=Role.MARKETER)


# Writing


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
        ({"channel": "sms", "subject": "", "text": "a" * 919}, "An SMS has at most 918 characters."),
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


# The inbox


def test_what_waits_for_an_answer_comes_newest_first(trattoria: Place, giulia: Contact) -> None:
    said(trattoria, giulia, "Is the garden open?", days_ago=2)
    asked(trattoria, "Do you have a table for twenty?")

    page = see(trattoria, "messages", role=Role.HOST)

    marks = ["Giulia Moretti open Inquiry · contact form", "table for twenty", "Giulia Moretti open", "garden open?"]
    places = [page.index(mark) for mark in marks]
    assert places[0] < places[1] < places[3]
    assert "Mark as handled" not in page
    assert "Reply" not in page


@pytest.mark.parametrize("role", WRITERS)
def test_an_inquiry_is_marked_as_handled_and_opened_again(trattoria: Place, role: str) -> None:
    inquiry = asked(trattoria)
    here = url(trattoria, "messages")

    answer = send(trattoria, "inquiry_handled", inquiry.pk, role=role, handled="yes", next=here)

    assert (answer.status_code, answer.url) == (302, here)
    assert "Nothing is waiting for an answer" in see(trattoria, "messages")
    assert "handled by" in see(trattoria, "messages", show="all")
    send(trattoria, "inquiry_handled", inquiry.pk, role=role, handled="no")
    assert "table for twenty" in see(trattoria, "messages")


def test_a_host_may_not_mark_an_inquiry(trattoria: Place) -> None:
    inquiry = asked(trattoria)

    assert send(trattoria, "inquiry_handled", inquiry.pk, role=Role.HOST, handled="yes").status_code == 403
    assert "table for twenty" in see(trattoria, "messages")


def test_a_guests_message_is_open_until_the_venue_wrote_back(trattoria: Place, giulia: Contact) -> None:
    said(trattoria, giulia, days_ago=1)
    assert "garden open?" in see(trattoria, "messages")

    write(trattoria, giulia)

    assert "garden open?" not in see(trattoria, "messages")
    assert "Giulia Moretti answered" in see(trattoria, "messages", show="all")


def test_a_message_is_open_for_thirty_days_at_most(trattoria: Place, giulia: Contact) -> None:
    said(trattoria, giulia, days_ago=31)

    assert "garden open?" not in see(trattoria, "messages")
    assert "garden open?" in see(trattoria, "messages", show="all")


def test_a_message_that_did_not_leave_says_why(trattoria: Place, giulia: Contact) -> None:
    said(trattoria, giulia)
    write(trattoria, giulia)
    with trattoria.enter():
        Message.objects.filter(direction="out").update(
            status=MessageStatus.FAILED, error=delivering.REFUSED, error_detail="550 no such user"
        )

    for name, args, query in (
        ("messages", [], {"show": "failed"}),
        ("messages", [], {"show": "all"}),
        ("contact", [giulia.pk], {"tab": "communications"}),
    ):
        page = see(trattoria, name, *args, **query)
        assert "The mail server or the SMS provider refused it. (550 no such user)" in page
    assert "garden open?" in see(trattoria, "messages")


def test_a_reply_is_offered_where_the_guest_can_be_reached(trattoria: Place, giulia: Contact) -> None:
    inquiry = asked(trattoria)

    page = trattoria.signed_in().get(url(trattoria, "messages")).content.decode()

    assert f"{url(trattoria, 'write', giulia.pk)}?venue={trattoria.venue.pk}&amp;reply={inquiry.pk}" in page


def test_a_guest_who_is_no_contact_is_named_as_the_form_says(trattoria: Place) -> None:
    asked(trattoria, first_name="Nobody", last_name="Known")

    page = trattoria.signed_in().get(url(trattoria, "messages"))

    assert "Nobody Known open Inquiry" in text_of(page)
    assert page.context["entries"][0]["reply_query"] == ""


def test_pages_of_the_inbox_follow_one_another(
    trattoria: Place, giulia: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.inbox.PAGE_SIZE", 2)
    said(trattoria, giulia, "first", days_ago=3)
    said(trattoria, giulia, "second", days_ago=2)
    asked(trattoria, "third")
    client = trattoria.signed_in()

    newest = client.get(url(trattoria, "messages"))
    oldest = client.get(newest.context["older_url"])

    assert [one["text"] for one in newest.context["entries"]] == ["third", "second"]
    assert [one["text"] for one in oldest.context["entries"]] == ["first"]
    assert client.get(oldest.context["newer_url"]).context["entries"][0]["text"] == "third"


def test_an_unknown_view_and_a_broken_cursor_show_the_first_page(trattoria: Place) -> None:
    asked(trattoria)

    assert "table for twenty" in see(trattoria, "messages", show="zzz", cursor="zzz")


# Templates


@pytest.mark.parametrize("role", WRITERS)
def test_a_suggested_message_is_reworded_and_goes_back_to_the_original(trattoria: Place, role: str) -> None:
    asking = template(trattoria, "ask_opinion", "en")
    original = trattoria.signed_in().get(url(trattoria, "message_template", asking.pk)).context["form"]["text"].value()
    words = {"subject": "Well?", "text": "Hello {first_name}, how was it at {venue}?"}

    assert send(trattoria, "message_template", asking.pk, role=role, **words).status_code == 302
    page = see(trattoria, "message_template", asking.pk)
    assert f"Hello Anna, how was it at {trattoria.venue.name}?" in page
    assert "your words Well?" in see(trattoria, "message_templates")

    assert send(trattoria, "message_template_reset", asking.pk, role=role).status_code == 302
    form = trattoria.signed_in().get(url(trattoria, "message_template", asking.pk)).context["form"]
    assert form["text"].value() == original
    assert template(trattoria, "ask_opinion", "en").text == ""


def test_saving_a_suggested_message_untouched_leaves_it_the_programs(trattoria: Place) -> None:
    asking = template(trattoria, "ask_opinion", "en")
    form = trattoria.signed_in().get(url(trattoria, "message_template", asking.pk)).context["form"]

    send(
        trattoria,
        "message_template",
        asking.pk,
        subject=form["subject"].value(),
        text=form["text"].value().replace("\n", "\r\n"),
    )

    assert template(trattoria, "ask_opinion", "en").text == ""


def test_a_template_of_ones_own_is_added_renamed_and_deleted(trattoria: Place) -> None:
    parking = own_template(trattoria)
    assert "Parking Message Italian E-mail" in see(trattoria, "message_templates")

    words = {"name": "The car", "subject": parking.subject, "text": parking.text}
    assert send(trattoria, "message_template", parking.pk, **words).status_code == 302
    assert "The car" in see(trattoria, "message_templates")

    assert send(trattoria, "message_template_delete", parking.pk).status_code == 302
    assert "No templates of your own yet" in see(trattoria, "message_templates")


def test_the_hidden_subject_of_an_sms_is_dropped(trattoria: Place) -> None:
    assert own_template(trattoria, channel="sms", subject="left over").subject == ""


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"text": "Hello {name}"}, "Only {first_name}, {last_name} and {venue} may stand in braces."),
        ({"subject": ""}, "An e-mail needs a subject."),
        ({"name": ""}, "This field is required."),
        ({"channel": "sms", "text": "a" * 919}, "An SMS has at most 918 characters."),
        ({}, "There is already a template of this name, language and channel."),
    ],
)
def test_a_faulty_template_is_told_beside_its_field(trattoria: Place, values: dict[str, str], expected: str) -> None:
    own_template(trattoria)
    fields = {"kind": "free", "name": "Parking", "language": "it", "channel": "email", "subject": "S", "text": "T"}

    answer = send(trattoria, "message_template_new", **{**fields, **values})

    assert answer.status_code == 400
    assert expected in text_of(answer)


def test_a_suggested_message_is_not_deleted(trattoria: Place) -> None:
    asking = template(trattoria, "ask_opinion")

    send(trattoria, "message_template_delete", asking.pk)

    assert template(trattoria, "ask_opinion") == asking


def test_a_host_may_not_touch_templates(trattoria: Place) -> None:
    asking = template(trattoria, "ask_opinion")

    for name in ("message_template", "message_template_reset", "message_template_delete"):
        assert send(trattoria, name, asking.pk, role=Role.HOST, text="Mine").status_code == 403
    assert template(trattoria, "ask_opinion").text == ""
