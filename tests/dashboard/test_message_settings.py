"""Message templates through the pages: suggested ones in one's own words, and those of one's own (R-CRM-7)."""

from __future__ import annotations

import pytest

from tenants.permissions import Role
from tests.dashboard.counter import see, send, text_of
from tests.dashboard.letters import (
    WRITERS,
    own_template,
    template,
)
from tests.dashboard.test_pages import url
from tests.personas import Place


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
        ({"channel": "sms", "text": "a" * 919}, "An SMS has at most 918 characters"),
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
