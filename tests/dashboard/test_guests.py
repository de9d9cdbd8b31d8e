"""Finding, telling apart and keeping guests in a browser (R-ID-8, R-CRM-1 to 6, R-WRITE-2, 5, 6)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from bookings.models import Booking
from crm import editing, tags
from crm.guest_data import Guest
from crm.models import Contact, ContactState, ContactTag
from tenants.permissions import Role
from tests.dashboard import evening
from tests.dashboard.conftest import PHONE
from tests.dashboard.conftest import Visit as LetIn
from tests.personas import Place


@pytest.fixture
def house(trattoria: Place, commits: None) -> Place:
    """The trattoria with its guests and their past."""
    with trattoria.enter():
        evening.guests_of(trattoria)
    return trattoria


def contact(place: Place, last_name: str) -> Contact:
    with place.enter():
        found: Contact = Contact.objects.get(last_name=last_name)
        return found


def open_card(let_in: LetIn, place: Place, last_name: str, role: str = Role.MANAGER) -> Page:
    return let_in(place, role).go(f"contacts/{contact(place, last_name).pk}/")


def test_the_list_narrows_while_one_types_and_keeps_its_state_in_the_address(visit: LetIn, house: Place) -> None:
    page = visit(house).go("contacts/?visits_min=1")

    page.get_by_role("searchbox").press_sequentially("giulia mor")

    expect(page.locator(".contacts tbody tr")).to_have_count(1)
    expect(page.locator(".contacts tbody tr")).to_contain_text("(la notaia)")
    assert "q=giulia%20mor" in page.url
    assert "visits_min=1" in page.url


def test_the_whole_row_opens_the_card(visit: LetIn, house: Place) -> None:
    page = visit(house).go("contacts/")

    page.locator("tr", has_text="Giulia Moretti").get_by_text("giulia.moretti@example.com").click(force=True)

    expect(page.get_by_role("heading", level=1)).to_contain_text("Giulia Moretti")


def test_a_filter_stands_on_a_chip_and_goes_with_it(visit: LetIn, house: Place) -> None:
    page = visit(house).go("contacts/")
    page.get_by_role("button", name="Filter").click()
    page.get_by_label("VIP").check(force=True)
    page.get_by_role("button", name="Show contacts").click()
    expect(page.locator(".contacts tbody tr")).to_have_count(1)
    assert page.url.endswith("?tag=vip")

    page.locator(".chip", has_text="VIP").click()

    expect(page.locator(".contacts tbody tr")).to_have_count(8)


def test_a_column_sorts_both_ways(visit: LetIn, house: Place) -> None:
    page = visit(house).go("contacts/")

    page.get_by_role("link", name="Visits").click()
    expect(page.locator("th", has_text="Visits")).to_have_attribute("aria-sort", "descending")
    expect(page.locator(".contacts tbody tr").first).to_contain_text("Giulia Moretti")
    page.get_by_role("link", name="Visits").click()

    expect(page.locator("th", has_text="Visits")).to_have_attribute("aria-sort", "ascending")


def test_the_search_of_every_page_offers_to_open_book_and_call(visit: LetIn, house: Place) -> None:
    page = visit(house).go()
    page.keyboard.press("Control+k")

    page.keyboard.type("042217")

    found = page.locator(".search .option", has_text="Giulia Moretti")
    expect(found.get_by_role("link", name="Call")).to_have_attribute("href", "tel:+393331042217")
    expect(found.get_by_role("link", name="Book")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Giulia Moretti")


def test_the_picker_tells_namesakes_apart_and_the_booking_is_the_chosen_ones(visit: LetIn, house: Place) -> None:
    page = visit(house, Role.HOST).go("bookings/new/")

    page.get_by_label("First name").press_sequentially("Sara")
    expect(page.get_by_role("option", name="Sara Villani")).to_contain_text("phone …0044")
    expect(page.get_by_role("option", name="s.villani@example.com")).to_contain_text("visits: 0")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator(".option[aria-selected=true] .who").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator(".chosen")).to_contain_text(chosen)
    page.get_by_role("button", name="Take the booking").click()

    expect(page.locator(".brow.marked")).to_contain_text(chosen)
    with house.enter():
        assert str(Booking.objects.latest("created_at").contact) == chosen


def test_the_picker_warns_of_an_allergy_and_of_no_shows(visit: LetIn, house: Place) -> None:
    page = visit(house, Role.HOST).go("bookings/new/")

    page.get_by_label("Last name").press_sequentially("Trembl")
    expect(page.get_by_role("option", name="Jean-Luc Tremblay").locator(".allergy")).to_be_visible()
    page.get_by_label("Last name").fill("")
    page.get_by_label("Last name").press_sequentially("Santis")

    expect(page.get_by_role("option", name="Chiara De Santis")).to_contain_text("no-shows 67%")


def test_a_walk_in_needs_only_its_size(visit: LetIn, house: Place) -> None:
    page = visit(house, Role.HOST, PHONE).go("bookings/new/?kind=walk_in")

    page.get_by_role("radio", name="3").check(force=True)
    page.get_by_role("button", name="They are here").click()

    expect(page.locator(".brow.marked .state")).to_contain_text("Arrived")
    with house.enter():
        assert Booking.objects.latest("created_at").party_size == 3


def test_a_reservation_needs_to_know_who_is_coming(visit: LetIn, house: Place) -> None:
    page = visit(house, Role.HOST).go("bookings/new/")

    page.get_by_role("button", name="Take the booking").click()

    expect(page.locator(".error")).to_have_text("Say who is coming: a name is enough.")


def test_tags_are_set_and_taken_off_and_the_tenth_is_refused(visit: LetIn, house: Place) -> None:
    giulia = contact(house, "Moretti")
    with house.enter():
        for number in range(6):
            tags.add(giulia, tags.create(f"Wine {number}").key)
    page = open_card(visit, house, "Moretti")

    page.locator("summary", has_text="Tag").click()
    page.get_by_role("button", name="Influencer", exact=True).click()
    expect(page.locator("#tag-editor .tag", has_text="Influencer")).to_be_visible()
    page.locator("summary", has_text="Tag").click()
    page.get_by_role("button", name="Journalist", exact=True).click()

    expect(page.locator("#tag-editor .error")).to_contain_text("nine tags")
    page.get_by_role("button", name="Remove VIP").click()
    expect(page.get_by_role("button", name="Remove VIP")).to_have_count(0)
    with house.enter():
        assert ContactTag.objects.filter(contact=giulia).count() == 8


def test_a_tag_of_our_own_is_made_renamed_and_deleted(visit: LetIn, house: Place) -> None:
    page = visit(house, Role.MANAGER).go("settings/tags/")

    page.get_by_label("New tag").fill("Likes Barolo")
    page.get_by_role("button", name="Add tag").click()
    expect(page.get_by_text("“Likes Barolo” can be set now.")).to_be_visible()
    barolo = page.locator("tr", has=page.locator("input[value='Likes Barolo']"))
    barolo.get_by_label("Name of the tag").fill("Likes Barbera")
    barolo.get_by_role("button", name="Rename").click()
    barbera = page.locator("tr", has=page.locator("input[value='Likes Barbera']"))
    barbera.locator("summary", has_text="Delete").click()
    barbera.get_by_role("button", name="Delete the tag").click()

    expect(page.get_by_text("“Likes Barbera” is gone from every contact.")).to_be_visible()


def test_a_tag_there_is_already_is_refused_beside_its_field(visit: LetIn, house: Place) -> None:
    page = visit(house, Role.MANAGER).go("settings/tags/")

    page.get_by_label("New tag").fill("VIP")
    page.get_by_role("button", name="Add tag").click()

    expect(page.locator(".error")).to_have_text("There is already a tag of this name.")


def test_notes_are_edited_in_place(visit: LetIn, house: Place) -> None:
    page = open_card(visit, house, "Villa")

    page.get_by_role("link", name="Add a note").click()
    page.get_by_label("Notes").fill("Likes the window.")
    page.get_by_role("button", name="Save notes").click()

    expect(page.locator("#notes")).to_contain_text("Likes the window.")
    assert contact(house, "Villa").notes == "Likes the window."


def test_a_change_is_taken_back_with_one_click(visit: LetIn, house: Place) -> None:
    with house.enter():
        editing.edit(Contact.objects.get(last_name="Villa"), {"phone": "+39 347 111 2233"})
    page = open_card(visit, house, "Villa")

    page.get_by_role("link", name="Changes").click()
    page.get_by_role("button", name="Revert").click()

    expect(page.locator(".reach")).to_contain_text("+39 347 992 0031")
    assert contact(house, "Villa").phone == "+393479920031"


def test_an_email_of_somebody_else_is_refused_with_the_way_to_them(visit: LetIn, house: Place) -> None:
    page = visit(house).go(f"contacts/{contact(house, 'Villa').pk}/edit/")

    page.get_by_label("E-mail", exact=True).fill("S.Villani@example.com")
    page.get_by_role("button", name="Save").click()

    expect(page.locator(".error")).to_have_text("Another contact has this e-mail.")
    page.get_by_role("link", name="Open that contact").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sara Villani")


def test_adding_a_known_guest_updates_the_one_there_is(visit: LetIn, house: Place) -> None:
    page = visit(house).go("contacts/new/")

    page.get_by_label("First name").fill("Giulia Maria")
    page.get_by_label("E-mail", exact=True).fill("giulia.moretti@example.com")
    page.get_by_role("button", name="Add contact").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Giulia Maria Moretti")
    expect(page.locator(".tags.editable").first).to_contain_text("VIP")
    assert contact(house, "Moretti").first_name == "Giulia Maria"


def test_a_contact_goes_to_the_bin_after_a_warning_and_comes_back(visit: LetIn, house: Place) -> None:
    page = open_card(visit, house, "Villa")
    page.locator("summary[aria-label=More]").click()
    page.get_by_role("button", name="Move to the bin…").click()
    expect(page.get_by_role("dialog")).to_contain_text("erased for good")

    page.get_by_label("No, we are tidying up").check()
    page.get_by_role("button", name="Move to the bin", exact=True).click()
    expect(page.get_by_text("Sara Villa is in the bin.")).to_be_visible()
    assert contact(house, "Villa").state == ContactState.DELETED
    page.get_by_role("link", name="Bin").first.click()
    page.get_by_role("button", name="Restore").click()

    expect(page.get_by_text("Sara Villa is back in the list.")).to_be_visible()
    assert contact(house, "Villa").state == ContactState.ACTIVE


def test_consent_is_withdrawn_for_one_channel_of_one_venue(visit: LetIn, house: Place) -> None:
    page = open_card(visit, house, "Gagnon")
    line = page.locator(".consents li", has_text="Centro · e-mail")

    line.locator("summary").click()
    line.get_by_role("button", name="Unsubscribe").click()

    expect(page.locator(".consents li", has_text="Centro · e-mail")).to_contain_text("unsubscribed")
    expect(page.locator(".consents li", has_text="Centro · SMS")).to_contain_text("implied")


def test_a_host_sees_that_there_is_an_allergy_but_not_which(visit: LetIn, house: Place) -> None:
    page = open_card(visit, house, "Tremblay", Role.HOST)

    expect(page.locator(".allergy-banner")).to_have_text("Allergy")
    assert "nuts" not in page.content().lower()


def test_discreet_mode_shows_delicate_tags_as_icons(visit: LetIn, house: Place) -> None:
    page = open_card(visit, house, "De Santis")
    mark = page.locator("#tag-editor .tag", has_text="No-show")
    expect(mark.locator(".icon").first).to_be_hidden()

    page.locator("summary.me").click()
    page.get_by_role("button", name="Discreet mode").click()

    expect(mark.locator(".when-discreet")).to_be_visible()
    assert mark.locator(".tag-text").bounding_box()["width"] <= 1  # type: ignore[index]


def test_a_typo_in_an_address_is_pointed_out(visit: LetIn, house: Place) -> None:
    page = visit(house).go("contacts/new/")

    page.get_by_label("E-mail", exact=True).fill("luca@gmial.com")
    page.get_by_role("button", name="Add contact").click()

    expect(page.locator(".notices")).to_contain_text("gmail.com")
    with house.enter():
        assert Contact.objects.get(email="luca@gmial.com").first_name == ""


def test_a_booking_is_linked_to_the_right_guest_afterwards(visit: LetIn, house: Place) -> None:
    with house.enter():
        booking = Booking.objects.filter(contact__last_name="Gagnon").latest("created_at")
        editing.add(Guest(first_name="Anna", last_name="Bianchi", email="anna@example.com"))
    page = visit(house).go(f"bookings/{booking.pk}/")

    page.get_by_label("Name, phone or e-mail", exact=True).press_sequentially("Bianchi")
    page.get_by_role("option", name="Anna Bianchi").click()
    page.get_by_role("button", name="Link to this contact").click()

    expect(page.get_by_text("The booking now belongs to Anna Bianchi.")).to_be_visible()
    with house.enter():
        assert Booking.objects.get(pk=booking.pk).contact.email == "anna@example.com"
