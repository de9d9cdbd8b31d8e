"""Exports in a browser: from the list's filters to the file (R-IO-4, R-CRM-5)."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from consent.models import ConsentStatus
from importexport import tasks
from importexport.models import ExportJob
from tenants.permissions import Role
from tests.dashboard import bell
from tests.dashboard.conftest import Visit as LetIn
from tests.dashboard.test_pages import url
from tests.outreach.people import agree, contact, leave
from tests.personas import Bearer, Place


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    return bell.answered_by(tasks.work_on_export, monkeypatch)


@pytest.fixture
def guests(trattoria: Place, bearer: Callable[..., Bearer]) -> dict[str, str]:
    """Anna and Ben, Italian, and Jan, a Pole; all agreed to Centro's e-mail."""
    key = bearer(trattoria)
    made = {
        name: contact(key, first_name=name, email=f"{name.lower()}@example.com", phone="", language=language)
        for name, language in (("Anna", "it"), ("Ben", "it"), ("Jan", "pl"))
    }
    for one in made.values():
        agree(key, one, trattoria)
    return made


def fetch(page: Page) -> list[list[str]]:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_the_filtered_list_becomes_a_file_of_whom_we_may_write_to(
    visit: LetIn,
    trattoria: Place,
    guests: dict[str, str],
    bearer: Callable[..., Bearer],
    worker: Callable[[], None],
) -> None:
    page = visit(trattoria, Role.MARKETER).go("contacts/?language=it")
    page.get_by_role("link", name="Export", exact=True).last.click()
    expect(page.locator(".head .of")).to_have_text("2")
    expect(page.locator(".chips")).to_contain_text("Language")

    page.get_by_label("Who", exact=True).select_option("email")
    page.get_by_label("Consent of").select_option(label="Centro")
    page.get_by_label("File", exact=True).select_option("csv")
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    worker()
    expect(page.get_by_text("guests in the file")).to_be_visible(timeout=10000)
    leave(bearer(trattoria), guests["Ben"], trattoria)

    rows = fetch(page)

    assert [row[0] for row in rows[1:]] == ["Anna"]
    page.get_by_role("link", name="New export").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    with trattoria.enter():
        assert ConsentStatus.objects.filter(status="unsubscribed").count() == 1


def test_the_customer_table_becomes_a_report_once_the_venue_is_named(
    visit: LetIn, trattoria: Place, guests: dict[str, str], worker: Callable[[], None]
) -> None:
    page = visit(trattoria).go("reports/customers/")
    page.get_by_role("link", name="Export", exact=True).last.click()
    expect(page.get_by_label("Customer report")).to_be_checked()

    expect(page.get_by_label("Consent of")).to_have_value(str(trattoria.venue.pk))
    page.get_by_label("File", exact=True).select_option("csv")
    page.get_by_label("Consent of").select_option(label="All venues")
    page.get_by_role("button", name="Export").click()
    expect(page.locator(".error")).to_contain_text("there are several")
    page.locator("summary", has_text="Further columns").click()
    page.get_by_label("Language", exact=True).check()
    page.get_by_label("Consent of").select_option(label="Centro")
    page.get_by_role("button", name="Export").click()
    worker()
    expect(page.get_by_text("guests in the file")).to_be_visible(timeout=10000)

    rows = fetch(page)

    assert (rows[0][0], rows[0][5], rows[0][8]) == ("Account creation date", "Marketing consent", "Language")
    assert [(row[1], row[5], row[8]) for row in rows[1:]] == [
        *(("Anna", "subscribed", "it"), ("Ben", "subscribed", "it"), ("Jan", "subscribed", "pl"))
    ]


def test_only_who_may_read_allergies_is_offered_them(trattoria: Place) -> None:
    for role, is_offered in ((Role.OWNER, True), (Role.MARKETER, False)):
        page = trattoria.signed_in(role).get(url(trattoria, "exports")).content.decode()
        assert ("With allergies and diet" in page) is is_offered


def test_a_stranger_finds_no_export_of_ours(trattoria: Place, bistro: Place) -> None:
    trattoria.signed_in().post(url(trattoria, "exports"), {"kind": "contacts", "who": "", "file_format": "csv"})
    with trattoria.enter():
        pk = ExportJob.objects.get().pk

    for name in ("export", "export_download"):
        assert bistro.signed_in().get(url(bistro, name, pk)).status_code == 404
        assert bistro.signed_in().get(url(trattoria, name, pk)).status_code == 404


@pytest.mark.parametrize("query", ["segment=0198c5a0-0000-7000-8000-000000000000", "visits_min=abc", "tag=nothere"])
def test_a_filter_that_is_not_understood_exports_nobody(trattoria: Place, guests: dict[str, str], query: str) -> None:
    """A colleague may have deleted the segment while the page was open: the list shows nobody then."""
    browser, address = trattoria.signed_in(), f"{url(trattoria, 'exports')}?{query}"

    shown = browser.get(address).content.decode()
    answer = browser.post(address, {"kind": "contacts", "who": "", "file_format": "csv"})

    assert "note bad" in shown
    assert "All contacts of the list" not in shown
    assert answer.status_code == 400
    with trattoria.enter():
        assert ExportJob.objects.count() == 0
