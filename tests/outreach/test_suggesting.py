"""Which message a guest should get next, and why none (R-CRM-7)."""

from __future__ import annotations

import datetime
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent import reading
from crm import dealings, listing
from crm.models import Contact
from outreach import delivering, receiving, suggesting
from outreach.models import Message, MessageKind
from tenants import venues
from tests.outreach.people import ANNA, YESTERDAY, agree, book, contact, leave, order, sell, suggestion, write

NOW = datetime.datetime.now(datetime.UTC)
ASK = {"kind": "ask_opinion", "reason": "visited"}
INVITE = {"kind": "invite", "reason": "never_interacted"}


def none(reason):
    return {"kind": None, "reason": reason}


@pytest.fixture
def anna(key):
    return contact(key)


@pytest.mark.parametrize("status", ["arrived", "finished"])
def test_who_sat_at_a_table_is_asked_for_an_opinion(key, trattoria, anna, status):
    book(key, anna, trattoria, status=status)

    assert suggestion(key, anna) == ASK


def test_who_never_came_and_agreed_is_invited(key, trattoria, anna):
    agree(key, anna, trattoria)

    assert suggestion(key, anna) == INVITE


@pytest.mark.parametrize(
    ("status", "suggested"),
    [
        ("new", {"kind": None, "reason": "open_order"}),
        ("accepted", {"kind": None, "reason": "open_order"}),
        ("preparing", {"kind": None, "reason": "open_order"}),
        ("ready", {"kind": None, "reason": "open_order"}),
        ("fulfilled", ASK),
        ("cancelled", INVITE),
        ("rejected", INVITE),
    ],
)
def test_an_order_counts_once_fulfilled_and_is_waited_for_before(key, trattoria, anna, status, suggested):
    agree(key, anna, trattoria)
    order(key, anna, trattoria, status=status)

    assert suggestion(key, anna) == suggested


def test_a_receipt_of_the_till_is_a_dealing(key, trattoria, anna):
    sell(key, anna, trattoria)

    assert suggestion(key, anna) == ASK


def test_a_wifi_login_alone_is_no_dealing(key, trattoria, anna):
    """Who was online bought nothing that we know of, and sat at no table."""
    agree(key, anna, trattoria)
    body = {"venue": str(trattoria.venue.pk), "connected_at": YESTERDAY.isoformat(), "guest": {"email": ANNA["email"]}}
    assert key.post("wifi-sessions/", body).status_code == 201

    assert suggestion(key, anna) == INVITE


@pytest.mark.parametrize("status", ["cancelled", "no_show", "rejected"])
def test_a_booking_that_came_to_nothing_is_no_dealing(key, trattoria, anna, status):
    agree(key, anna, trattoria)
    book(key, anna, trattoria, status=status)

    assert suggestion(key, anna) == INVITE


def test_who_never_came_and_did_not_agree_cannot_be_reached(key, anna):
    assert suggestion(key, anna) == none("not_reachable")


@pytest.mark.parametrize("status", ["requested", "confirmed", "queued"])
def test_a_guest_who_is_expected_is_left_alone(key, trattoria, anna, status):
    agree(key, anna, trattoria)
    book(key, anna, trattoria)
    book(key, anna, trattoria, status=status, starts_at=NOW + datetime.timedelta(days=3))

    assert suggestion(key, anna) == none("open_booking")


def test_a_booking_that_nobody_closed_is_expected_for_a_day(key, trattoria, anna):
    agree(key, anna, trattoria)
    book(key, anna, trattoria, status="confirmed", starts_at=NOW - datetime.timedelta(hours=23))
    assert suggestion(key, anna) == none("open_booking")

    key.patch(
        f"bookings/{key.get('bookings/').json()['results'][0]['id']}/",
        {"starts_at": (NOW - datetime.timedelta(hours=25)).isoformat()},
    )

    assert suggestion(key, anna) == INVITE


def test_an_opinion_is_asked_once_per_visit(key, trattoria, anna):
    book(key, anna, trattoria)
    write(key, anna, template="ask_opinion")
    assert suggestion(key, anna) == none("already_asked")

    book(key, anna, trattoria, starts_at=NOW + datetime.timedelta(days=2))
    assert suggestion(key, anna) == ASK


def test_a_second_meal_on_the_day_of_the_question_is_the_same_visit(key, trattoria, anna):
    today = timezone.localdate(NOW, trattoria.venue.zone)
    noon = datetime.datetime.combine(today, datetime.time(12), tzinfo=trattoria.venue.zone)
    book(key, anna, trattoria, starts_at=noon)
    write(key, anna, template="ask_opinion")

    book(key, anna, trattoria, starts_at=noon + datetime.timedelta(hours=8))

    assert suggestion(key, anna) == none("already_asked")


