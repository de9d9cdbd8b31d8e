"""`campaigns/`: a template to a group or a segment, previewed, tested, sent once, with its results (R-CRM-10, R-CONSENT-3)."""

from __future__ import annotations

import datetime

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outreach import tasks
from outreach.models import Message
from tests.api.test_problems import assert_problem
from tests.outreach import audiences
from tests.outreach.people import agree, contact, leave

NO_ID = "0198c5a0-0000-7000-8000-000000000000"


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def guests(key, trattoria):
    """Anna and Bruno agreed to e-mail of Centro, Carla agreed and left, Dario never agreed, Elena has only a phone."""
    found = {}
    for name, language in (("anna", "it"), ("bruno", "fr"), ("carla", "it"), ("dario", "it")):
        email = f"{name}@example.com"
        found[name] = contact(key, first_name=name.title(), email=email, phone="", language=language)
    found["elena"] = contact(key, first_name="Elena", email="", phone="+393331234567", language="it")
    for name in ("anna", "bruno", "carla"):
        agree(key, found[name], trattoria)
    leave(key, found["carla"], trattoria)
    return found


@pytest.fixture
def group(key, guests):
    made = key.post("groups/", {"name": "Wine evenings"}).json()["id"]
    key.post(f"groups/{made}/contacts/", {"contacts": list(guests.values())})
    return made


def body(place, **changes):
    given = {"venue": str(place.venue.pk), "channel": "email", "template": "invite", **changes}
    return {name: value for name, value in given.items() if value is not None}


def drafted(key, place, **changes):
    answer = key.post("campaigns/", body(place, **changes))
    assert answer.status_code == 201, answer.json()
    return answer.json()


def work(place, campaign):
    ids = {"tenant_id": str(place.id), "campaign_id": campaign["id"]}
    tasks.send_campaign.apply(kwargs=ids, throw=True)


def read(key, campaign):
    return key.get(f"campaigns/{campaign['id']}/").json()


def actions(key, campaign):
    return [row["action"] for row in key.get(f"audit/?object_id={campaign['id']}").json()["results"]]


def test_a_draft_writes_to_nobody(key, trattoria, group):
    made = drafted(key, trattoria, group=group)

    assert set(made) == {
        *(
            "id",
            "venue",
            "channel",
            "group",
            "segment",
            "audience_name",
            "template",
            "template_name",
            "status",
            "failure",
        ),
        *("progress", "results", "created_by", "sent_by", "created_at", "started_at", "finished_at"),
    }
    assert (made["status"], made["group"], made["segment"]) == ("draft", group, None)
    assert (made["audience_name"], made["template_name"]) == ("Wine evenings", "Invitation")
    assert made["results"] == {
        "recipients": 0, "waiting": 0, "sent": 0, "failed": 0, "excluded": {}, "unsubscribed": 0, "bookings": 0,
    }  # fmt: skip
    assert actions(key, made) == ["campaign_created"]
    assert mail.outbox == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_preview_counts_who_is_reached_and_who_is_left_out_and_why(key, trattoria, guests, group, method):
    key.delete(f"contacts/{contact_in(key, group, first_name='Fabio', email='fabio@example.com')}/")
    made = drafted(key, trattoria, group=group)

    found = getattr(key, method)(f"campaigns/{made['id']}/preview/").json()

    assert (found["contacts"], found["count"]) == (6, 2)
    assert found["excluded"] == {"contact_deleted": 1, "no_address": 1, "unsubscribed": 1, "not_marketable": 1}
    samples = {one["language"]: one for one in found["samples"]}
    assert {language: one["count"] for language, one in samples.items()} == {"en": 0, "fr": 1, "it": 1, "pl": 0}
    assert samples["it"]["subject"] == "Un tavolo ti aspetta da Centro"
    assert all("Anna" in one["text"] and "{" not in one["text"] for one in samples.values())
    assert read(key, made)["status"] == "draft"


def contact_in(key, group, **guest):
    made = contact(key, **{"phone": "", **guest})
    key.post(f"groups/{group}/contacts/", {"contacts": [made]})
    return made


