"""`privacy/retention/` and the nightly forgetting of guests who do not come back (R-PRIV-2)."""

from __future__ import annotations

import datetime
from uuid import UUID

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from bookings.models import Booking, BookingStatus
from crm import retention, statistics, tasks
from crm.models import Contact, ContactState, Visit
from orders.models import Order
from staff import tenant_settings
from tests.api.test_bookings import booking
from tests.api.test_orders import order
from tests.api.test_problems import assert_problem
from tests.api.test_reviews import review
from tests.api.test_signups import sent
from tests.api.test_wifi import wifi_login

LONG_AGO = datetime.timedelta(days=3 * 366)


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


def guest(key, place, name, *, days_ago=LONG_AGO.days):
    """A contact who was quiet for so many days."""
    pk = key.post("contacts/", {"first_name": name, "email": f"{name.lower()}@example.com"}).json()["id"]
    at = timezone.now() - datetime.timedelta(days=days_ago)
    with place.enter():
        Contact.objects.filter(pk=pk).update(last_activity_at=at, created_at=at, first_contact_on=at.date())
    return pk


def keep_for(key, months):
    assert key.patch("settings/", {"retention_months": months}).status_code == 200


def agree(key):
    token = key.get("privacy/retention/").json()["preview"]
    return key.post("privacy/retention/", {"preview": token})


def night(place):
    """The worker's night, all chunks of it."""
    after = None
    while True:
        with place.enter():
            found, after = retention.due(after, at=timezone.now())
        for pk in found:
            with place.enter():
                retention.forget(pk, at=timezone.now())
        if after is None:
            return


def states(place):
    with place.enter():
        return dict(Contact.objects.values_list("pk", "state"))


def test_the_preview_says_how_many_since_when_who_and_what_stays(trattoria, key):
    old = guest(key, trattoria, "Olga", days_ago=5 * 366)
    quiet = guest(key, trattoria, "Anna")
    guest(key, trattoria, "Bruno", days_ago=30)
    keep_for(key, 24)

    seen = key.get("privacy/retention/").json()

    assert (seen["retention_months"], seen["months"], seen["count"], seen["approval"]) == (24, 24, 2, None)
    assert [one["id"] for one in seen["sample"]] == [old, quiet]
    assert seen["sample"][0] == {"id": old, "name": "Olga", "last_activity_on": seen["oldest_on"]}
    assert len(seen["stays"]) == 3
    assert key.get("privacy/retention/", {"months": 120}).json()["count"] == 0
    assert key.get("privacy/retention/", {"months": 48}).json()["count"] == 1


def test_without_a_setting_nothing_is_previewed_but_what_is_asked_for(trattoria, key):
    guest(key, trattoria, "Anna")

    seen = key.get("privacy/retention/").json()
    assert (seen["retention_months"], seen["months"], seen["count"], seen["preview"]) == (None, None, 0, None)
    asked = key.get("privacy/retention/", {"months": 12}).json()
    assert (asked["retention_months"], asked["count"]) == (None, 1)
    assert_problem(key.post("privacy/retention/", {"preview": asked["preview"]}), 409, "retention_not_set")


def test_nobody_is_forgotten_before_somebody_agreed(trattoria, key):
    anna = guest(key, trattoria, "Anna")
    bruno = guest(key, trattoria, "Bruno", days_ago=10)
    keep_for(key, 24)

    night(trattoria)
    assert states(trattoria) == _states(anna="active", bruno="active", of=(anna, bruno))

    agreed = agree(key)
    night(trattoria)

    assert (agreed.status_code, agreed.json()["approval"]["months"]) == (200, 24)
    assert agreed.json()["approval"]["contact_count"] == 1
    assert states(trattoria) == _states(anna="erased", bruno="active", of=(anna, bruno))
    assert_problem(key.get(f"contacts/{anna}/"), 410, "contact_erased")
    with trattoria.enter():
        entry = AuditEntry.objects.get(action="contact_erased")
        assert entry.after["kind"] == "retention"
        assert AuditEntry.objects.get(action="retention_approved").after == {"months": 24, "contacts": 1}


def _states(*, of, **states):
    return {UUID(pk): ContactState(state) for pk, state in zip(of, states.values(), strict=True)}


def test_another_setting_asks_for_another_look(trattoria, key):
    guest(key, trattoria, "Anna")
    keep_for(key, 48)
    old = key.get("privacy/retention/").json()["preview"]
    assert agree(key).status_code == 200

    keep_for(key, 24)
    assert key.get("privacy/retention/").json()["approval"] is None
    night(trattoria)
    assert set(states(trattoria).values()) == {"active"}
    assert_problem(key.post("privacy/retention/", {"preview": old}), 409, "preview_needed")

    keep_for(key, 48)
    assert key.get("privacy/retention/").json()["approval"] is None