def test_an_invitation_is_sent_once(key, trattoria, anna):
    agree(key, anna, trattoria)
    write(key, anna, template="invite")
    assert suggestion(key, anna) == none("already_asked")

    book(key, anna, trattoria)
    assert suggestion(key, anna) == ASK


def test_a_message_that_failed_was_not_sent(key, trattoria, anna):
    agree(key, anna, trattoria)
    message = write(key, anna, template="invite").json()["id"]
    leave(key, anna, trattoria)
    delivering.deliver(trattoria.id, _uuid(message))
    agree(key, anna, trattoria, channel="sms")

    assert suggestion(key, anna) == INVITE


def test_a_free_message_and_what_the_guest_wrote_do_not_count_as_asking(key, trattoria, anna):
    book(key, anna, trattoria)
    with trattoria.enter():
        receiving.receive(
            Contact.objects.get(pk=anna), venue=trattoria.venue, text="Thank you", subject="", at=timezone.now()
        )
    write(key, anna, subject="Thanks", text="Come back soon", venue=str(trattoria.venue.pk))

    assert suggestion(key, anna) == ASK


def test_a_guest_who_unsubscribed_from_every_way_cannot_be_asked(key, trattoria, anna):
    book(key, anna, trattoria)
    leave(key, anna, trattoria)
    assert suggestion(key, anna) == ASK

    leave(key, anna, trattoria, channel="sms")
    assert suggestion(key, anna) == none("not_reachable")


def test_only_a_venue_that_the_guest_knows_may_ask(key, trattoria, anna):
    """Mare may write, but the visit was to Centro."""
    book(key, anna, trattoria)
    for channel in ("email", "sms"):
        leave(key, anna, trattoria, channel=channel)
        agree(key, anna, trattoria, channel=channel, venue=trattoria.venues[1])

    assert suggestion(key, anna) == none("not_reachable")


def test_a_guest_known_from_an_import_only_gets_neither_text(key, trattoria, anna):
    agree(key, anna, trattoria)
    with trattoria.enter():
        Contact.objects.filter(pk=anna).update(imported_visit_count=4)

    assert suggestion(key, anna) == none("only_imported")


def test_nothing_is_suggested_in_the_bin(key, trattoria, anna):
    book(key, anna, trattoria)
    key.delete(f"contacts/{anna}/")

    assert suggestion(key, anna) == none("contact_deleted")


def test_an_arrival_undone_takes_the_question_back(key, trattoria, anna):
    booking = book(key, anna, trattoria, starts_at=YESTERDAY)
    key.post(f"bookings/{booking}/status/", {"status": "no_show"})

    assert suggestion(key, anna) == none("not_reachable")


def test_the_list_says_of_each_what_the_card_says_at_the_cost_of_one_query(key, trattoria, anna):
    others = [contact(key, email=f"n{number}@example.com", phone="") for number in range(3)]
    book(key, anna, trattoria)
    agree(key, others[0], trattoria)
    listed = {row["id"]: row["suggested_message"] for row in key.get("contacts/").json()["results"]}

    assert listed == {one: suggestion(key, one) for one in (anna, *others)}
    assert listed[anna] == ASK
    assert listed[others[0]] == INVITE
    with trattoria.enter():
        rows = list(listing.with_figures(listing.active()))
        consents = reading.current(rows, venues=venues.oldest_first(), now=NOW)
        with CaptureQueriesContext(connection) as captured:
            pasts = suggesting.pasts([one.pk for one in rows], at=NOW)
            found = {one.pk: suggesting.of(one, pasts[one.pk], consents[one.pk]) for one in rows}
        assert len(captured) == 1
        assert found[UUID(anna)] == suggesting.Suggestion(MessageKind.ASK_OPINION, suggesting.VISITED)


def test_another_tenants_messages_and_visits_say_nothing(key, trattoria, bistro, bearer, anna):
    stranger = bearer(bistro)
    theirs = contact(stranger)
    book(stranger, theirs, bistro)
    write(stranger, theirs, template="ask_opinion")

    assert suggestion(key, anna) == none("not_reachable")
    with trattoria.enter():
        assert Message.objects.count() == 0


def _uuid(text):
    return Message._meta.pk.to_python(text)


@pytest.mark.parametrize("way", ["enable_hashjoin", "enable_mergejoin", "enable_nestloop"])
def test_the_latest_day_is_found_whatever_way_the_server_takes(key, trattoria, anna, way):
    for days in (5, 4, 3, 2, 1):
        book(key, anna, trattoria, starts_at=NOW - datetime.timedelta(days=days))

    with trattoria.enter(), connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
        for other in {"enable_hashjoin", "enable_mergejoin", "enable_nestloop"} - {way}:
            cursor.execute(f"SET LOCAL {other} = off")
        found = dealings.of([UUID(anna)], at=NOW)

    assert found[UUID(anna)].last_day == trattoria.venue.local_day(NOW - datetime.timedelta(days=1))
