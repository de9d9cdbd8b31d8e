"""Every staff page answers, for those who may see it and for nobody else (R-PRIV-3)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from bookings.models import Booking, BookingStatus
from crm import editing
from crm.models import Contact
from tenants.permissions import Role
from tests.dashboard import evening
from tests.personas import Place

PAGES = [
    "board",
    "board_rows",
    "close_day",
    "more",
    "contacts",
    "contact_new",
    "groups",
    "segments",
    "followers",
    "messages",
    "campaigns",
    "campaign_new",
    "bin",
    "booking_new",
    "orders",
    "order_rows",
    "order_new",
    "discounts",
    "exports",
    "imports",
    "import_template",
    "privacy_search",
    "privacy_requests",
    "retention",
    "reports",
    "report_customers",
    "venues",
    "venue_new",
    "members",
    "tags",
    "message_templates",
    "message_template_new",
    "keys",
]


def url(place: Place, name: str, *args: object) -> str:
    return reverse(f"dashboard:{name}", args=[place.tenant.slug, *args])


@pytest.fixture
def tonight(trattoria: Place) -> Place:
    with trattoria.enter():
        evening.board_of(trattoria)
    return trattoria


@pytest.mark.parametrize("name", PAGES)
def test_every_page_answers_the_owner(tonight: Place, name: str) -> None:
    answer = tonight.signed_in().get(url(tonight, name))

    assert answer.status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_no_page_answers_a_stranger(trattoria: Place, bistro: Place, name: str) -> None:
    answer = bistro.signed_in().get(url(trattoria, name))

    assert answer.status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_every_page_sends_somebody_unknown_to_the_sign_in(trattoria: Place, client: object, name: str) -> None:
    answer = client.get(url(trattoria, name))  # type: ignore[attr-defined]

    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")


@pytest.mark.parametrize(
    "name", ["venues", "members", "tags", "discounts", "message_templates", "keys", "exports", "imports", "bin"]
)
def test_a_host_is_refused_what_a_host_may_not_do(trattoria: Place, name: str) -> None:
    answer = trattoria.signed_in(Role.HOST).get(url(trattoria, name))

    assert answer.status_code == 403


TABS = ["bookings", "orders", "receipts", "visits", "communications", "reviews", "changes"]


@pytest.mark.parametrize("tab", TABS)
def test_the_card_shows_each_tab(tonight: Place, tab: str) -> None:
    with tonight.enter():
        giulia = Contact.objects.get(last_name="Moretti")

    answer = tonight.signed_in().get(url(tonight, "contact", giulia.pk), {"tab": tab})

    assert answer.status_code == 200
    assert "la notaia" in answer.content.decode()


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_alone_is_answered_without_the_page_around_it(tonight: Place, tab: str) -> None:
    with tonight.enter():
        giulia = Contact.objects.get(last_name="Moretti")
        editing.edit(giulia, {"company": "Studio Moretti & Figli"})

    answer = tonight.signed_in().get(url(tonight, "contact", giulia.pk), {"tab": tab}, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize("name", ["booking", "contact", "contact_edit", "contact_notes"])
def test_the_forms_of_something_that_exists_answer(tonight: Place, name: str) -> None:
    with tonight.enter():
        booking = Booking.objects.filter(contact__isnull=False, status=BookingStatus.CONFIRMED).first()
    target = booking.pk if name == "booking" else booking.contact_id  # type: ignore[union-attr]

    assert tonight.signed_in().get(url(tonight, name, target)).status_code == 200


def test_a_foreign_contact_is_not_found(tonight: Place, bistro: Place) -> None:
    with tonight.enter():
        giulia = Contact.objects.get(last_name="Moretti")

    assert bistro.signed_in().get(url(bistro, "contact", giulia.pk)).status_code == 404


def test_no_page_carries_an_inline_script_or_style(tonight: Place) -> None:
    client = tonight.signed_in()

    for name in PAGES:
        text = client.get(url(tonight, name)).content.decode(errors="replace")
        assert " style=" not in text
        assert "<style" not in text
        assert "onclick=" not in text
        assert "<script>" not in text
