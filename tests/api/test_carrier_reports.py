"""STOP words, bounces and complaints as carriers report them, once each (R-CONSENT-2, R-CONSENT-3, R-CRM-3)."""

from __future__ import annotations

import pytest

from consent.models import CarrierEvent, ConsentEntry, ConsentSuppression
from outreach import stopping
from outreach.models import Message
from tests.api.test_problems import assert_problem
from tests.outreach.people import ANNA, agree, contact, deliver, write
from tests.outreach.test_sending import read

PHONE, EMAIL = ANNA["phone"], ANNA["email"]
# Digits that are a whole number of Iceland, and one at home in Canada.
AMBIGUOUS = "3546123456"
ABROAD, AT_HOME = f"+{AMBIGUOUS}", f"+1{AMBIGUOUS}"


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def anna(key, trattoria):
    """She agreed to everything of both venues."""
    anna = contact(key)
    for venue in trattoria.venues:
        for channel in ("email", "sms"):
            agree(key, anna, trattoria, channel=channel, venue=venue)
    return anna


def sms(text, number=1, **more):
    return {"provider": "carrier", "external_id": f"sms-{number}", "phone": PHONE, "text": text, **more}


def event(kind, number=1, **more):
    return {"provider": "mailer", "external_id": f"e-{number}", "kind": kind, "email": EMAIL, **more}


def said(key, path, body):
    answer = key.post(path, body)
    assert answer.status_code == 200, answer.json()
    return answer.json()["result"]


def consents(key, contact_id):
    """(venue, channel) that are unsubscribed."""
    found = key.get(f"contacts/{contact_id}/").json()["consents"]
    return {(one["venue"], one["channel"]) for one in found if one["status"] == "unsubscribed"}


