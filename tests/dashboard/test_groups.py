"""Groups, segments and automatic tags as staff keep them in a browser (R-CRM-5, R-CRM-6, R-SERVICE-2)."""

from __future__ import annotations

import datetime
import os

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from uuid_utils.compat import uuid7

from crm import groups, segments, statistics, tags, visits
from crm.models import Contact, ContactGroup, GroupMember, LiftedTag, Segment, VisitSourceKind
from tenants.permissions import Role
from tests.dashboard import evening
from tests.dashboard.conftest import DESK, PHONE
from tests.dashboard.conftest import Visit as LetIn
from tests.dashboard.test_look import AUDIT
from tests.personas import Place

SHOTS = os.environ.get("COPERTO_SCREENSHOTS")


@pytest.fixture
def house(trattoria: Place, commits: None) -> Place:
    """Two groups, two segments; Sara Villa came six times, which makes her a regular."""
    with trattoria.enter():
        evening.guests_of(trattoria)
        sara = Contact.objects.get(last_name="Villa")
        for days in range(1, 7):
            at = timezone.now() - datetime.timedelta(days=days)
            visits.record(
                sara, trattoria.venue, local_date=at.date(), kind=VisitSourceKind.WIFI, source_id=uuid7(), at=at
            )
        statistics.refresh(sara.pk)
        wine = groups.create("Wine evenings")
        groups.add(wine, [sara.pk, Contact.objects.get(last_name="Moretti").pk])
        groups.create("Neighbours of the upper town")
        segments.create("Italian regulars", {"language": "it", "tag": ["vip"], "visits_min": 1})
        segments.create("Reachable by phone only", {"channel": "phone", "suspect_key": False})
    return trattoria


def card_of(let_in: LetIn, place: Place, last_name: str, role: str = Role.MANAGER) -> Page:
    with place.enter():
        pk = Contact.objects.get(last_name=last_name).pk
    return let_in(place, role).go(f"contacts/{pk}/")


def members(place: Place, name: str) -> set[str]:
    with place.enter():
        found = GroupMember.objects.filter(group__name=name).select_related("contact")
        return {one.contact.last_name for one in found}


def tick(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("checkbox", name=f"Select {name}", exact=True).check()


def test_a_group_is_made_renamed_and_deleted_after_a_question(visit: LetIn, house: Place) -> None:
    page = visit(house).go("groups/")
    page.get_by_label("New group").fill("Club")
    page.get_by_role("button", name="Add group").click()
    row = page.locator("tr", has_text="Club")
    expect(row).to_contain_text("0")

    row.get_by_text("Rename").click()
    row.get_by_label("New name").fill("Tennis club")
    row.get_by_role("button", name="Save").click()
    row = page.locator("tr", has_text="Tennis club")
    row.get_by_text("Delete", exact=False).first.click()
    row.get_by_role("button", name="Delete the group").click()

    expect(page.locator("main")).to_contain_text("The group “Tennis club” is gone")
    with house.enter():
        assert sorted(ContactGroup.objects.values_list("name", flat=True)) == [
            "Neighbours of the upper town",
            "Wine evenings",
        ]


def test_a_name_that_is_taken_is_said_beside_the_field(visit: LetIn, house: Place) -> None:
    page = visit(house).go("groups/")
    page.get_by_label("New group").fill("Wine evenings")
    page.get_by_role("button", name="Add group").click()

    expect(page.locator(".field .error")).to_contain_text("There is already a group of this name.")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_rows_are_ticked_and_put_into_a_group(visit: LetIn, house: Place, size: tuple[int, int]) -> None:
    page = visit(house, size=size).go("contacts/?q=sara")
    expect(page.get_by_role("button", name="Create and add")).not_to_be_visible()
    tick(page, "Sara Villa", "Sara Villani")
    expect(page.locator("[data-picked]")).to_have_text("Selected: 2")

    page.locator("summary", has_text="Add to group").click()
    page.get_by_role("button", name="Wine evenings").click()

    expect(page.locator("main")).to_contain_text("1 contact added to “Wine evenings”. 1 was in it already.")
    assert "q=sara" in page.url
    assert members(house, "Wine evenings") == {"Moretti", "Villa", "Villani"}


def test_what_was_put_into_a_group_is_taken_out_again_by_undo(visit: LetIn, house: Place) -> None:
    page = visit(house).go("contacts/?q=sara")
    tick(page, "Sara Villa", "Sara Villani")
    page.locator("summary", has_text="Add to group").click()
    page.get_by_role("button", name="Wine evenings").click()

    page.get_by_role("button", name="Undo").click()

    expect(page.locator("main")).to_contain_text("1 contact is no longer in “Wine evenings”.")
    assert "q=sara" in page.url
    assert members(house, "Wine evenings") == {"Moretti", "Villa"}
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("main")).to_contain_text("1 contact added to “Wine evenings”.")
    assert members(house, "Wine evenings") == {"Moretti", "Villa", "Villani"}


