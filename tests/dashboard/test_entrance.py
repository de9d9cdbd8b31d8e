"""Coming in: signing in, two-step sign-in, a new password, invitations, the language (R-PRIV-3, R-SERVICE-2)."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from playwright.sync_api import Browser, Page, expect

from staff import invitation_links, invitations
from staff.models import Invitation
from tenants.models import Membership, User
from tenants.permissions import Role
from tests.dashboard.conftest import DESK
from tests.dashboard.conftest import Visit as LetIn
from tests.personas import Place


@pytest.fixture
def stranger(browser: Browser, site: str) -> Page:
    """A browser that nobody has signed in with."""
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, locale="en", base_url=site)
    return context.new_page()


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def invited(place: Place, email: str, role: str = Role.HOST) -> str:
    """The path that the invitation's mail leads to."""
    with place.enter():
        found: Invitation = invitations.invite(email, role)
        url = invitation_links.url_of(found)
    return re.sub(r"^https?://[^/]+", "", url)


def test_an_owner_signs_in_and_stands_before_the_board(stranger: Page, trattoria: Place) -> None:
    stranger.goto("/")

    sign_in(stranger, trattoria.owner.email, trattoria.password)

    expect(stranger).to_have_url(re.compile(r"/t/trattoria/$"))
    expect(stranger.get_by_role("link", name="New booking")).to_be_visible()


def test_a_wrong_password_is_refused_in_words(stranger: Page, trattoria: Place) -> None:
    stranger.goto("/accounts/login/")

    sign_in(stranger, trattoria.owner.email, "not the password")

    expect(stranger.get_by_role("alert")).to_contain_text("not correct")


def test_nobody_signs_up_by_themselves(stranger: Page, trattoria: Place) -> None:
    stranger.goto("/accounts/signup/")

    expect(stranger.locator("form input[type=password]")).to_have_count(0)


def test_a_forgotten_password_is_replaced_by_mail(stranger: Page, trattoria: Place) -> None:
    stranger.goto("/accounts/login/")
    stranger.get_by_role("link", name="Forgotten your password?").click()
    stranger.get_by_label("E-mail").fill(trattoria.owner.email)
    stranger.get_by_role("main").get_by_role("button").click()
    expect(stranger.get_by_role("main")).to_contain_text("sent")

    link = re.search(r"/accounts/password/reset/key/\S+", str(mail.outbox[-1].body))
    assert link is not None
    stranger.goto(link[0])
    for field in stranger.locator("input[type=password]").all():
        field.fill("a-new-long-password-7")
    stranger.get_by_role("main").get_by_role("button", name="Change Password").click()
    expect(stranger.get_by_role("main")).to_contain_text("changed")

    assert User.objects.get(pk=trattoria.owner.pk).check_password("a-new-long-password-7")


def test_an_invited_colleague_chooses_a_password_and_is_in(stranger: Page, trattoria: Place) -> None:
    stranger.goto(invited(trattoria, "marta@example.com"))
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Join Trattoria")

    stranger.get_by_label("Your name").fill("Marta Neri")
    stranger.get_by_label("Choose a password").fill("a-long-password-of-marta")
    stranger.get_by_role("button", name="Accept the invitation").click()

    expect(stranger).to_have_url(re.compile(r"/t/trattoria/$"))
    with trattoria.enter():
        assert Membership.objects.get(user__email="marta@example.com").role == Role.HOST


def test_a_weak_password_is_refused_beside_its_field(stranger: Page, trattoria: Place) -> None:
    stranger.goto(invited(trattoria, "marta@example.com"))

    stranger.get_by_label("Your name").fill("Marta Neri")
    stranger.get_by_label("Choose a password").fill("short")
    stranger.get_by_role("button", name="Accept the invitation").click()

    expect(stranger.locator(".error").first).to_contain_text("too short")
    assert not User.objects.filter(email="marta@example.com").exists()


def test_a_withdrawn_invitation_opens_nothing(stranger: Page, trattoria: Place) -> None:
    path = invited(trattoria, "marta@example.com")
    with trattoria.enter():
        invitations.withdraw(invitations.waiting().get())

    stranger.goto(path)

    expect(stranger.get_by_role("heading", level=1)).to_have_text("This invitation is no longer valid")


