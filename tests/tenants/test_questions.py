"""Questions asked together are answered as each alone, by one statement (issue 3: a card in twelve queries)."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from uuid_utils.compat import uuid7

from tenants import questions
from tenants.questions import Question
from tests.personas import Place

AT = datetime.datetime(2026, 11, 20, 19, 30, tzinfo=datetime.UTC)
VENUES = Question(lambda: "SELECT id, name FROM tenants_venue WHERE tenant_id = $1 ORDER BY name DESC", 2, list)
NOTHING = Question(lambda: "SELECT id FROM tenants_venue WHERE tenant_id = $1 AND id = ANY($2)", 1, list)
NEXT_DAY = Question(lambda: "SELECT ($3::timestamptz)::date + 1, NULL::text, 2.5::float8", 3, lambda found: found[0])


def test_each_gets_its_own_rows_in_their_order(inside: Place) -> None:
    centro, mare = inside.venues

    answers = questions.ask((VENUES, NOTHING, NEXT_DAY), [uuid7()], AT)

    assert answers[VENUES] == [(mare.pk, "Mare"), (centro.pk, "Centro")] == VENUES.ask()
    assert answers[NOTHING] == []
    assert answers[NEXT_DAY] == (datetime.date(2026, 11, 21), None, 2.5)


def test_all_of_them_are_one_statement(inside: Place) -> None:
    with CaptureQueriesContext(connection) as captured:
        questions.ask((VENUES, NOTHING, NEXT_DAY), [uuid7()], AT)

    assert len(captured) == 1


def test_a_stranger_s_rows_are_in_no_answer(trattoria: Place, bistro: Place) -> None:
    with trattoria.enter():
        answers = questions.ask((VENUES, NOTHING), [bistro.venue.pk])

    assert [name for _id, name in answers[VENUES]] == ["Mare", "Centro"]
    assert answers[NOTHING] == []


def test_what_was_not_asked_has_no_answer(inside: Place) -> None:
    answers = questions.ask((VENUES,))

    with pytest.raises(KeyError):
        answers[NOTHING]


def test_rows_and_answers_beside_them_are_one_statement(inside: Place) -> None:
    centro, mare = inside.venues
    wanted = "SELECT name FROM tenants_venue WHERE tenant_id = $1 AND id = ANY($2) ORDER BY name"

    with CaptureQueriesContext(connection) as captured:
        found, answers = questions.ask_beside(wanted, (VENUES,), [centro.pk, mare.pk])
    nobody, others = questions.ask_beside(wanted, (VENUES,), [uuid7()])

    assert len(captured) == 1
    assert found == [("Centro",), ("Mare",)]
    assert nobody == []
    assert answers[VENUES] == others[VENUES] == [(mare.pk, "Mare"), (centro.pk, "Centro")]