class TestStop:
    @pytest.mark.parametrize(
        "text",
        [
            *("STOP", "stop", "Stop.", " STOP! ", "«stop»", "\tStop\n", "STOP ALL", "StopAll"),
            *("ARRET", "arrêt", "ARRE\u0302T", "Arrêt.", "BASTA", "Basta!", "koniec", "KONIEC."),
            *("UNSUBSCRIBE", "Cancel", "END", "quit", "\uff33\uff34\uff2f\uff30"),
        ],
    )
    def test_a_stop_word_in_any_dress_is_one(self, text):
        assert stopping.is_stop(text)

    @pytest.mark.parametrize(
        "text", ["", "...", "Please do not stop", "stopped", "We end at nine?", "bastards", "the end", "no stop"]
    )
    def test_other_words_are_a_message(self, text):
        assert not stopping.is_stop(text)

    def test_it_unsubscribes_the_phone_in_the_venue_that_is_named(self, key, trattoria, anna):
        venue = str(trattoria.venue.pk)

        assert said(key, "sms-inbound/", sms("STOP", venue=venue)) == "unsubscribed"

        assert consents(key, anna) == {(venue, "sms")}
        with trattoria.enter():
            entry = ConsentEntry.objects.get(event="unsubscribed")
            assert (entry.source, entry.evidence, entry.address) == ("message", {"word": "STOP"}, PHONE)
            assert not Message.objects.exists()

    @pytest.mark.parametrize("phone", [PHONE.removeprefix("+"), "3331234567", f" {PHONE} ", "0039 333 1234567"])
    def test_a_phone_is_known_in_whatever_way_the_network_writes_it(self, key, trattoria, anna, phone):
        report = sms("STOP", phone=phone, venue=str(trattoria.venue.pk))

        assert said(key, "sms-inbound/", report) == "unsubscribed"
        assert consents(key, anna) == {(str(trattoria.venue.pk), "sms")}

    def test_a_whole_number_of_another_country_is_not_taken_for_one_at_home(self, key, bistro, bearer):
        canada = bearer(bistro)
        paul = contact(canada, email="paul@example.com", phone="+393331234567")

        assert said(canada, "sms-inbound/", sms("STOP", phone="393331234567")) == "unsubscribed"
        assert consents(canada, paul) == {(str(bistro.venue.pk), "sms")}

    @pytest.mark.parametrize("digits", ["4791234567", "4520123456", "35699123456"])
    @pytest.mark.parametrize("country", ["IT", "FR", "PL", "CA"])
    def test_a_whole_number_is_known_without_the_plus_however_short_it_is(self, key, trattoria, country, digits):
        """Norway, Denmark and Malta have eight digits at home: no more than many have with an area code."""
        key.patch(f"venues/{trattoria.venue.pk}/", {"country": country})
        nora = contact(key, email="nora@example.com", phone=f"+{digits}")

        assert said(key, "sms-inbound/", sms("STOP", phone=digits, venue=str(trattoria.venue.pk))) == "unsubscribed"
        assert consents(key, nora) == {(str(trattoria.venue.pk), "sms")}

    def test_of_two_numbers_that_the_digits_may_be_it_is_that_of_whom_we_know(self, bistro, bearer):
        canada = bearer(bistro)
        abroad = contact(canada, email="jon@example.com", phone=ABROAD)

        assert said(canada, "sms-inbound/", sms("STOP", phone=AMBIGUOUS)) == "unsubscribed"

        assert consents(canada, abroad) == {(str(bistro.venue.pk), "sms")}
        stranger = contact(canada, email="paul@example.com", phone=AT_HOME)
        assert consents(canada, stranger) == set()

    @pytest.mark.parametrize(("written_to", "other"), [("jon", "paul"), ("paul", "jon")])
    def test_of_two_that_we_know_it_is_the_one_we_wrote_to(self, bistro, bearer, written_to, other):
        canada = bearer(bistro)
        people = {
            "jon": contact(canada, email="jon@example.com", phone=ABROAD),
            "paul": contact(canada, email="paul@example.com", phone=AT_HOME),
        }
        agree(canada, people[written_to], bistro, channel="sms")
        deliver(bistro, write(canada, people[written_to], channel="sms", template="invite").json()["id"])

        assert said(canada, "sms-inbound/", sms("Is the garden open?", 1, phone=AMBIGUOUS)) == "message"
        assert said(canada, "sms-inbound/", sms("STOP", 2, phone=AMBIGUOUS)) == "unsubscribed"

        assert consents(canada, people[written_to]) == {(str(bistro.venue.pk), "sms")}
        assert consents(canada, people[other]) == set()
        texts = [one["text"] for one in canada.get(f"contacts/{people[other]}/communications/").json()["results"]]
        assert texts == []

    @pytest.mark.parametrize("are_known", [True, False])
    def test_where_nobody_can_tell_it_counts_for_both(self, bistro, bearer, are_known):
        canada = bearer(bistro)
        both = [("jon@example.com", ABROAD), ("paul@example.com", AT_HOME)]
        people = [contact(canada, email=email, phone=phone) for email, phone in both] if are_known else []

        assert said(canada, "sms-inbound/", sms("STOP", phone=AMBIGUOUS)) == "unsubscribed"

        people = people or [contact(canada, email=email, phone=phone) for email, phone in both]
        assert [consents(canada, one) for one in people] == [{(str(bistro.venue.pk), "sms")}] * 2

    def test_it_unsubscribes_everywhere_when_the_number_is_shared(self, key, trattoria, anna):
        said(key, "sms-inbound/", sms("ARRÊT"))

        assert consents(key, anna) == {(str(venue.pk), "sms") for venue in trattoria.venues}

    def test_a_key_of_one_venue_speaks_for_that_venue(self, trattoria, bearer, key, anna):
        bound = bearer(trattoria, venue=trattoria.venues[1])
        said(bound, "sms-inbound/", sms("STOP"))

        assert consents(key, anna) == {(str(trattoria.venues[1].pk), "sms")}

    def test_nothing_leaves_to_that_phone_any_more_not_even_what_was_queued(self, key, trattoria, anna):
        queued = write(key, anna, channel="sms", template="invite").json()["id"]
        said(key, "sms-inbound/", sms("STOP", venue=str(trattoria.venue.pk)))
        deliver(trattoria, queued)

        assert read(key, queued)["error"] == "not_marketable"
        assert_problem(write(key, anna, channel="sms", template="invite"), 409, "not_marketable")
        assert write(key, anna, channel="email", template="invite").status_code == 201

    def test_a_phone_that_nobody_knows_is_suppressed_without_being_kept(self, key, trattoria):
        assert said(key, "sms-inbound/", sms("STOP", venue=str(trattoria.venue.pk))) == "unsubscribed"

        with trattoria.enter():
            assert ConsentSuppression.objects.get().channel == "sms"
            assert not ConsentEntry.objects.exists()
        anna = contact(key)
        assert consents(key, anna) == {(str(trattoria.venue.pk), "sms")}

    def test_reported_again_it_is_not_done_again(self, key, trattoria, anna):
        assert said(key, "sms-inbound/", sms("STOP")) == "unsubscribed"
        assert said(key, "sms-inbound/", sms("Is the garden open?")) == "repeated"

        with trattoria.enter():
            assert (CarrierEvent.objects.count(), Message.objects.count()) == (1, 0)