def test_staff_turn_on_two_step_sign_in(visit: LetIn, trattoria: Place) -> None:
    visitor = visit(trattoria)
    page = visitor.go()

    page.goto(f"{visitor.site}/accounts/2fa/totp/activate/")
    if page.locator("input[type=password]").count():
        page.locator("input[type=password]").fill(trattoria.password)
        page.get_by_role("main").get_by_role("button").click()

    expect(page.locator("img.qr")).to_be_visible()
    assert visitor.complaints == []


def test_the_recovery_codes_can_be_read_where_they_are_made(trattoria: Place) -> None:
    staff = trattoria.signed_in()
    codes = RecoveryCodes.activate(trattoria.owner).get_unused_codes()
    staff.post("/accounts/reauthenticate/", {"password": trattoria.password})
    page = staff.get("/accounts/2fa/recovery-codes/").content.decode()

    assert re.search("<textarea[^>]*>([^<]*)</textarea>", page)[1].split() == codes  # type: ignore[index]


def test_the_language_is_chosen_before_the_door_and_kept(stranger: Page, trattoria: Place) -> None:
    stranger.goto("/accounts/login/")

    stranger.get_by_role("button", name="Italiano").click()

    expect(stranger.locator("html")).to_have_attribute("lang", "it")


def test_inviting_is_done_on_the_staff_page(visit: LetIn, trattoria: Place) -> None:
    page = visit(trattoria).go("settings/staff/")

    page.get_by_label("E-mail", exact=True).fill("luca@example.com")
    page.get_by_label("Role", exact=True).select_option("manager")
    page.get_by_role("button", name="Send the invitation").click()

    expect(page.get_by_text("The invitation to luca@example.com is on its way.")).to_be_visible()
    expect(page.get_by_role("row", name="luca@example.com")).to_contain_text("Manager")
    assert mail.outbox[-1].to == ["luca@example.com"]


def test_the_last_owner_stays_one(visit: LetIn, trattoria: Place) -> None:
    page = visit(trattoria).go("settings/staff/")

    page.locator("select[data-send]").select_option("host")

    expect(page.get_by_text("A tenant keeps at least one owner")).to_be_visible()


def test_a_key_is_shown_once_and_revoked_at_once(visit: LetIn, trattoria: Place) -> None:
    visitor = visit(trattoria)
    page = visitor.go("settings/keys/")
    page.get_by_label("Name", exact=True).fill("Till")
    page.get_by_label("What it is for").select_option("pos")
    page.get_by_role("button", name="Create the key").click()
    secret = page.locator("#secret").inner_text()
    assert re.fullmatch(r"cop_[0-9a-f]{12}_\S{43}", secret)

    page.get_by_role("button", name="Revoke").click()

    expect(page.get_by_text("“Till” is revoked.")).to_be_visible()
    assert secret not in page.content()
    page.wait_for_timeout(1100)
    answer = page.request.get(f"{visitor.site}/api/v1/contacts/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status == 401


def test_a_widget_key_without_a_venue_is_refused_beside_the_field(visit: LetIn, trattoria: Place) -> None:
    page = visit(trattoria).go("settings/keys/")

    page.get_by_label("Name", exact=True).fill("Website")
    page.get_by_role("button", name="Create the key").click()

    expect(page.locator(".error")).to_contain_text("choose it")


def test_a_venue_is_added_and_then_chosen_in_the_top_bar(visit: LetIn, trattoria: Place) -> None:
    page = visit(trattoria).go("settings/venues/new/")
    page.get_by_label("Name", exact=True).fill("Isola")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Isola is ready.")).to_be_visible()

    page.locator("summary[aria-label^=Venue]").click()
    page.get_by_role("button", name="Isola").click()

    expect(page.locator("summary[aria-label^=Venue]")).to_contain_text("Isola")


def test_two_venues_of_one_name_are_refused(visit: LetIn, trattoria: Place) -> None:
    page = visit(trattoria).go("settings/venues/new/")

    page.get_by_label("Name", exact=True).fill("Centro")
    page.get_by_role("button", name="Save").click()

    expect(page.locator(".error")).to_have_text("Another venue has this name.")
