"""The inbox through the pages: what waits for an answer, and what could not be sent (R-CRM-3, R-CRM-7, R-ID-1)."""

from __future__ import annotations

import pytest

from crm import editing
from crm.models import Contact
from outreach import delivering
from outreach.models import Message, MessageStatus
from tenants.permissions import Role
from tests.dashboard.counter import see, send, text_of
from tests.dashboard.letters import (
    GIULIA,
    WRITERS,
    agree,
    asked,
    said,
    write,
)
from tests.dashboard.test_pages import url
from tests.personas import Place


@pytest.fixture
def giulia(trattoria: Place) -> Contact:
    with trattoria.enter():
        return editing.add(GIULIA).contact


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


def test_the_communications_of_a_card_are_told_newest_first(trattoria: Place, giulia: Contact) -> None:
    agree(trattoria, giulia)
    asked(trattoria)
    said(trattoria, giulia)
    write(trattoria, giulia, subject="The garden", text="It is open until ten.")
    write(trattoria, giulia, subject="Truffles", text="They are here.")
    with trattoria.enter():
        Message.objects.filter(subject="The garden").update(status=MessageStatus.SENT)
        Message.objects.filter(subject="Truffles").update(
            status=MessageStatus.FAILED, error=delivering.REFUSED, error_detail="mailbox full"
        )

    page = see(trattoria, "contact", giulia.pk, tab="communications")

    told = [
        "Truffles They are here.",
        "The garden It is open until ten.",
        "Is the garden open?",
        "Do you have a table for twenty?",
    ]
    assert [page.index(words) for words in told] == sorted(page.index(words) for words in told)
    for words in (
        "Not sent",
        "mailbox full",
        "Sent",
        "Received",
        "Reply · e-mail",
        "Message · app",
        "Inquiry · contact form",
    ):
        assert words in page
    assert page.count(trattoria.owner.name or "owner@trattoria.example.com") >= 2


def test_older_communications_are_a_page_away(trattoria: Place, giulia: Contact) -> None:
    for number in range(27):
        said(trattoria, giulia, f"Message number {number:02}")
    address = url(trattoria, "contact", giulia.pk)

    first = trattoria.signed_in().get(address, {"tab": "communications"})
    older = trattoria.signed_in().get(first.context["older_url"])

    assert ("Message number 26" in text_of(first), "Message number 01" in text_of(first)) == (True, False)
    assert ("Message number 26" in text_of(older), "Message number 01" in text_of(older)) == (False, True)
    assert older.context["older_url"] is None
