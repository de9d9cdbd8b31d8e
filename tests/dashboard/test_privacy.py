"""The pages of privacy: what is held, the register, retention, the data for the guest, allergies (R-PRIV-1, R-PRIV-2, R-PRIV-3)."""

from __future__ import annotations

import datetime
import json
import os

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from bookings import taking
from bookings.models import BookingKind
from crm import editing, fact_erasing, health, privacy_requests, retention
from crm.channel import Channel
from crm.expected import Way
from crm.guest_data import Guest
from crm.models import Contact, PrivacyRequest
from staff import tenant_settings
from tenants.permissions import Role
from tests.dashboard import evening
from tests.dashboard.conftest import DESK, PHONE, Visit
from tests.dashboard.test_look import AUDIT
from tests.dashboard.test_privacy_search import nameless
from tests.personas import Place

SHOTS = os.environ.get("COPERTO_SCREENSHOTS")
LONG_AGO = datetime.timedelta(days=1200)


def url(place: Place, name: str, *args: object) -> str:
    return reverse(f"dashboard:{name}", args=[place.tenant.slug, *args])


@pytest.fixture
def anna(trattoria: Place) -> Contact:
    with trattoria.enter():
        guest = Guest(first_name="Anna", last_name="Rossi", email="anna@example.com")
        return editing.add(guest, allergies="nuts").contact


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.OWNER, {"privacy_search", "privacy_requests", "retention"}),
        (Role.MANAGER, {"privacy_requests"}),
        (Role.HOST, set()),
        (Role.MARKETER, set()),
    ],
)
def test_each_role_opens_what_is_its_own(trattoria: Place, role: str, allowed: set[str]) -> None:
    client = trattoria.signed_in(role)
    pages = ("privacy_search", "privacy_requests", "retention")

    assert {name for name in pages if client.get(url(trattoria, name)).status_code == 200} == allowed
    board = client.get(url(trattoria, "board")).content.decode()
    assert (f'href="{url(trattoria, "privacy")}"' in board) is bool(allowed)


def test_another_tenants_ids_are_404_on_every_page(trattoria: Place, bistro: Place, anna: Contact) -> None:
    booked = nameless(trattoria)
    with trattoria.enter():
        asked = privacy_requests.create({"kind": "access", "subject_name": "Anna"})
    client = bistro.signed_in()

    seen = [
        client.get(url(bistro, "privacy_fact", "booking", booked.pk)),
        client.get(url(bistro, "privacy_request", asked.pk)),
        client.post(url(bistro, "privacy_fact_keep", "booking", booked.pk)),
        *(client.post(url(bistro, name, asked.pk)) for name in ("privacy_request_done", "privacy_request_delete")),
        client.post(url(bistro, "contact_data", anna.pk)),
    ]
    assert [answer.status_code for answer in seen] == [404] * 6


class TestRegister:
    def test_a_request_is_entered_put_off_and_settled(self, trattoria: Place) -> None:
        client, listing = trattoria.signed_in(Role.MANAGER), url(trattoria, "privacy_requests")
        with trattoria.enter():
            today = privacy_requests.today()
        body = {"kind": "access", "received_on": today.isoformat(), "subject_name": "Anna", "subject_address": "a@b.it"}

        client.post(listing, body)
        with trattoria.enter():
            made = PrivacyRequest.objects.get()
        page = url(trattoria, "privacy_request", made.pk)
        later = made.due_on + datetime.timedelta(days=20)
        refused = client.post(page, {**body, "due_on": later.isoformat()})
        put_off = client.post(page, {**body, "due_on": later.isoformat(), "extension_reason": "many orders"})
        client.post(url(trattoria, "privacy_request_done", made.pk))

        assert (refused.status_code, put_off.status_code) == (400, 302)
        with trattoria.enter():
            made.refresh_from_db()
        assert (made.due_on, made.subject_name, made.done_on, made.done_by) == (later, "", today, "Manager")
        assert "many orders" in client.get(listing).content.decode()
        assert client.get(page).status_code == 200

    def test_those_that_are_overdue_come_first_and_say_so(self, trattoria: Place) -> None:
        with trattoria.enter():
            today = privacy_requests.today()
            privacy_requests.create({"kind": "access", "subject_name": "Nuova"})
            late = today - datetime.timedelta(days=70)
            privacy_requests.create({"kind": "erasure", "subject_name": "Vecchia", "received_on": late})

        page = trattoria.signed_in(Role.MANAGER).get(url(trattoria, "privacy_requests")).content.decode()
        assert page.index("Vecchia") < page.index("overdue") < page.index("Nuova")

    def test_one_entered_by_mistake_is_deleted(self, trattoria: Place) -> None:
        with trattoria.enter():
            made = privacy_requests.create({"kind": "access", "subject_name": "Anna"})

        trattoria.signed_in(Role.MANAGER).post(url(trattoria, "privacy_request_delete", made.pk))
        with trattoria.enter():
            assert not PrivacyRequest.objects.exists()

    def test_a_faulty_one_is_shown_again(self, trattoria: Place) -> None:
        client = trattoria.signed_in(Role.MANAGER)
        for body in (
            {"kind": ""},
            {"kind": "x", "received_on": "2026-01-01"},
            {"kind": "access", "received_on": "2026-01-01"},
        ):
            assert client.post(url(trattoria, "privacy_requests"), body).status_code == 400


