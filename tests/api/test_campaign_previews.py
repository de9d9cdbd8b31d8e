"""`campaigns/`: what a draft would do, and a test of it (R-CRM-10, R-CONSENT-3)."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outreach import campaign_audience, tasks
from outreach.models import Campaign, Message
from tests.api.campaigning import actions, contact_in, drafted, read
from tests.api.test_problems import assert_problem
from tests.outreach import audiences


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


@pytest.mark.parametrize(
    ("language", "code"), [("de", "invalid_choice"), ("fr", "invalid_choice"), (5, "invalid_choice")]
)
def test_a_test_is_in_a_language_that_the_template_has(key, trattoria, group, language, code):
    own = {"kind": "free", "name": "T", "language": "en", "channel": "email", "subject": "S", "text": "Come."}
    template = key.post("message-templates/", own).json()["id"]
    made = drafted(key, trattoria, group=group, template=template)

    problem = assert_problem(key.post(f"campaigns/{made['id']}/test/", {"language": language}), 400, "invalid")

    assert [(one["field"], one["code"]) for one in problem["errors"]] == [("language", code)]


def test_the_members_of_a_group_are_one_hash_whatever_the_planner_takes_the_tables_for(key, trattoria, group):
    """Right after an import it takes them for empty; each contact with each member were 100 million pairs of 10,000."""
    made = drafted(key, trattoria, group=group)

    with trattoria.enter():
        plan = campaign_audience._each_address(Campaign.objects.get(pk=made["id"])).explain()

    assert "SubPlan" in plan
    assert "Nested Loop" not in plan