class TestOtherSms:
    def test_it_is_a_message_of_the_contact(self, key, trattoria, anna):
        assert said(key, "sms-inbound/", sms("Is the garden open?")) == "message"

        [message] = key.get(f"contacts/{anna}/communications/").json()["results"]
        assert (message["channel"], message["text"], message["direction"]) == ("sms", "Is the garden open?", "in")
        assert consents(key, anna) == set()

    def test_from_a_phone_that_nobody_knows_it_is_not_kept_and_the_carrier_does_not_learn_it(self, key, trattoria):
        assert said(key, "sms-inbound/", sms("Hello")) == "message"

        with trattoria.enter():
            assert not Message.objects.exists()

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            (sms("STOP", phone="3.93E+11"), "phone"),
            (sms("STOP", phone="12"), "phone"),
            (sms("STOP", phone=""), "phone"),
            (sms("STOP", provider=""), "provider"),
            (sms("STOP", external_id="x" * 201), "external_id"),
            (sms("STOP", extra=1), "extra"),
            (sms("x\0"), "text"),
        ],
    )
    def test_bad_input_is_named_and_notes_nothing(self, key, trattoria, body, field):
        answer = key.post("sms-inbound/", body)

        assert answer.status_code == 400, answer.json()
        assert [error["field"] for error in answer.json()["errors"]] == [field]
        with trattoria.enter():
            assert not CarrierEvent.objects.exists()


class TestMail:
    def test_a_hard_bounce_ends_marketing_to_the_address_in_every_venue(self, key, trattoria, anna):
        message = write(key, anna, template="invite").json()["id"]
        deliver(trattoria, message)
        report = event("hard_bounce", message_id=f"<{message}@localhost>", detail="550 no such user")

        assert said(key, "mail-events/", report) == "done"

        told = read(key, message)
        assert (told["status"], told["error"], told["error_detail"]) == ("failed", "bounced", "550 no such user")
        for venue in trattoria.venues:
            answer = write(key, anna, template="invite", venue=str(venue.pk))
            assert_problem(answer, 409, "not_marketable")
        assert write(key, anna, channel="sms", template="invite").status_code == 201
        found = key.get(f"contacts/{anna}/").json()["consents"]
        assert {one["channel"]: (one["status"], one["marketable"], one["undeliverable"]) for one in found} == {
            "email": ("explicit", False, True),
            "sms": ("explicit", True, False),
        }

    def test_a_soft_bounce_changes_nothing(self, key, trattoria, anna):
        assert said(key, "mail-events/", event("soft_bounce")) == "done"

        assert write(key, anna, template="invite").status_code == 201

    def test_a_complaint_unsubscribes_in_the_venue_of_the_mail(self, key, trattoria, anna):
        message = write(key, anna, template="invite", venue=str(trattoria.venues[1].pk)).json()["id"]
        deliver(trattoria, message)
        said(key, "mail-events/", event("complaint", message_id=f"<{message}@localhost>"))

        assert consents(key, anna) == {(str(trattoria.venues[1].pk), "email")}
        with trattoria.enter():
            assert ConsentEntry.objects.get(event="unsubscribed").source == "message"

    @pytest.mark.parametrize("message_id", ["", "<nonsense@else.example>", "x" * 300])
    def test_without_a_mail_of_ours_it_counts_for_all_venues(self, key, trattoria, anna, message_id):
        said(key, "mail-events/", event("complaint", message_id=message_id))

        assert consents(key, anna) == {(str(venue.pk), "email") for venue in trattoria.venues}

    def test_reported_again_it_is_not_done_again(self, key, anna):
        assert said(key, "mail-events/", event("soft_bounce")) == "done"
        assert said(key, "mail-events/", event("soft_bounce")) == "repeated"

        assert consents(key, anna) == set()

    def test_another_report_under_the_same_id_is_another_one(self, key, trattoria, anna):
        """Carriers number each kind for itself."""
        assert said(key, "mail-events/", event("soft_bounce")) == "done"
        assert said(key, "mail-events/", event("complaint")) == "done"

        assert consents(key, anna) == {(str(venue.pk), "email") for venue in trattoria.venues}

    def test_an_address_that_is_none_is_named(self, key):
        answer = key.post("mail-events/", event("complaint", email="nobody"))

        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "email")


@pytest.mark.parametrize(("path", "body"), [("sms-inbound/", sms("STOP")), ("mail-events/", event("complaint"))])
@pytest.mark.parametrize("preset", ["widget", "pos", "wifi", "read"])
def test_only_a_trusted_key_reports(trattoria, bearer, path, body, preset):
    assert_problem(bearer(trattoria, preset).post(path, body), 403, "permission_denied")
