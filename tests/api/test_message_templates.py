"""Message templates: the suggested messages that staff can reword, and the tenant's own (R-CRM-7)."""

from __future__ import annotations

import pytest
from django.core import mail

from outreach import tasks
from tests.api.test_problems import assert_problem

OWN = {
    "kind": "invite",
    "name": "Truffles",
    "language": "en",
    "channel": "email",
    "subject": "Truffles at {venue}",
    "text": "Hello {first_name}, come and taste.",
}


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


def template(**changes):
    return {**OWN, **changes}


def builtin(key, kind="invite", language="en", channel="email"):
    (found,) = key.get(f"message-templates/?kind={kind}&language={language}&channel={channel}").json()["results"]
    return found


def test_a_new_tenant_has_the_two_suggested_messages_in_four_languages_for_mail_and_sms(key):
    found = key.get("message-templates/").json()["results"]

    assert len({(one["kind"], one["language"], one["channel"]) for one in found}) == len(found) == 16
    assert {(one["is_builtin"], one["is_edited"]) for one in found} == {(True, False)}
    assert all(one["text"] and one["name"] for one in found)
    assert {bool(one["subject"]) for one in found if one["channel"] == "email"} == {True}
    assert {one["subject"] for one in found if one["channel"] == "sms"} == {""}


def test_a_template_of_our_own_is_made_read_changed_and_deleted(key):
    created = key.post("message-templates/", OWN)
    made = created.json()

    assert created.status_code == 201
    assert {name: made[name] for name in OWN} == OWN
    assert (made["is_builtin"], made["is_edited"]) == (False, False)
    changed = key.patch(
        f"message-templates/{made['id']}/", {"name": "Porcini", "text": "Porcini, {first_name}!"}
    ).json()
    assert (changed["name"], changed["subject"], changed["text"]) == (
        "Porcini",
        "Truffles at {venue}",
        "Porcini, {first_name}!",
    )
    assert key.get(f"message-templates/{made['id']}/").json() == changed
    assert key.delete(f"message-templates/{made['id']}/").status_code == 204
    assert_problem(key.get(f"message-templates/{made['id']}/"), 404, "not_found")
    assert [row["action"] for row in key.get(f"audit/?object_id={made['id']}").json()["results"]] == [
        "template_deleted",
        "template_updated",
        "template_created",
    ]


def test_a_change_that_changes_nothing_is_not_audited(key):
    made = key.post("message-templates/", OWN).json()

    assert key.patch(f"message-templates/{made['id']}/", {"name": "Truffles"}).json() == made

    assert len(key.get(f"audit/?object_id={made['id']}").json()["results"]) == 1


def test_what_was_sent_with_a_deleted_template_stays(key, trattoria):
    made = key.post("message-templates/", OWN).json()
    anna = key.post("contacts/", {"first_name": "Anna", "email": "anna@example.com"}).json()["id"]
    key.post(
        f"contacts/{anna}/consents/",
        {
            "venue": str(trattoria.venue.pk),
            "channel": "email",
            "status": "explicit",
            "evidence": {"source": "form", "date": "2026-01-10", "wording": "news"},
        },
    )
    sent = key.post(f"contacts/{anna}/messages/", {"channel": "email", "template": made["id"]}).json()

    key.delete(f"message-templates/{made['id']}/")

    now = key.get(f"messages/{sent['id']}/").json()
    assert (now["template"], now["text"], now["status"]) == (None, "Hello Anna, come and taste.", "queued")
    tasks.deliver.apply(kwargs={"tenant_id": str(trattoria.id), "message_id": sent["id"]}, throw=True)
    assert key.get(f"messages/{sent['id']}/").json()["status"] == "sent"
    assert [one.body.splitlines()[0] for one in mail.outbox] == ["Hello Anna, come and taste."]


def test_a_suggested_message_is_reworded_and_goes_back_when_emptied(key):
    original = builtin(key)
    path = f"message-templates/{original['id']}/"

    reworded = key.patch(path, {"text": "Come, {first_name}!"}).json()
    assert (reworded["text"], reworded["subject"], reworded["is_edited"]) == (
        "Come, {first_name}!",
        original["subject"],
        True,
    )
    back = key.patch(path, {"text": ""}).json()

    assert {**back, "updated_at": ""} == {**original, "updated_at": ""}