def test_an_sms_goes_once_to_a_phone_that_a_family_shares(key, trattoria, guests, group):
    for name in ("maria", "mario"):
        last = contact_in(key, group, first_name=name, email=f"{name}@example.com", phone="+393337654321")
    agree(key, last, trattoria, channel="sms")
    made = drafted(key, trattoria, group=group, channel="sms")

    found = key.get(f"campaigns/{made['id']}/preview/").json()

    left_out = {"no_address": 4, "duplicate_address": 1, "not_marketable": 1}
    assert (found["count"], found["excluded"]) == (1, left_out)
    assert key.post(f"campaigns/{made['id']}/send/").status_code == 202
    work(trattoria, made)
    with trattoria.enter():
        assert [str(one.contact_id) for one in Message.objects.filter(campaign=made["id"])] == [last]
    assert read(key, made)["results"]["excluded"] == left_out


def test_a_segment_is_taken_as_it_is_when_the_campaign_is_sent(key, trattoria, guests):
    segment = key.post("segments/", {"name": "Italians", "filters": {"language": "it"}}).json()["id"]
    made = drafted(key, trattoria, segment=segment)
    assert key.get(f"campaigns/{made['id']}/preview/").json()["count"] == 1
    key.patch(f"segments/{segment}/", {"filters": {"language": "fr"}})

    key.post(f"campaigns/{made['id']}/send/")
    work(trattoria, made)

    assert [sent.to for sent in mail.outbox] == [["bruno@example.com"]]


def test_sending_answers_at_once_and_the_worker_writes_one_communication_each(key, trattoria, guests, group):
    made = drafted(key, trattoria, group=group)

    answer = key.post(f"campaigns/{made['id']}/send/")

    assert answer.status_code == 202
    sending = answer.json()
    assert (sending["status"], sending["progress"]) == ("sending", {"done": 0, "total": 4})
    assert mail.outbox == []
    work(trattoria, made)
    done = read(key, made)
    assert (done["status"], done["progress"]) == ("sent", {"done": 4, "total": 4})
    assert done["results"] == {
        "recipients": 4,
        "waiting": 0,
        "sent": 2,
        "failed": 0,
        "excluded": {"no_address": 1, "unsubscribed": 1, "not_marketable": 1},
        "unsubscribed": 0,
        "bookings": 0,
    }
    assert sorted(sent.to[0] for sent in mail.outbox) == ["anna@example.com", "bruno@example.com"]
    (written,) = key.get(f"contacts/{guests['anna']}/communications/").json()["results"]
    assert (written["type"], written["status"], written["channel"]) == ("invite", "sent", "email")
    assert key.get(f"messages/{written['id']}/").json()["campaign"] == made["id"]
    assert key.get(f"contacts/{guests['carla']}/communications/").json()["results"] == []
    assert actions(key, made) == ["campaign_finished", "campaign_sent", "campaign_created"]


def test_every_mail_of_a_campaign_says_how_to_unsubscribe_and_whom_it_is_from(key, trattoria, guests, group):
    made = drafted(key, trattoria, group=group)
    key.post(f"campaigns/{made['id']}/send/")
    work(trattoria, made)

    for sent in mail.outbox:
        assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert trattoria.venue.postal_address in sent.body


def test_a_campaign_is_sent_once(key, trattoria, guests, group):
    made = drafted(key, trattoria, group=group)
    key.post(f"campaigns/{made['id']}/send/")

    refused = assert_problem(key.post(f"campaigns/{made['id']}/send/"), 409, "campaign_not_draft")
    work(trattoria, made)
    again = assert_problem(key.post(f"campaigns/{made['id']}/send/"), 409, "campaign_not_draft")
    work(trattoria, made)

    assert (refused["campaign_status"], again["campaign_status"]) == ("sending", "sent")
    assert len(mail.outbox) == 2


def test_the_same_request_again_by_its_key_is_the_same_answer(key, trattoria, guests, group):
    made = drafted(key, trattoria, group=group)
    headers = {"Idempotency-Key": "once"}

    first = key.post(f"campaigns/{made['id']}/send/", **headers)
    second = key.post(f"campaigns/{made['id']}/send/", **headers)

    assert (first.status_code, second.status_code, first.json()) == (202, 202, second.json())


def test_a_campaign_at_work_is_stopped_and_one_that_is_not_cannot_be(key, trattoria, guests, group):
    made = drafted(key, trattoria, group=group)
    assert_problem(key.post(f"campaigns/{made['id']}/cancel/"), 409, "campaign_not_sending")
    key.post(f"campaigns/{made['id']}/send/")

    assert key.post(f"campaigns/{made['id']}/cancel/").json()["status"] == "cancelled"

    work(trattoria, made)
    assert mail.outbox == []
    assert (read(key, made)["status"], read(key, made)["results"]["waiting"]) == ("cancelled", 4)
    assert_problem(key.post(f"campaigns/{made['id']}/cancel/"), 409, "campaign_not_sending")
    assert_problem(key.post(f"campaigns/{made['id']}/send/"), 409, "campaign_not_draft")
    assert actions(key, made)[0] == "campaign_cancelled"