@pytest.mark.parametrize("token", ["x", "a:b:c", "WyIx"])
def test_a_made_up_preview_is_none(key, token):
    keep_for(key, 24)

    assert_problem(key.post("privacy/retention/", {"preview": token}), 409, "preview_needed")


def test_a_preview_of_another_tenant_or_of_yesterday_is_none(trattoria, bistro, bearer, key, monkeypatch):
    keep_for(key, 24)
    other = bearer(bistro)
    keep_for(other, 24)
    foreign = other.get("privacy/retention/").json()["preview"]
    assert_problem(key.post("privacy/retention/", {"preview": foreign}), 409, "preview_needed")

    own = key.get("privacy/retention/").json()["preview"]
    monkeypatch.setattr(retention, "PREVIEW_SECONDS", -1)
    assert_problem(key.post("privacy/retention/", {"preview": own}), 409, "preview_needed")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "required"),
        ({"preview": None}, "null"),
        ({"preview": 5}, "invalid"),
        ({"preview": "x", "a": 1}, "unknown_field"),
    ],
)
def test_a_faulty_agreement_is_400(key, body, code):
    answer = assert_problem(key.post("privacy/retention/", body), 400, "invalid")
    assert code in {error["code"] for error in answer["errors"]}


@pytest.mark.parametrize("query", ["months=11", "months=241", "months=x", "month=24"])
def test_a_faulty_number_of_months_is_400(key, query):
    assert_problem(key.get(f"privacy/retention/?{query}"), 400, "invalid")


class TestActivity:
    """What keeps somebody in the list, though the contact itself was last touched long ago."""

    @pytest.fixture
    def anna(self, trattoria, key):
        keep_for(key, 24)
        return guest(key, trattoria, "Anna")

    def quiet(self, key):
        return [one["name"] for one in key.get("privacy/retention/").json()["sample"]]

    def forget_touch(self, place, pk):
        """As if the fact had come to the contact later, by a link."""
        at = timezone.now() - LONG_AGO
        with place.enter():
            Contact.objects.filter(pk=pk).update(last_activity_at=at)

    def test_without_any_the_guest_is_quiet(self, key, anna):
        assert self.quiet(key) == ["Anna"]

    def test_a_booking_still_to_come(self, trattoria, key, anna):
        pk = key.post("bookings/", booking(trattoria, contact=anna, guest={})).json()["id"]
        self.forget_touch(trattoria, anna)
        with trattoria.enter():
            Booking.objects.filter(pk=pk).update(
                created_at=timezone.now() - LONG_AGO, starts_at=timezone.now() + datetime.timedelta(days=3)
            )
        assert self.quiet(key) == []

    def test_an_open_order(self, trattoria, key, anna):
        key.post("orders/", order(trattoria, contact=anna, guest={}))
        self.forget_touch(trattoria, anna)
        assert self.quiet(key) == []

    def test_a_login_an_inquiry_and_a_signup(self, trattoria, key, anna):
        email = {"email": "anna@example.com"}
        for path, body in (
            ("wifi-sessions/", wifi_login(trattoria, guest=email)),
            ("inquiries/", sent(trattoria, "inquiries/", guest=email)),
            ("promotion-signups/", sent(trattoria, "promotion-signups/", guest=email)),
        ):
            assert key.post(path, body).json()["contact"] == anna
            self.forget_touch(trattoria, anna)
            assert self.quiet(key) == [], path

    def test_a_consent_given(self, trattoria, key, anna):
        evidence = {"source": "form", "date": "2026-01-10", "wording": "news"}
        body = {"venue": str(trattoria.venue.pk), "channel": "email", "status": "explicit", "evidence": evidence}
        assert key.post(f"contacts/{anna}/consents/", body).status_code < 300
        assert self.quiet(key) == []

    @pytest.mark.parametrize(("days_ago", "quiet"), [(10, []), (LONG_AGO.days, ["Anna"])])
    def test_a_review(self, trattoria, key, anna, days_ago, quiet):
        at = timezone.now() - datetime.timedelta(days=days_ago)
        assert key.post("reviews/", review(trattoria, contact=anna, reviewed_at=at.isoformat())).status_code == 201
        self.forget_touch(trattoria, anna)
        assert self.quiet(key) == quiet

    def test_an_unsubscription_is_none(self, trattoria, key, anna):
        key.post(f"contacts/{anna}/unsubscribe/", {"venue": str(trattoria.venue.pk), "channel": "email"})
        assert self.quiet(key) == ["Anna"]

    def test_the_imported_last_visit(self, trattoria, key, anna):
        with trattoria.enter():
            Contact.objects.filter(pk=anna).update(imported_last_visit_on=timezone.localdate())
        assert self.quiet(key) == []

    def test_who_is_in_the_bin_has_a_day_of_their_own(self, key, anna):
        key.delete(f"contacts/{anna}/")
        assert self.quiet(key) == []