def test_undo_of_a_new_group_takes_the_group_away(visit: LetIn, house: Place) -> None:
    page = visit(house).go("contacts/?q=sara")
    tick(page, "Sara Villa")
    page.locator("summary", has_text="Add to group").click()
    page.get_by_label("New group").fill("Saras")
    page.get_by_role("button", name="Create and add").click()

    page.get_by_role("button", name="Undo").click()

    expect(page.locator("main")).to_contain_text("The group “Saras” is gone")
    assert "q=sara" in page.url
    with house.enter():
        assert not ContactGroup.objects.filter(name="Saras").exists()


def test_enter_in_the_new_groups_name_makes_it_and_fills_it(visit: LetIn, house: Place) -> None:
    page = visit(house).go("contacts/?q=sara")
    page.get_by_role("checkbox", name="Select all on this page").check()
    page.locator("summary", has_text="Add to group").click()
    page.get_by_label("New group").fill("Saras")
    page.get_by_label("New group").press("Enter")

    expect(page.locator("main")).to_contain_text("2 contacts added to “Saras”.")
    assert members(house, "Saras") == {"Villa", "Villani"}


def test_the_list_of_a_group_takes_out_of_it(visit: LetIn, house: Place) -> None:
    page = visit(house).go("groups/")
    page.get_by_role("link", name="Wine evenings", exact=True).click()
    expect(page.locator(".contacts tbody tr")).to_have_count(2)
    expect(page.locator(".chip", has_text="Wine evenings")).to_be_visible()
    tick(page, "Sara Villa")
    page.get_by_role("button", name="Take out of “Wine evenings”").click()

    expect(page.locator(".contacts tbody tr")).to_have_count(1)
    assert members(house, "Wine evenings") == {"Moretti"}


def test_filters_are_saved_as_a_segment_that_opens_again(visit: LetIn, house: Place) -> None:
    page = visit(house).go("contacts/?tag=vip&q=giulia")
    page.get_by_role("button", name="Save as segment").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Important Giulias")
    page.get_by_role("button", name="Save segment").click()

    expect(page.locator(".chip", has_text="Important Giulias")).to_be_visible()
    expect(page.locator(".contacts tbody tr")).to_have_count(1)
    expect(page.get_by_role("button", name="Save as segment")).to_have_count(0)
    with house.enter():
        assert Segment.objects.get(name="Important Giulias").filters == {"q": "giulia", "tag": ["vip"]}

    page.get_by_role("link", name="Segments").click()
    expect(page.locator("tr", has_text="Important Giulias")).to_contain_text("VIP")


def test_the_filters_of_a_segment_are_replaced_by_those_of_the_list_and_brought_back(
    visit: LetIn, house: Place
) -> None:
    page = visit(house).go("segments/")
    page.get_by_role("link", name="Adjust Italian regulars").click()
    expect(page.get_by_role("button", name="Update “Italian regulars”")).to_have_count(0)
    page.locator(".chip", has_text="VIP").click()
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Visits, at least").fill("3")
    page.get_by_role("button", name="Show contacts").click()

    page.get_by_role("button", name="Update “Italian regulars”").click()

    expect(page.locator("main")).to_contain_text("“Italian regulars” has the new filters.")
    expect(page.locator(".chip", has_text="Italian regulars")).to_be_visible()
    with house.enter():
        assert Segment.objects.get(name="Italian regulars").filters == {"language": "it", "visits_min": "3"}
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="Adjust this segment")).to_be_visible()
    with house.enter():
        assert Segment.objects.get(name="Italian regulars").filters == {
            "language": "it",
            "tag": ["vip"],
            "visits_min": "1",
        }


def test_a_segment_is_not_updated_by_who_may_not_nor_with_faulty_filters(house: Place, bistro: Place) -> None:
    with house.enter():
        segment = Segment.objects.get(name="Italian regulars")
    path = f"segments/{segment.pk}/update/"

    host = house.signed_in(Role.HOST).post(f"/t/{house.tenant.slug}/{path}", {"filters": "language=fr"})
    stranger = bistro.signed_in().post(f"/t/{bistro.tenant.slug}/{path}", {"filters": "language=fr"})
    faulty = house.signed_in().post(f"/t/{house.tenant.slug}/{path}", {"filters": "visits_min=many"})

    assert (host.status_code, stranger.status_code, faulty.status_code) == (403, 404, 302)
    with house.enter():
        assert Segment.objects.get(pk=segment.pk).filters == segment.filters


