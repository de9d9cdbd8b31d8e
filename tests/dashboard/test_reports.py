"""Reports and the customer table: their figures are those of the list, and stand as numbers beside plots (R-CRM-2, R-CRM-5)."""

from __future__ import annotations

import datetime
import re

import pytest

from dashboard import plots
from dashboard.plots import Column, Series
from tenants.permissions import Role
from tests.dashboard import evening
from tests.dashboard.test_pages import url
from tests.personas import Place

GREEN = [Series("a", "Anna", "green"), Series("b", "Bruno", "blue")]


@pytest.fixture
def tonight(trattoria: Place) -> Place:
    with trattoria.enter():
        evening.board_of(trattoria)
    return trattoria


def text_of(place: Place, name: str, role: str = Role.OWNER, query: str = "") -> str:
    answer = place.signed_in(role).get(url(place, name) + query)
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_reports_count_contacts_and_visits(tonight: Place) -> None:
    text = text_of(tonight, "reports")

    assert "8 in 12 months, whole group" in text
    assert re.search(r"\d+ visits in 30 days, \d+% by guests who came back", text)
    assert text.count("Show as a table") == text.count('role="img"')


def test_a_venue_without_visits_says_so(tonight: Place) -> None:
    text = text_of(tonight, "reports", query=f"?venue={tonight.venues[1].pk}")

    assert "0 visits in 30 days" in text
    assert "Nothing in this time" in text


def test_the_customer_table_has_every_contact_with_its_newsletter(tonight: Place) -> None:
    text = text_of(tonight, "report_customers")

    assert text.count("<tr>") - 1 == 8
    assert "Giulia Moretti" in text
    assert "not asked" in text


def test_the_customer_table_takes_the_filters_of_the_list(tonight: Place) -> None:
    text = text_of(tonight, "report_customers", query="?q=moretti")

    assert text.count("<tr>") - 1 == 1
    assert "Nobody matches" in text_of(tonight, "report_customers", query="?q=nobodyatall")


def test_the_customer_table_is_for_who_may_export(tonight: Place) -> None:
    assert tonight.signed_in(Role.HOST).get(url(tonight, "report_customers")).status_code == 403
    assert "Customer table" not in text_of(tonight, "reports", Role.HOST)


def test_bars_stack_from_the_ground_and_none_stands_for_nothing() -> None:
    plot = plots.stacked(
        "p", "Title", "things", [Column("May", {"a": 3, "b": 1}), Column("June", {"a": 0})], GREEN, written=str
    )

    lower, upper = plot.bars
    assert (lower.text, upper.text) == ("May, Anna: 3", "May, Bruno: 1")
    assert lower.y == pytest.approx(upper.y + upper.height)
    assert lower.y + lower.height == plots.HEIGHT - plots.BOTTOM
    assert upper.y == plots.TOP
    assert [(row.label, row.cells) for row in plot.table] == [("May", ["3", "1"]), ("June", ["0", "0"])]
    assert [line.text for line in plot.lines] == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("value", "top"), [(0, 0), (1, 1), (3, 4), (9, 10), (11, 20), (41, 80), (99, 100), (2914, 4000)]
)
def test_an_axis_ends_at_a_number_that_reads_well(value: int, top: int) -> None:
    assert plots._round_up(value) == top


def test_a_plot_of_nothing_is_empty() -> None:
    assert plots.stacked("p", "Title", "things", [], GREEN, written=str).is_empty
    assert plots.stacked(
        "p", "Title", "things", [Column(f"{datetime.date(2026, 1, 1)}", {})], GREEN, written=str
    ).is_empty