def test_who_comes_back_in_the_night_is_kept(trattoria, key):
    anna = guest(key, trattoria, "Anna")
    keep_for(key, 24)
    agree(key)

    with trattoria.enter():
        found, _last = retention.due(None, at=timezone.now())
    key.post("bookings/", booking(trattoria, contact=anna, guest={}))
    with trattoria.enter():
        assert [retention.forget(pk, at=timezone.now()) for pk in found] == [False]
    assert set(states(trattoria).values()) == {"active"}


def test_what_was_booked_and_paid_stays(trattoria, key):
    anna = guest(key, trattoria, "Anna")
    booked = key.post("bookings/", booking(trattoria, contact=anna, guest={"first_name": "Anna"})).json()["id"]
    ordered = key.post("orders/", order(trattoria, contact=anna, guest={"first_name": "Anna"})).json()["id"]
    key.post(f"orders/{ordered}/status/", {"status": "fulfilled"})
    long_ago = timezone.now() - LONG_AGO
    with trattoria.enter():
        Booking.objects.filter(pk=booked).update(
            starts_at=long_ago, created_at=long_ago, service_date=long_ago.date(), status=BookingStatus.FINISHED
        )
        Order.objects.filter(pk=ordered).update(placed_at=long_ago, fulfilled_at=long_ago, service_date=long_ago.date())
        Visit.objects.filter(contact=anna).update(local_date=long_ago.date())
        statistics.refresh(Contact.objects.get(pk=anna).pk)
        Contact.objects.filter(pk=anna).update(last_activity_at=long_ago)
    keep_for(key, 24)
    agree(key)

    night(trattoria)

    with trattoria.enter():
        assert Contact.objects.get(pk=anna).state == ContactState.ERASED
        assert Booking.objects.get(pk=booked).guest == {}
        assert Order.objects.get(pk=ordered).total_minor > 0


def test_the_nightly_task_goes_through_the_tenants(commits, trattoria, key, settings):
    anna = guest(key, trattoria, "Anna")
    keep_for(key, 24)
    agree(key)

    settings.CELERY_TASK_ALWAYS_EAGER = True
    tasks.forget_quiet_contacts_of(tenant_id=str(trattoria.id))

    assert {str(pk): state for pk, state in states(trattoria).items()} == {anna: "erased"}


def test_only_who_may_clear_personal_data_looks_and_agrees(trattoria, inside):
    for role, status in (("owner", 200), ("manager", 403), ("host", 403), ("marketer", 403)):
        client = trattoria.signed_in(role)
        answer = client.get("/api/v1/privacy/retention/", headers={"X-Tenant": trattoria.tenant.slug})
        assert answer.status_code == status, role
    assert tenant_settings.SHORTEST_RETENTION_MONTHS == 12


class TestWhoAskedToSeeTheirData:
    """Forgetting them would destroy the answer they have a right to (GDPR, article 15)."""

    @pytest.fixture
    def anna(self, trattoria, key):
        keep_for(key, 24)
        return guest(key, trattoria, "Anna")

    def ask(self, key, address, kind="access"):
        return key.post("privacy/requests/", {"kind": kind, "subject_address": address}).json()["id"]

    def test_is_kept_until_the_request_is_answered(self, trattoria, key, anna):
        request = self.ask(key, " Anna@Example.com ")
        agree(key)
        night(trattoria)
        assert states(trattoria)[UUID(anna)] == ContactState.ACTIVE

        key.patch(f"privacy/requests/{request}/", {"done_on": timezone.localdate().isoformat()})
        night(trattoria)

        assert states(trattoria)[UUID(anna)] == ContactState.ERASED

    def test_is_counted_apart_in_the_preview(self, trattoria, key, anna):
        guest(key, trattoria, "Bruno")
        self.ask(key, "anna@example.com")

        seen = key.get("privacy/retention/").json()

        assert (seen["count"], seen["awaiting_answer"]) == (1, 1)
        assert [one["name"] for one in seen["sample"]] == ["Bruno"]

    def test_is_known_by_an_address_of_former_days_too(self, trattoria, key, anna):
        key.patch(f"contacts/{anna}/", {"email": "new@example.com"})
        with trattoria.enter():
            Contact.objects.update(last_activity_at=timezone.now() - LONG_AGO)
        self.ask(key, "anna@example.com")

        assert key.get("privacy/retention/").json()["awaiting_answer"] == 1

    def test_who_asks_to_be_erased_is_not_kept_by_that(self, key, anna):
        self.ask(key, "anna@example.com", kind="erasure")

        assert key.get("privacy/retention/").json()["count"] == 1