def test_a_draft_is_discarded_and_what_was_sent_stays(key, trattoria, guests, group):
    first, second = drafted(key, trattoria, group=group), drafted(key, trattoria, group=group)

    assert key.delete(f"campaigns/{first['id']}/").status_code == 204
    key.post(f"campaigns/{second['id']}/send/")
    assert_problem(key.delete(f"campaigns/{second['id']}/"), 409, "campaign_not_draft")

    assert [one["id"] for one in key.get("campaigns/").json()["results"]] == [second["id"]]
    assert actions(key, first)[0] == "campaign_deleted"


def test_the_results_tell_who_unsubscribed_after_the_message(key, trattoria, guests, group):
    made = drafted(key, trattoria, group=group)
    key.post(f"campaigns/{made['id']}/send/")
    work(trattoria, made)

    leave(key, guests["anna"], trattoria)

    assert read(key, made)["results"]["unsubscribed"] == 1
    (listed,) = key.get("campaigns/").json()["results"]
    assert listed["results"] == read(key, made)["results"]


def reserve(key, place, contact_id, **changes):
    tomorrow = (timezone.now() + datetime.timedelta(days=60)).isoformat()
    given = {"venue": str(place.venue.pk), "channel": "phone", "starts_at": tomorrow, "party_size": 2}
    taken = key.post("bookings/", {**given, "contact": contact_id, **changes}).json()
    return taken["id"]


def test_the_results_count_the_bookings_that_recipients_made_within_thirty_days(key, trattoria, guests, group):
    reserve(key, trattoria, guests["anna"])
    made = drafted(key, trattoria, group=group)
    key.post(f"campaigns/{made['id']}/send/")
    work(trattoria, made)

    counted = [reserve(key, trattoria, guests["anna"]) for _time in range(2)]
    reserve(key, trattoria, guests["anna"], venue=str(trattoria.venues[1].pk))
    reserve(key, trattoria, guests["dario"])
    reserve(key, trattoria, guests["bruno"], kind="walk_in")
    assert read(key, made)["results"]["bookings"] == 2

    key.post(f"bookings/{counted[0]}/status/", {"status": "cancelled"})
    assert read(key, made)["results"]["bookings"] == 1
    with trattoria.enter():
        Message.objects.filter(campaign=made["id"]).update(sent_at=timezone.now() - datetime.timedelta(days=31))
    assert read(key, made)["results"]["bookings"] == 0


def test_a_test_goes_to_the_member_who_asks_and_to_nobody_else(trattoria, key, guests, group):
    made = drafted(key, trattoria, group=group)
    staff, headers = trattoria.signed_in("marketer"), {"X-Tenant": trattoria.tenant.slug}
    answer = staff.post(
        f"/api/v1/campaigns/{made['id']}/test/", {"language": "it"}, content_type="application/json", headers=headers
    )

    assert (answer.status_code, answer.json()) == (202, {"address": "marketer@trattoria.example.com"})
    deliver_test(trattoria, made, trattoria.member("marketer"), "it")
    (sent,) = mail.outbox
    assert sent.to == ["marketer@trattoria.example.com"]
    assert sent.subject.startswith("Test: ")
    assert "Ciao Anna" in sent.body
    with trattoria.enter():
        assert Message.objects.count() == 0
    assert actions(key, made)[0] == "campaign_tested"


def test_a_test_that_a_key_asks_for_goes_to_the_owner(trattoria, key, group):
    made = drafted(key, trattoria, group=group, channel="sms")

    assert key.post(f"campaigns/{made['id']}/test/").json() == {"address": trattoria.owner.email}

    deliver_test(trattoria, made, trattoria.owner, "en")
    assert [(sent.to, sent.subject) for sent in mail.outbox] == [([trattoria.owner.email], "Test of an SMS")]


def deliver_test(place, campaign, user, language):
    ids = {"tenant_id": str(place.id), "campaign_id": campaign["id"], "user_id": str(user.pk)}
    tasks.test_campaign.apply(kwargs={**ids, "language": language}, throw=True)


