"""`campaigns/`: a template to a group or a segment, drafted, discarded, listed, and who may do so (R-CRM-10, R-CONSENT-3)."""

from __future__ import annotations

import pytest
from django.core import mail

from tests.api.campaigning import actions, body, drafted, read
from tests.api.test_problems import assert_problem

NO_ID = "0198c5a0-0000-7000-8000-000000000000"


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
        *("progress", "results", "created_by", "sent_by", "created_at", "started_at", "finished_at", "retry_at"),
    }
    assert (made["status"], made["group"], made["segment"]) == ("draft", group, None)
    assert (made["audience_name"], made["template_name"]) == ("Wine evenings", "Invitation")
    assert made["results"] == {
        "recipients": 0, "waiting": 0, "sent": 0, "failed": 0, "excluded": {}, "unsubscribed": 0, "bookings": 0,
    }  # fmt: skip
    assert actions(key, made) == ["campaign_created"]
    assert mail.outbox == []


def test_a_draft_is_discarded_and_what_was_sent_stays(key, trattoria, guests, group):
    first, second = drafted(key, trattoria, group=group), drafted(key, trattoria, group=group)

    assert key.delete(f"campaigns/{first['id']}/").status_code == 204
    key.post(f"campaigns/{second['id']}/send/")
    assert_problem(key.delete(f"campaigns/{second['id']}/"), 409, "campaign_not_draft")

    assert [one["id"] for one in key.get("campaigns/").json()["results"]] == [second["id"]]
    assert actions(key, first)[0] == "campaign_deleted"


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
