"""A contact's communications: messages out and in, and inquiries, newest first (R-CRM-3)."""

from __future__ import annotations

import datetime

import pytest

from crm.models import Contact
from outreach import receiving
from outreach.models import Inquiry
from tests.api.test_problems import assert_problem
from tests.outreach.people import agree, contact, write

START = datetime.datetime(2026, 5, 1, 12, 0, tzinfo=datetime.UTC)


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def anna(key):
    return contact(key)


def wrote(place, contact_id, day, *, venue=None, text="Dogs?"):
    with place.enter():
        anna = Contact.objects.get(pk=contact_id)
        at = START + datetime.timedelta(days=day)
        return str(receiving.receive(anna, venue=venue or place.venue, text=text, subject="Question", at=at).pk)


def inquired(place, contact_id, day, *, venue=None):
    with place.enter():
        anna = Contact.objects.get(pk=contact_id)
        at = START + datetime.timedelta(days=day)
        inquiry = Inquiry.objects.create(
            contact=anna, venue=venue or place.venue, subject="Party", message="For 40?", received_at=at
        )
        return str(inquiry.pk)


def ids(answer):
    return [row["id"] for row in answer["results"]]


def test_each_says_its_type_details_date_and_link(key, trattoria, anna):
    agree(key, anna, trattoria)
    message, inquiry = wrote(trattoria, anna, 0), inquired(trattoria, anna, 1)
    sent = write(key, anna, template="invite").json()

    rows = key.get(f"contacts/{anna}/communications/").json()["results"]

    assert ids({"results": rows}) == [sent["id"], inquiry, message]
    assert rows[0] == {
        "id": sent["id"],
        "type": "invite",
        "direction": "out",
        "channel": "email",
        "status": "queued",
        "venue": str(trattoria.venue.pk),
        "subject": sent["subject"],
        "text": sent["text"],
        "error": "",
        "at": sent["at"],
        "sent_by": "admin",
        "link": f"/api/v1/messages/{sent['id']}/",
    }
    assert rows[1] == {
        "id": inquiry,
        "type": "inquiry",
        "direction": "in",
        "channel": "form",
        "status": "received",
        "venue": str(trattoria.venue.pk),
        "subject": "Party",
        "text": "For 40?",
        "error": "",
        "at": "2026-05-02T12:00:00Z",
        "sent_by": "",
        "link": f"/api/v1/inquiries/{inquiry}/",
    }
    assert {name: rows[2][name] for name in ("type", "direction", "channel", "status", "subject", "text", "at")} == {
        "type": "free",
        "direction": "in",
        "channel": "app",
        "status": "received",
        "subject": "Question",
        "text": "Dogs?",
        "at": "2026-05-01T12:00:00Z",
    }


def test_every_link_leads_to_its_page(key, trattoria, anna):
    wrote(trattoria, anna, 0)
    inquired(trattoria, anna, 1)

    for row in key.get(f"contacts/{anna}/communications/").json()["results"]:
        assert key.get(row["link"]).json()["id"] == row["id"]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 50])
def test_pages_walk_through_both_tables_and_back(key, trattoria, anna, limit):
    made = [(wrote if day % 3 else inquired)(trattoria, anna, day) for day in range(8)]
    walked: list[str] = []
    path: str | None = f"contacts/{anna}/communications/?limit={limit}"
    while path:
        page = key.get(path).json()
        walked, path = walked + ids(page), page["next"]
    assert walked == made[::-1]

    returned = ids(page)
    while page["previous"]:
        page = key.get(page["previous"]).json()
        returned = ids(page) + returned
    assert returned == made[::-1]


def test_what_came_at_the_same_moment_is_shown_once(key, trattoria, anna):
    made = {
        wrote(trattoria, anna, 0),
        wrote(trattoria, anna, 0),
        inquired(trattoria, anna, 0),
        inquired(trattoria, anna, 0),
    }

    walked: list[str] = []
    path: str | None = f"contacts/{anna}/communications/?limit=1"
    while path:
        page = key.get(path).json()
        walked, path = walked + ids(page), page["next"]

    assert len(walked) == 4
    assert set(walked) == made


def test_another_guests_communications_are_not_shown(key, trattoria, anna):
    bruno = contact(key, email="bruno@example.com", phone="")
    wrote(trattoria, bruno, 0)
    inquired(trattoria, bruno, 1)

    assert key.get(f"contacts/{anna}/communications/").json() == {"next": None, "previous": None, "results": []}


def test_a_key_of_one_venue_sees_what_was_written_to_that_venue(trattoria, bearer, anna):
    mare = trattoria.venues[1]
    wrote(trattoria, anna, 0)
    inquired(trattoria, anna, 1)
    own = [wrote(trattoria, anna, 2, venue=mare), inquired(trattoria, anna, 3, venue=mare)]

    assert ids(bearer(trattoria, venue=mare).get(f"contacts/{anna}/communications/").json()) == own[::-1]


@pytest.mark.parametrize("preset", ["widget", "pos", "wifi", "read"])
def test_reading_them_needs_its_permission(trattoria, bearer, anna, preset):
    problem = assert_problem(
        bearer(trattoria, preset).get(f"contacts/{anna}/communications/"), 403, "permission_denied"
    )

    assert problem["permission"] == "messages_read"


def test_an_unknown_parameter_is_400(key, anna):
    assert_problem(key.get(f"contacts/{anna}/communications/?type=invite"), 400, "invalid")


def test_the_communications_of_a_stranger_are_404(bistro, bearer, anna):
    assert_problem(bearer(bistro).get(f"contacts/{anna}/communications/"), 404, "not_found")