def test_group_and_segment_are_filters_of_the_panel(visit: LetIn, house: Place) -> None:
    page = visit(house).go("contacts/")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Wine evenings").check(force=True)
    page.get_by_label("Segment", exact=True).select_option(label="Italian regulars")
    page.get_by_role("button", name="Show contacts").click()

    expect(page.locator(".contacts tbody tr")).to_have_count(1)
    expect(page.locator(".contacts tbody tr")).to_contain_text("Giulia Moretti")
    assert "segment=" in page.url
    assert "group=" in page.url


def test_a_card_joins_and_leaves_groups(visit: LetIn, house: Place) -> None:
    page = card_of(visit, house, "Villa")
    editor = page.locator("#group-editor")
    editor.locator("summary").click()
    editor.get_by_role("button", name="Neighbours of the upper town").click()
    expect(editor.get_by_role("link", name="Neighbours of the upper town")).to_be_visible()
    editor.get_by_role("button", name="Take out of Wine evenings").click()

    expect(editor.get_by_role("link", name="Wine evenings", exact=True)).to_have_count(0)
    assert members(house, "Neighbours of the upper town") == {"Villa"}
    assert members(house, "Wine evenings") == {"Moretti"}


def test_a_host_sees_groups_and_changes_none(visit: LetIn, house: Place) -> None:
    page = card_of(visit, house, "Villa", Role.HOST)
    expect(page.locator("#group-editor")).to_contain_text("Wine evenings")
    expect(page.locator("#group-editor button")).to_have_count(0)
    page = visit(house, Role.HOST).go("contacts/?tag=vip")

    expect(page.get_by_role("checkbox", name="Select Giulia Moretti")).to_have_count(0)
    expect(page.get_by_role("button", name="Save as segment")).to_have_count(0)
    host = house.signed_in(Role.HOST)
    assert host.post(f"/t/{house.tenant.slug}/groups/", {"name": "Mine"}).status_code == 403
    assert host.post(f"/t/{house.tenant.slug}/segments/save/", {"name": "Mine", "filters": ""}).status_code == 403
    with house.enter():
        assert ContactGroup.objects.count() == Segment.objects.count() == 2


def test_an_automatic_tag_says_why_and_is_lifted_with_a_reason(visit: LetIn, house: Place) -> None:
    page = card_of(visit, house, "Villa")
    editor = page.locator("#tag-editor")
    expect(editor).to_contain_text("Regular · automatic")
    expect(editor.locator(".why")).to_have_text("Regular: 6 visits in 12 months")

    editor.locator("summary", has_text="automatic").click()
    editor.get_by_label("Why does it not fit?").fill("Our baker")
    editor.get_by_role("button", name="Take the tag off").click()

    expect(editor.locator(".why")).to_have_count(0)
    with house.enter():
        assert LiftedTag.objects.get().reason == "Our baker"


def test_discreet_mode_hides_why_a_delicate_tag_is_there(visit: LetIn, house: Place) -> None:
    with house.enter():
        house.owner.is_discreet = True
        house.owner.save(update_fields=["is_discreet"])
        sara = Contact.objects.get(last_name="Villa")
        tag = sara.contact_tags.get()
        sara.contact_tags.filter(pk=tag.pk).update(tag=tags.find("no_show"), reason={"rule": "no_show", "count": 2})
    page = card_of(visit, house, "Villa", Role.OWNER)

    expect(page.locator("#tag-editor .why")).not_to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_pages_of_lists_are_legible_and_can_be_used(visit: LetIn, house: Place, size: tuple[int, int]) -> None:
    with house.enter():
        wine = ContactGroup.objects.get(name="Wine evenings").pk
        sara = Contact.objects.get(last_name="Villa").pk
    visitor = visit(house, size=size)
    faults: list[str] = []

    def look(name: str, page: Page) -> None:
        faults.extend(f"{name}: {fault}" for fault in page.evaluate(AUDIT, size == PHONE))
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{size[0]}.png", full_page=True)
        page.keyboard.press("Escape")

    look("groups", visitor.go("groups/"))
    look("segments", visitor.go("segments/"))
    look("list", visitor.go("contacts/"))
    page = visitor.go(f"contacts/?group={wine}")
    page.get_by_role("checkbox", name="Select all on this page").check() if size == DESK else tick(page, "Sara Villa")
    look("picked", page)
    page.locator("summary", has_text="Add to group").click()
    look("picking", page)
    page = visitor.go("contacts/?tag=vip&visits_min=1&language=it")
    page.get_by_role("button", name="Save as segment").click()
    look("saving", page)
    page = visitor.go("contacts/")
    page.get_by_role("button", name="Filter", exact=True).click()
    look("panel", page)
    page = visitor.go(f"contacts/{sara}/")
    look("card", page)
    page.locator("#tag-editor summary", has_text="automatic").click()
    look("lifting", page)
    page = visitor.go("groups/")
    page.locator("summary", has_text="Rename").first.click()
    look("renaming", page)

    assert "\n".join(faults) == ""
    assert visitor.complaints == []