def test_nobody_outside_the_staff_gets_a_test(trattoria, bistro, key, group):
    made = drafted(key, trattoria, group=group)

    deliver_test(trattoria, made, bistro.owner, "en")
    deliver_test(bistro, made, bistro.owner, "en")

    assert mail.outbox == []


BAD = [
    ({"group": None}, "segment", "required"),
    ({"segment": NO_ID}, "segment", "unknown_id"),
    ({"group": NO_ID}, "group", "unknown_id"),
    ({"group": "wine"}, "group", "invalid"),
    ({"template": NO_ID}, "template", "unknown_id"),
    ({"template": "nonsense"}, "template", "unknown_id"),
    ({"template": ""}, "template", "blank"),
    ({"template": None}, "template", "required"),
    ({"template": 5}, "template", "invalid"),
    ({"channel": "app"}, "channel", "invalid_choice"),
    ({"channel": None}, "channel", "required"),
    ({"venue": NO_ID}, "venue", "unknown_id"),
    ({"venue": None}, "venue", "required"),
    ({"text": "Come"}, "text", "unknown_field"),
    ({"status": "sent"}, "status", "unknown_field"),
]


@pytest.mark.parametrize(("changes", "field", "code"), BAD)
def test_bad_input_is_named_by_its_field_and_drafts_nothing(key, trattoria, group, changes, field, code):
    problem = assert_problem(key.post("campaigns/", body(trattoria, **{"group": group, **changes})), 400, "invalid")

    assert [(one["field"], one["code"]) for one in problem["errors"]] == [(field, code)]
    assert key.get("campaigns/").json()["results"] == []


def test_a_campaign_has_one_audience_and_a_template_of_its_channel(key, trattoria, group):
    segment = key.post("segments/", {"name": "Everybody", "filters": {}}).json()["id"]
    sms = key.get("message-templates/?channel=sms").json()["results"][0]["id"]

    both = assert_problem(key.post("campaigns/", body(trattoria, group=group, segment=segment)), 400, "invalid")
    other = assert_problem(key.post("campaigns/", body(trattoria, group=group, template=sms)), 400, "invalid")

    assert [(one["field"], one["code"]) for one in both["errors"]] == [("segment", "not_allowed")]
    assert [(one["field"], one["code"]) for one in other["errors"]] == [("template", "other_channel")]


@pytest.mark.parametrize("action", ["send", "preview", "cancel"])
def test_actions_take_no_fields_and_no_query(key, trattoria, guests, group, action):
    made = drafted(key, trattoria, group=group)

    assert_problem(key.post(f"campaigns/{made['id']}/{action}/", {"force": True}), 400, "invalid")
    assert_problem(key.post(f"campaigns/{made['id']}/{action}/?force=1"), 400, "invalid")

    assert read(key, made)["status"] == "draft"


@pytest.mark.parametrize(
    ("language", "code"), [("de", "invalid_choice"), ("fr", "invalid_choice"), (5, "invalid_choice")]
)
def test_a_test_is_in_a_language_that_the_template_has(key, trattoria, group, language, code):
    own = {"kind": "free", "name": "T", "language": "en", "channel": "email", "subject": "S", "text": "Come."}
    template = key.post("message-templates/", own).json()["id"]
    made = drafted(key, trattoria, group=group, template=template)

    problem = assert_problem(key.post(f"campaigns/{made['id']}/test/", {"language": language}), 400, "invalid")

    assert [(one["field"], one["code"]) for one in problem["errors"]] == [("language", code)]


def test_what_a_draft_is_made_of_may_be_deleted_and_it_cannot_be_sent_then(key, trattoria, guests):
    own = {"kind": "free", "name": "T", "language": "en", "channel": "email", "subject": "S", "text": "Come."}
    template = key.post("message-templates/", own).json()["id"]
    segment = key.post("segments/", {"name": "Italians", "filters": {"language": "it"}}).json()["id"]
    without_segment, without_template = (
        drafted(key, trattoria, segment=segment),
        drafted(key, trattoria, segment=segment),
    )
    key.delete(f"campaigns/{without_template['id']}/")
    other = key.post("segments/", {"name": "French", "filters": {"language": "fr"}}).json()["id"]
    without_template = drafted(key, trattoria, segment=other, template=template)

    assert key.delete(f"segments/{segment}/").status_code == 204
    assert key.delete(f"message-templates/{template}/").status_code == 204

    for made, code in ((without_segment, "audience_gone"), (without_template, "template_gone")):
        assert_problem(key.post(f"campaigns/{made['id']}/send/"), 409, code)
        assert_problem(key.get(f"campaigns/{made['id']}/preview/"), 409, code)
        assert read(key, made)["status"] == "draft"
    assert (read(key, without_segment)["segment"], read(key, without_segment)["audience_name"]) == (None, "Italians")
    assert (read(key, without_template)["template"], read(key, without_template)["template_name"]) == (None, "T")


