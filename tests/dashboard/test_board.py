"""The day's board in a browser: several tablets at once, and taps that survive a dropped WiFi (R-SERVICE-1)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from bookings.models import Booking, BookingStatus
from crm.models import Visit
from tenants.permissions import Role
from tests.dashboard import evening
from tests.dashboard.conftest import PHONE
from tests.dashboard.conftest import Visit as LetIn
from tests.personas import Place


@pytest.fixture
def tonight(trattoria: Place, commits: None) -> Place:
    with trattoria.enter():
        evening.board_of(trattoria)
    return trattoria


def row(page: Page, name: str) -> Locator:
    return page.locator(".brow", has_text=name)


def booking(place: Place, last_name: str) -> Booking:
    """Tonight's booking of the guest."""
    with place.enter():
        found: Booking = Booking.objects.filter(contact__last_name=last_name).latest("created_at")
        return found


def visits(place: Place, last_name: str) -> int:
    with place.enter():
        return Visit.objects.filter(
            contact__last_name=last_name, local_date=place.venue.local_day(timezone.now())
        ).count()


def test_one_touch_marks_arrived_and_the_row_says_when(visit: LetIn, tonight: Place) -> None:
    page = visit(tonight, Role.HOST).go()

    row(page, "Chiara De Santis").get_by_role("button", name="Mark arrived").click()

    expect(row(page, "Chiara De Santis").locator(".state")).to_contain_text("Arrived")
    assert booking(tonight, "De Santis").status == BookingStatus.ARRIVED
    assert visits(tonight, "De Santis") == 1


def test_undo_takes_the_arrival_and_its_visit_back(visit: LetIn, tonight: Place) -> None:
    page = visit(tonight, Role.HOST).go()
    row(page, "Chiara De Santis").get_by_role("button", name="Mark arrived").click()

    page.locator(".toast").get_by_role("button", name="Undo").click()

    expect(row(page, "Chiara De Santis").get_by_role("button", name="Mark arrived")).to_be_enabled()
    assert booking(tonight, "De Santis").status == BookingStatus.CONFIRMED
    assert visits(tonight, "De Santis") == 0


def test_a_tap_without_wifi_is_kept_and_sent_later_with_its_own_time(visit: LetIn, tonight: Place) -> None:
    visitor = visit(tonight, Role.HOST)
    page = visitor.go()
    visitor.context.set_offline(True)
    tapped_at = timezone.now()

    row(page, "Marek Dyja").get_by_role("button", name="Mark arrived").click()
    expect(row(page, "Marek Dyja")).to_contain_text("Not saved")
    expect(page.locator("#outbox-state")).to_contain_text("1 not saved")
    page.wait_for_timeout(2500)
    visitor.context.set_offline(False)

    expect(row(page, "Marek Dyja").locator(".state")).to_contain_text("Arrived", timeout=15000)
    expect(page.locator("#outbox-state")).to_be_hidden()
    assert abs(booking(tonight, "Dyja").status_at - tapped_at) < datetime.timedelta(seconds=2)


def test_a_tap_survives_the_closing_of_the_page(visit: LetIn, tonight: Place) -> None:
    visitor = visit(tonight, Role.HOST)
    page = visitor.go()
    page.route("**/api/v1/bookings/**", lambda route: route.abort())
    row(page, "Marek Dyja").get_by_role("button", name="Mark arrived").click()
    expect(row(page, "Marek Dyja")).to_contain_text("Not saved")

    page.unroute("**/api/v1/bookings/**")
    visitor.go("contacts/")
    page.wait_for_timeout(1500)

    assert booking(tonight, "Dyja").status == BookingStatus.ARRIVED


def test_a_tap_whose_answer_was_lost_acts_once(visit: LetIn, tonight: Place) -> None:
    page = visit(tonight, Role.HOST).go()
    answers = iter([True, False])

    def lose_the_first(route: object) -> None:
        if next(answers, False):
            route.fetch()  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    page.route("**/status/", lose_the_first)
    row(page, "Marek Dyja").get_by_role("button", name="Mark arrived").click()

    expect(row(page, "Marek Dyja").locator(".state")).to_contain_text("Arrived", timeout=15000)
    expect(page.locator(".toast.bad")).to_have_count(0)
    assert booking(tonight, "Dyja").version == 2
    assert visits(tonight, "Dyja") == 1


def test_a_tap_on_a_row_changed_elsewhere_says_who_did_what(visit: LetIn, tonight: Place) -> None:
    mine, theirs = visit(tonight, Role.HOST).go(), visit(tonight, Role.MANAGER).go()
    theirs.route("**/board/**", lambda route: route.abort())
    row(mine, "Marek Dyja").get_by_role("button", name="Mark arrived").click()
    expect(row(mine, "Marek Dyja").locator(".state")).to_contain_text("Arrived")

    row(theirs, "Marek Dyja").locator("summary[aria-label]").click()
    row(theirs, "Marek Dyja").get_by_role("button", name="Cancel booking").click()

    expect(theirs.locator(".toast.bad")).to_contain_text("Host already set “Arrived”")
    assert booking(tonight, "Dyja").status == BookingStatus.ARRIVED