class TestRetention:
    @pytest.fixture
    def quiet(self, trattoria: Place, anna: Contact) -> Contact:
        with trattoria.enter():
            at = timezone.now() - LONG_AGO
            Contact.objects.filter(pk=anna.pk).update(last_activity_at=at, created_at=at)
        return anna

    def test_it_is_set_looked_at_and_agreed_to(self, trattoria: Place, quiet: Contact) -> None:
        client, page = trattoria.signed_in(), url(trattoria, "retention")
        assert "Everybody is kept" in client.get(page).content.decode()

        client.post(page, {"retention_months": "24"})
        seen = client.get(page)
        assert "Anna Rossi" in seen.content.decode()
        assert "nobody is forgotten before you agree" in seen.content.decode()

        client.post(url(trattoria, "retention_approve"), {"preview": seen.context["seen"].token})
        assert "Agreed by" in client.get(page).content.decode()
        with trattoria.enter():
            assert retention.due(None, at=timezone.now())[0] == [quiet.pk]

    def test_who_still_waits_for_their_data_is_counted_apart(self, trattoria: Place, quiet: Contact) -> None:
        client, page = trattoria.signed_in(), url(trattoria, "retention")
        with trattoria.enter():
            privacy_requests.create({"kind": "access", "subject_address": quiet.email or quiet.phone})
        client.post(page, {"retention_months": "24"})

        seen = client.get(page)

        assert "1 more contact is kept" in seen.content.decode()
        assert seen.context["seen"].count == 0

    @pytest.mark.parametrize("months", ["11", "0", "-1", "x", "241", "1.5"])
    def test_an_odd_number_of_months_is_a_fault_of_the_form(self, trattoria: Place, months: str) -> None:
        answer = trattoria.signed_in().post(url(trattoria, "retention"), {"retention_months": months})

        assert answer.status_code == 400
        with trattoria.enter():
            assert tenant_settings.current().retention_months is None

    def test_without_a_look_nothing_is_agreed_to(self, trattoria: Place, quiet: Contact) -> None:
        client = trattoria.signed_in()
        client.post(url(trattoria, "retention"), {"retention_months": "24"})

        client.post(url(trattoria, "retention_approve"), {"preview": "made up"})
        with trattoria.enter():
            assert retention.approval() is None


class TestDataForTheGuest:
    def test_it_is_a_file_and_is_written_down(self, trattoria: Place, anna: Contact) -> None:
        answer = trattoria.signed_in(Role.MANAGER).post(url(trattoria, "contact_data", anna.pk))

        assert answer["Content-Disposition"] == 'attachment; filename="guest-data.json"'
        held = json.loads(answer.content)
        assert (held["profile"]["email"], held["allergies"]) == ("anna@example.com", "nuts")
        with trattoria.enter():
            assert AuditEntry.objects.filter(action="contact_data_exported", object_id=anna.pk).count() == 1

    def test_the_card_offers_it_to_who_may(self, trattoria: Place, anna: Contact) -> None:
        page, data = url(trattoria, "contact", anna.pk), url(trattoria, "contact_data", anna.pk)

        assert data in trattoria.signed_in(Role.MANAGER).get(page).content.decode()
        assert data not in trattoria.signed_in(Role.HOST).get(page).content.decode()
        assert trattoria.signed_in(Role.HOST).post(data).status_code == 403