def test_a_campaign_to_nobody_is_refused(key, trattoria, guests):
    empty = key.post("groups/", {"name": "Nobody"}).json()["id"]
    made = drafted(key, trattoria, group=empty)

    found = key.get(f"campaigns/{made['id']}/preview/").json()
    assert (found["contacts"], found["count"], found["excluded"]) == (0, 0, {})
    assert_problem(key.post(f"campaigns/{made['id']}/send/"), 409, "empty_audience")

    assert read(key, made)["status"] == "draft"


def test_a_segment_whose_filter_is_lost_reaches_nobody_rather_than_too_many(key, trattoria, group):
    segment = key.post("segments/", {"name": "Wine", "filters": {"group": [group]}}).json()["id"]
    made = drafted(key, trattoria, segment=segment)
    key.delete(f"groups/{group}/")

    assert key.get(f"campaigns/{made['id']}/preview/").json()["contacts"] == 0
    assert_problem(key.post(f"campaigns/{made['id']}/send/"), 409, "empty_audience")


def test_a_venue_that_does_not_say_who_it_is_sends_no_marketing(trattoria, key, guests, group):
    made = drafted(key, trattoria, group=group)
    with trattoria.enter():
        type(trattoria.venue).objects.update(postal_address="")

    problem = assert_problem(key.post(f"campaigns/{made['id']}/send/"), 409, "sender_incomplete")

    assert problem["missing"] == ["postal_address"]
    assert read(key, made)["status"] == "draft"


def test_the_queries_of_a_preview_do_not_grow_with_the_audience(key, trattoria, guests, group):
    made = drafted(key, trattoria, group=group)
    path = f"campaigns/{made['id']}/preview/"
    with CaptureQueriesContext(connection) as few:
        key.get(path)
    with trattoria.enter():
        more = audiences.guests(trattoria, 30, agreed=False)
    key.post(f"groups/{group}/contacts/", {"contacts": [str(one.pk) for one in more]})

    with CaptureQueriesContext(connection) as many:
        assert key.get(path).json()["contacts"] == 35

    assert len(many) == len(few)


def test_campaigns_are_listed_newest_first_by_page_and_status(key, trattoria, guests, group):
    made = [drafted(key, trattoria, group=group)["id"] for _time in range(3)]
    key.post(f"campaigns/{made[1]}/send/")

    assert [one["id"] for one in key.get("campaigns/").json()["results"]] == made[::-1]
    page = key.get("campaigns/", {"limit": 2}).json()
    assert [one["id"] for one in key.get(page["next"]).json()["results"]] == [made[0]]
    assert [one["id"] for one in key.get("campaigns/", {"status": "sending"}).json()["results"]] == [made[1]]
    assert_problem(key.get("campaigns/", {"status": "lost"}), 400, "invalid")


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("manager", 200), ("marketer", 200), ("host", 403)])
def test_hosts_have_no_campaigns(trattoria, role, status):
    headers = {"X-Tenant": trattoria.tenant.slug}

    assert trattoria.signed_in(role).get("/api/v1/campaigns/", headers=headers).status_code == status


def test_a_key_of_one_venue_sees_and_sends_the_campaigns_of_that_venue(trattoria, bearer, key, group):
    centro, mare = (
        drafted(key, trattoria, group=group),
        drafted(key, trattoria, group=group, venue=str(trattoria.venues[1].pk)),
    )
    bound = bearer(trattoria, "admin", venue=trattoria.venue)

    assert [one["id"] for one in bound.get("campaigns/").json()["results"]] == [centro["id"]]
    assert_problem(bound.post(f"campaigns/{mare['id']}/send/"), 404, "not_found")
    problem = assert_problem(
        bound.post("campaigns/", body(trattoria, group=group, venue=str(trattoria.venues[1].pk))), 400, "invalid"
    )
    assert [(one["field"], one["code"]) for one in problem["errors"]] == [("venue", "unknown_id")]