def test_the_other_tablet_shows_a_tap_within_ten_seconds(visit: LetIn, tonight: Place) -> None:
    mine, theirs = visit(tonight, Role.HOST).go(), visit(tonight, Role.MANAGER).go()

    row(mine, "Marek Dyja").get_by_role("button", name="Mark arrived").click()

    expect(row(theirs, "Marek Dyja").locator(".state")).to_contain_text("Arrived", timeout=10000)


def test_no_show_is_offered_only_after_the_grace_period(visit: LetIn, tonight: Place) -> None:
    page = visit(tonight, Role.HOST).go()

    for name, is_offered in (("Sara Villa", 1), ("Chiara De Santis", 0)):
        row(page, name).first.locator("summary[aria-label]").click()
        expect(row(page, name).first.get_by_role("button", name="Mark as no-show")).to_have_count(is_offered)
        page.keyboard.press("Escape")


def test_the_party_size_is_corrected_in_the_tap(visit: LetIn, tonight: Place) -> None:
    page = visit(tonight, Role.HOST).go()
    giulia = row(page, "Giulia Moretti")

    giulia.locator(".size summary").click()
    giulia.get_by_role("button", name="One guest more").click()
    giulia.get_by_role("button", name="Save").click()

    expect(giulia.locator(".size summary")).to_have_text("5 guests")
    assert booking(tonight, "Moretti").party_size == 5


def test_a_late_guest_is_marked_late(visit: LetIn, tonight: Place) -> None:
    page = visit(tonight, Role.HOST).go()
    giulia = row(page, "Giulia Moretti")

    giulia.locator("summary[aria-label]").click()
    giulia.get_by_role("button", name="Mark as late").click()

    expect(giulia.locator(".state")).to_have_text("Late")
    assert booking(tonight, "Moretti").is_late


def test_a_phone_folds_what_is_settled(visit: LetIn, tonight: Place) -> None:
    page = visit(tonight, Role.HOST, PHONE).go()
    expect(row(page, "Antoine Gagnon")).to_be_hidden()

    page.get_by_text("tables settled").click()

    expect(row(page, "Antoine Gagnon")).to_be_visible()


def test_a_marketer_sees_the_board_without_its_buttons(visit: LetIn, tonight: Place) -> None:
    page = visit(tonight, Role.MARKETER).go()

    expect(row(page, "Giulia Moretti")).to_be_visible()
    expect(page.get_by_role("button", name="Mark arrived")).to_have_count(0)


@pytest.fixture
def yesterday(trattoria: Place, commits: None) -> Place:
    with trattoria.enter():
        evening.guests_of(trattoria).book("Villa", -26, 3)
    return trattoria


def test_the_close_of_the_day_settles_what_was_left_open(visit: LetIn, yesterday: Place) -> None:
    on = booking(yesterday, "Villa").service_date
    page = visit(yesterday, Role.HOST).go(f"?date={on}")
    expect(page.get_by_text("1 booking was left open.")).to_be_visible()

    page.get_by_role("link", name="Close the day").click()
    row(page, "Sara Villa").get_by_role("button", name="No-show").click()

    expect(page.get_by_text("Nothing is left open")).to_be_visible()
    assert booking(yesterday, "Villa").status == BookingStatus.NO_SHOW


def test_todays_board_reminds_of_the_day_nobody_closed(visit: LetIn, yesterday: Place) -> None:
    page = visit(yesterday, Role.HOST).go()
    expect(page.get_by_text("1 booking was left open.")).to_be_visible()

    page.get_by_role("link", name="Close the day").click()
    row(page, "Sara Villa").get_by_role("button", name="Was here").click()
    expect(page.get_by_text("Nothing is left open")).to_be_visible()
    page.get_by_role("link", name="Today").first.click()

    expect(page.locator("#board")).to_be_visible()
    expect(page.get_by_text("left open")).to_have_count(0)


def test_who_may_not_settle_is_not_asked_to_close_the_day(visit: LetIn, yesterday: Place) -> None:
    page = visit(yesterday, Role.MARKETER).go()

    expect(page.locator("#board")).to_be_visible()
    expect(page.get_by_text("left open")).to_have_count(0)


def test_the_edit_of_a_settled_booking_names_its_guest(tonight: Place) -> None:
    pk = booking(tonight, "Gagnon").pk

    page = tonight.signed_in(Role.HOST).get(f"/t/{tonight.tenant.slug}/bookings/{pk}/").content.decode()

    assert "<b>Antoine Gagnon</b>" in page