class TestAllergies:
    def test_the_card_says_which_to_who_may_read_it_and_the_mark_to_all(self, trattoria: Place, anna: Contact) -> None:
        page = url(trattoria, "contact", anna.pk)

        assert "nuts" in trattoria.signed_in(Role.MANAGER).get(page).content.decode()
        for_host = trattoria.signed_in(Role.HOST).get(page).content.decode()
        assert "nuts" not in for_host
        assert "allergy-banner" in for_host
        assert "tag allergy" in trattoria.signed_in(Role.HOST).get(url(trattoria, "contacts")).content.decode()

    def test_the_form_has_the_field_for_who_may_read_it(self, trattoria: Place, anna: Contact) -> None:
        page = url(trattoria, "contact_edit", anna.pk)
        client, host = trattoria.signed_in(Role.MANAGER), trattoria.signed_in(Role.HOST)
        own = {"first_name": "Anna", "last_name": "Rossi", "email": "anna@example.com"}

        assert "nuts" in client.get(page).content.decode()
        assert "nuts" not in host.get(page).content.decode()
        assert host.post(page, {**own, "allergies": "none", "city": "Lodi"}).status_code == 302
        assert text_of(trattoria, anna) == "nuts"
        client.post(page, {**own, "allergies": "nuts\r\nmilk"})
        assert text_of(trattoria, anna) == "nuts\nmilk"
        client.post(page, {**own, "allergies": ""})
        assert text_of(trattoria, anna) == ""

    @pytest.mark.parametrize(
        ("role", "days", "shown"),
        [
            (Role.MANAGER, 0, True),
            (Role.MANAGER, -5, True),
            (Role.HOST, 0, True),
            (Role.HOST, -1, True),
            (Role.HOST, -2, False),
            (Role.MARKETER, 0, False),
        ],
    )
    def test_the_board_says_which_as_the_rule_allows(
        self, trattoria: Place, anna: Contact, role: str, days: int, shown: bool
    ) -> None:
        at = timezone.now() + datetime.timedelta(days=days)
        with trattoria.enter():
            draft = taking.Draft(
                venue=trattoria.venue,
                kind=BookingKind.RESERVATION,
                channel=Channel.PHONE,
                party_size=2,
                starts_at=at,
                contact=anna.pk,
            )
            on = taking.take(draft).booking.service_date

        board = trattoria.signed_in(role).get(url(trattoria, "board"), {"date": on.isoformat()}).content.decode()
        assert "tag allergy" in board
        assert ("nuts" in board) is shown


def text_of(place: Place, contact: Contact) -> str:
    with place.enter():
        return health.text_of(contact.pk, health.of([contact.pk]).get(contact.pk))


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_pages_are_legible_and_can_be_used(
    visit: Visit, trattoria: Place, commits: None, size: tuple[int, int]
) -> None:
    with trattoria.enter():
        evening.guests_of(trattoria)
        giulia = Contact.objects.get(last_name="Moretti")
        editing.edit(giulia, {}, allergies="nuts, shellfish\nno pork")
        at = timezone.now() - LONG_AGO
        Contact.objects.exclude(pk=giulia.pk).update(last_activity_at=at, created_at=at)
        tenant_settings.update({"retention_months": 24})
        late = privacy_requests.today() - datetime.timedelta(days=45)
        asked = {"kind": "erasure", "subject_name": "Chiara De Santis", "subject_address": "chiara@example.com"}
        request = privacy_requests.create({**asked, "received_on": late})
        privacy_requests.create({"kind": "access", "subject_name": "Zoë Strauß", "notes": "By letter."})
        settled = privacy_requests.create({"kind": "access", "subject_name": "Sara"})
        privacy_requests.edit(settled, {"done_on": privacy_requests.today()})
    booked, coming = nameless(trattoria), nameless(trattoria, at=timezone.now() + datetime.timedelta(days=2))
    with trattoria.enter():
        fact_erasing.erase("booking", coming.pk, at=timezone.now(), upcoming=Way.ERASE_AFTER)
    visitor = visit(trattoria, size=size)
    faults: list[str] = []
    paths = {
        "search": "privacy/search/",
        "fact": f"privacy/facts/booking/{booked.pk}/",
        "fact-waiting": f"privacy/facts/booking/{coming.pk}/",
        "requests": "privacy/requests/",
        "request": f"privacy/requests/{request.pk}/",
        "request-done": f"privacy/requests/{settled.pk}/",
        "retention": "privacy/retention/",
        "card": f"contacts/{giulia.pk}/",
        "edit": f"contacts/{giulia.pk}/edit/",
    }

    def look(name: str) -> None:
        faults.extend(f"{name}: {fault}" for fault in visitor.page.evaluate(AUDIT, size == PHONE))
        if SHOTS:
            visitor.page.screenshot(path=f"{SHOTS}/privacy-{name}-{size[0]}.png", full_page=True)

    for name, path in paths.items():
        visitor.go(path)
        look(name)
    page = visitor.go("privacy/search/")
    page.get_by_label("E-mail, phone or name").fill("strauss")
    page.get_by_role("button", name="Search everywhere").click()
    page.wait_for_selector("table")
    look("found")

    assert "\n".join(faults) == ""
    assert visitor.complaints == []