def test_a_suggested_message_reworded_in_part_keeps_the_rest(key):
    original = builtin(key, kind="ask_opinion", language="pl")

    reworded = key.patch(f"message-templates/{original['id']}/", {"subject": "Jak było?"}).json()

    assert (reworded["subject"], reworded["text"]) == ("Jak było?", original["text"])


def test_a_suggested_message_is_neither_renamed_nor_deleted(key):
    path = f"message-templates/{builtin(key)['id']}/"

    assert_problem(key.patch(path, {"name": "Mine"}), 422, "builtin_template")
    assert_problem(key.delete(path), 422, "builtin_template")

    assert builtin(key)["name"] == "Invitation"


def test_two_templates_of_one_name_are_told_apart_by_language_and_channel(key):
    other = key.post("message-templates/", template(name="Porcini")).json()
    for new in (OWN, template(language="it"), template(channel="sms", subject="")):
        assert key.post("message-templates/", new).status_code == 201

    assert_problem(key.post("message-templates/", OWN), 409, "template_exists")
    assert_problem(key.patch(f"message-templates/{other['id']}/", {"name": "Truffles"}), 409, "template_exists")


BAD = [
    ({"kind": "reply"}, "kind", "invalid_choice"),
    ({"kind": None}, "kind", "null"),
    ({"name": ""}, "name", "blank"),
    ({"name": "a" * 81}, "name", "max_length"),
    ({"language": "de"}, "language", "invalid_choice"),
    ({"channel": "app"}, "channel", "invalid_choice"),
    ({"subject": ""}, "subject", "required"),
    ({"subject": "Hello {link}"}, "subject", "unknown_placeholder"),
    ({"text": ""}, "text", "blank"),
    ({"text": "Hello {firstname}"}, "text", "unknown_placeholder"),
    ({"text": "Hello {first_name"}, "text", "unknown_placeholder"),
    ({"text": "a" * 5001}, "text", "max_length"),
    ({"channel": "sms"}, "subject", "not_allowed"),
    ({"channel": "sms", "subject": "", "text": "a" * 919}, "text", "max_length"),
    ({"is_builtin": True}, "is_builtin", "unknown_field"),
]


@pytest.mark.parametrize(("changes", "field", "code"), BAD)
def test_bad_input_is_named_by_its_field_and_adds_nothing(key, changes, field, code):
    problem = assert_problem(key.post("message-templates/", template(**changes)), 400, "invalid")

    assert [(one["field"], one["code"]) for one in problem["errors"]] == [(field, code)]
    assert len(key.get("message-templates/").json()["results"]) == 16


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"text": "{oops}"}, "text", "unknown_placeholder"),
        ({"text": ""}, "text", "required"),
        ({"subject": ""}, "subject", "required"),
        ({"language": "it"}, "language", "unknown_field"),
        ({"kind": "free"}, "kind", "unknown_field"),
    ],
)
def test_a_bad_change_changes_nothing(key, changes, field, code):
    made = key.post("message-templates/", OWN).json()

    problem = assert_problem(key.patch(f"message-templates/{made['id']}/", changes), 400, "invalid")

    assert [(one["field"], one["code"]) for one in problem["errors"]] == [(field, code)]
    assert key.get(f"message-templates/{made['id']}/").json() == made


@pytest.mark.parametrize(("role", "status"), [("owner", 201), ("manager", 201), ("marketer", 201), ("host", 403)])
def test_hosts_read_templates_and_do_not_edit_them(trattoria, role, status):
    staff = trattoria.signed_in(role)
    headers = {"X-Tenant": trattoria.tenant.slug}

    answer = staff.post("/api/v1/message-templates/", OWN, content_type="application/json", headers=headers)

    assert answer.status_code == status, answer.content
    assert staff.get("/api/v1/message-templates/", headers=headers).status_code == 200


def test_another_tenants_template_is_the_same_404_and_cannot_be_sent(key, bistro, bearer):
    theirs = bearer(bistro).post("message-templates/", OWN).json()["id"]
    anna = key.post("contacts/", {"first_name": "Anna", "email": "anna@example.com"}).json()["id"]

    for answer in (
        key.get(f"message-templates/{theirs}/"),
        key.patch(f"message-templates/{theirs}/", {"name": "Mine"}),
        key.delete(f"message-templates/{theirs}/"),
    ):
        assert_problem(answer, 404, "not_found")
    problem = assert_problem(
        key.post(f"contacts/{anna}/messages/", {"channel": "email", "template": theirs}), 400, "invalid"
    )
    assert [one["code"] for one in problem["errors"]] == ["unknown_id"]
