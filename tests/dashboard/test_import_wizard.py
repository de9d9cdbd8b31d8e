"""The import wizard in a browser: upload, columns, the question about dates, the check, the run (R-IO-1, R-IO-2)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from crm.models import Contact
from importexport import tasks
from importexport.models import ImportJob
from tenants.permissions import Role
from tests.dashboard import bell
from tests.dashboard.conftest import Visit as LetIn
from tests.personas import Place

LIST = """Nome;Cognome;E-mail;Telefono;Data di nascita
Anna;Bianchi;anna@example.com;333 123 4567;03/04/1980
Luca;Ferri;luca@example.invalidtld;;05/06/1975
Sara;Villa;;+39 347 992 0031;31/02/1980
"""


@pytest.fixture
def guest_list(tmp_path: Path) -> Path:
    path = tmp_path / "clienti.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    return bell.answered_by(tasks.work, monkeypatch)


def upload(page: Page, path: Path) -> None:
    page.get_by_label("Your guest list").set_input_files(path)
    page.get_by_role("button", name="Upload").click()


def test_a_list_goes_in_with_its_dates_asked_and_its_bad_row_explained(
    visit: LetIn, trattoria: Place, guest_list: Path, worker: Callable[[], None]
) -> None:
    page = visit(trattoria).go("imports/")
    upload(page, guest_list)
    expect(page.get_by_label("Telefono")).to_have_value("phone")

    page.get_by_role("button", name="Check the file").click()
    if page.get_by_text("can be read in two ways: say").count():
        page.get_by_label("03/04/2026 means 3 April 2026").check()
        page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    worker()
    expect(page.get_by_text("Rows with something to say")).to_be_visible(timeout=10000)
    expect(page.locator("[data-count=rejected]")).to_have_text("1")
    with trattoria.enter():
        assert Contact.objects.count() == 0

    page.get_by_role("button", name="Start the import").click()
    worker()

    expect(page.get_by_role("link", name="See the contacts")).to_be_visible(timeout=10000)
    expect(page.locator("[data-count=created]")).to_have_text("2")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the refused rows").click()
    assert "luca@example.invalidtld" in Path(download.value.path()).read_text(encoding="utf-8-sig")


def test_a_file_that_is_no_list_is_refused_beside_its_field(visit: LetIn, trattoria: Place, tmp_path: Path) -> None:
    path = tmp_path / "menu.pdf"
    path.write_bytes(b"%PDF-1.7 not a list")
    page = visit(trattoria, Role.MANAGER).go("imports/")

    upload(page, path)

    expect(page.locator(".error")).to_be_visible()
    with trattoria.enter():
        assert ImportJob.objects.count() == 0


def test_two_columns_cannot_both_be_the_email(visit: LetIn, trattoria: Place, guest_list: Path) -> None:
    page = visit(trattoria).go("imports/")
    upload(page, guest_list)

    page.get_by_label("Telefono").select_option("email")
    page.get_by_role("button", name="Save").click()

    expect(page.locator("td .error")).to_have_text("Another column holds this field already.")


def test_a_list_put_off_until_later_goes_on_at_its_columns_not_past_the_check(
    visit: LetIn, trattoria: Place, guest_list: Path
) -> None:
    page = visit(trattoria).go("imports/")
    upload(page, guest_list)
    page.get_by_role("link", name="Later").click()

    page.get_by_role("link", name="clienti.csv").click()

    expect(page.get_by_text("Which column is what?")).to_be_visible()
    expect(page.get_by_role("button", name="Start the import")).to_have_count(0)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("cancelled")).to_be_visible()
