"""A receipt is a purchase and no visit; one of an order never counts twice (R-ORDER-1, R-CRM-2, R-CRM-5, R-CONSENT-2)."""

from __future__ import annotations

import datetime

import pytest

from consent import renewals
from crm import rebuilding
from crm.models import Contact, ContactStats
from orders import turnover
from orders.models import Order, Receipt, ReceiptLine
from tenants.models import Venue
from tests import parallel
from tests.api.test_bookings import ANNA
from tests.api.test_ordering_block import order
from tests.api.test_receipts import receipt, stats
from tests.orders import racing

BRUNO = {"first_name": "Bruno", "last_name": "Verdi", "email": "bruno@example.com"}


def fulfilled(key, place, **changes):
    taken = key.post("orders/", order(place, **changes)).json()
    key.post(f"orders/{taken['id']}/status/", {"status": "fulfilled", "at": "2026-11-20T21:00:00+01:00"})
    return taken


def test_a_receipt_is_a_purchase_on_its_business_day_and_no_visit(trattoria, bearer):
    key = bearer(trattoria)
    key.patch(f"venues/{trattoria.venue.pk}/", {"day_starts_at": "05:00"})

    sent = key.post("receipts/", receipt(trattoria, closed_at="2026-11-21T01:30:00+01:00")).json()

    own = stats(key, sent["contact"])
    assert sent["business_date"] == "2026-11-20"
    assert (own["spend_total_minor"], own["average_ticket_minor"], own["currency"]) == (4400, 4400, "EUR")
    assert (own["visit_count"], own["order_count"], own["last_purchase_on"]) == (0, 0, "2026-11-20")
    assert [one["by_source"] for one in own["spend"]] == [{"web": 0, "phone": 0, "pos": 4400}]


def test_the_days_with_receipts_count_for_the_interval_between_purchases(trattoria, bearer):
    key = bearer(trattoria)
    for number, day in enumerate(["2026-11-01", "2026-11-01", "2026-11-11", "2026-11-15"]):
        body = receipt(trattoria, external_id=f"R{number}", closed_at=f"{day}T20:00:00+01:00")
        contact = key.post("receipts/", body).json()["contact"]

    own = stats(key, contact)

    assert (own["purchase_interval_days"], own["spend_total_minor"], own["average_ticket_minor"]) == (7.0, 17600, 4400)


def test_a_receipt_of_an_order_belongs_to_its_guest_and_never_counts_twice(trattoria, bearer):
    key = bearer(trattoria)
    taken = fulfilled(key, trattoria)

    sent = key.post("receipts/", receipt(trattoria, order=taken["id"], guest=None)).json()

    own = stats(key, taken["contact"])
    assert (sent["order"], sent["contact"], sent["crm_sync"]) == (taken["id"], taken["contact"], "unchanged")
    assert (own["spend_total_minor"], own["average_ticket_minor"], own["order_count"]) == (2000, 2000, 1)
    assert [one["id"] for one in key.get(f"contacts/{taken['contact']}/receipts/").json()["results"]] == [sent["id"]]


@pytest.mark.parametrize(
    ("status", "spend"),
    [
        ("accepted", 4400),
        ("preparing", 4400),
        ("ready", 4400),
        ("fulfilled", 2000),
        ("cancelled", 4400),
        ("rejected", 4400),
    ],
)
def test_a_receipt_of_an_order_counts_until_the_order_does(trattoria, bearer, status, spend):
    key = bearer(trattoria)
    taken = key.post("orders/", order(trattoria)).json()
    key.post("receipts/", receipt(trattoria, order=taken["id"]))
    before = stats(key, taken["contact"])

    key.post(f"orders/{taken['id']}/status/", {"status": status})

    own = stats(key, taken["contact"])
    assert (before["spend_total_minor"], before["order_count"], before["visit_count"]) == (4400, 0, 0)
    assert (own["spend_total_minor"], own["average_ticket_minor"]) == (spend, spend)


def test_a_status_that_is_taken_back_gives_the_purchase_back_to_the_receipt(trattoria, bearer):
    key = bearer(trattoria)
    taken = fulfilled(key, trattoria)
    key.post("receipts/", receipt(trattoria, order=taken["id"]))

    key.post(f"orders/{taken['id']}/status/", {"status": "ready"})

    own = stats(key, taken["contact"])
    assert (own["spend_total_minor"], own["order_count"], own["last_purchase_on"]) == (4400, 0, "2026-11-20")
    key.post(f"orders/{taken['id']}/status/", {"status": "fulfilled"})
    assert stats(key, taken["contact"])["spend_total_minor"] == 2000


def test_what_was_refunded_does_not_come_again_by_the_receipt(trattoria, bearer):
    key = bearer(trattoria)
    taken = fulfilled(key, trattoria)
    key.post("receipts/", receipt(trattoria, order=taken["id"]))

    key.post(f"orders/{taken['id']}/refunds/", {"amount_minor": 500})
    in_part = stats(key, taken["contact"])["spend_total_minor"]
    key.post(f"orders/{taken['id']}/refunds/", {"amount_minor": 1500})

    assert (in_part, stats(key, taken["contact"])["spend_total_minor"]) == (1500, None)


def test_an_order_takes_the_purchase_from_another_guest_who_paid_for_it_and_gives_it_back(trattoria, bearer):
    key = bearer(trattoria)
    taken = key.post("orders/", order(trattoria)).json()
    bruno = key.post("receipts/", receipt(trattoria, order=taken["id"], guest=BRUNO)).json()["contact"]

    def spent():
        return [stats(key, contact)["spend_total_minor"] for contact in (taken["contact"], bruno)]

    while_open = spent()
    key.post(f"orders/{taken['id']}/status/", {"status": "fulfilled"})
    when_fulfilled = spent()
    key.post(f"orders/{taken['id']}/status/", {"status": "cancelled"})
    when_cancelled = spent()
    key.post(f"orders/{taken['id']}/refunds/", {"amount_minor": 2000})

    assert (while_open, when_fulfilled, when_cancelled) == ([None, 4400], [2000, None], [None, 4400])
    assert spent() == [None, None]


def test_a_receipt_of_an_open_order_that_is_given_to_another_guest_or_voided_takes_its_spend_along(trattoria, bearer):
    key = bearer(trattoria)
    taken = key.post("orders/", order(trattoria)).json()
    sent = key.post("receipts/", receipt(trattoria, order=taken["id"])).json()
    bruno = key.post("contacts/", BRUNO).json()["id"]

    def spent():
        return [stats(key, contact)["spend_total_minor"] for contact in (taken["contact"], bruno)]

    key.post(f"receipts/{sent['id']}/contact/", {"contact": bruno})
    linked = spent()
    key.post(f"orders/{taken['id']}/status/", {"status": "fulfilled"})
    when_fulfilled = spent()
    key.post(f"orders/{taken['id']}/status/", {"status": "ready"})
    when_ready = spent()
    key.post("receipts/", receipt(trattoria, voided=True))

    assert (linked, when_fulfilled, when_ready) == ([None, 4400], [2000, None], [None, 4400])
    assert spent() == [None, None]


def test_turnover_and_what_was_bought_follow_the_same_rule(trattoria, bearer):
    key = bearer(trattoria)
    taken = key.post("orders/", order(trattoria)).json()
    key.post("receipts/", receipt(trattoria, order=taken["id"]))

    def told():
        with trattoria.enter():
            sold = turnover.by_month(datetime.date(2026, 1, 1), datetime.date(2027, 12, 31))
        names = [one["id"] for one in key.get("contacts/?bought_item=tiramisu").json()["results"]]
        return sum(sold["EUR"].values()), names

    while_open = told()
    key.post(f"orders/{taken['id']}/status/", {"status": "fulfilled"})

    assert (while_open, told()) == ((4400, [taken["contact"]]), (2000, []))


def test_an_order_of_another_venue_is_unknown_to_the_till(trattoria, bearer):
    key = bearer(trattoria)
    taken = key.post("orders/", order(trattoria, venue=str(trattoria.venues[1].pk))).json()

    answer = key.post("receipts/", receipt(trattoria, order=taken["id"]))

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "order")


def test_an_order_of_another_tenant_is_unknown_too(trattoria, bistro, bearer):
    foreign = bearer(bistro).post("orders/", order(bistro, currency="CAD")).json()

    answer = bearer(trattoria).post("receipts/", receipt(trattoria, order=foreign["id"]))

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unknown_id")


def test_spend_adds_orders_and_receipts_by_source(trattoria, bearer):
    key = bearer(trattoria)
    taken = fulfilled(key, trattoria)
    key.post("receipts/", receipt(trattoria))

    own = stats(key, taken["contact"])

    assert (own["spend_total_minor"], own["average_ticket_minor"]) == (6400, 3200)
    assert own["spend"][0]["by_source"]["pos"] == 4400


def test_what_was_bought_at_the_till_is_found(trattoria, bearer):
    key = bearer(trattoria)
    contact = key.post("receipts/", receipt(trattoria)).json()["contact"]
    other = {"lines": [], "external_id": "R2", "guest": {"email": "b@example.com"}}
    key.post("receipts/", receipt(trattoria, **other))

    def ids(query):
        return [one["id"] for one in key.get(f"contacts/?{query}").json()["results"]]

    assert ids("bought_item=tiramisu") == [contact]
    assert ids("bought_category=DRINKS&bought_after=2026-11-20&bought_before=2026-11-20") == [contact]
    assert ids("bought_category=drinks&bought_after=2026-11-21") == []
    key.post("receipts/", receipt(trattoria, voided=True))
    assert ids("bought_item=tiramisu") == []


def test_an_old_receipt_does_not_overwrite_what_is_newer(trattoria, bearer):
    key = bearer(trattoria)
    anna = key.post("contacts/", {**ANNA, "city": "Lodi"}).json()["id"]

    sent = key.post("receipts/", receipt(trattoria, guest={**ANNA, "city": "Pavia"})).json()

    card = key.get(f"contacts/{anna}/").json()
    assert (sent["contact"], card["city"], card["first_contact_on"]) == (anna, "Lodi", "2026-11-20")


def test_a_receipt_leaves_an_unsubscription_as_it_is(trattoria, bearer):
    key = bearer(trattoria)
    anna = key.post("contacts/", ANNA).json()["id"]
    key.post(f"contacts/{anna}/unsubscribe/", {"venue": str(trattoria.venue.pk), "channel": "email"})

    key.post("receipts/", receipt(trattoria))

    statuses = {one["channel"]: one["status"] for one in key.get(f"contacts/{anna}/").json()["consents"]}
    assert statuses == {"email": "unsubscribed", "sms": "implied"}


class TestConsentUnderCasl:
    """Implied by a purchase for 24 months, by one that was undone for six, as after a visit that was (R-CONSENT-3)."""

    LONG, SHORT = "2028-11-20", "2027-05-20"

    @pytest.fixture
    def key(self, trattoria, bearer):
        with trattoria.enter():
            Venue.objects.update(consent_regime="casl")
        return bearer(trattoria)

    def last_days(self, key, place, contact):
        """As the contact shows them, each once; and those of the venue that are due on that day, as the page has them."""
        shown = {one["expires_on"] for one in key.get(f"contacts/{contact}/").json()["consents"]}
        with place.enter():
            for day in shown:
                at = datetime.datetime.fromisoformat(f"{day}T12:00:00Z")
                due = renewals.due(place.venue, at=at, limit=9).first.values()
                assert {str(one) for one in due} == {day}
        return shown

    def test_a_voided_receipt_gives_the_shorter_time(self, trattoria, key):
        contact = key.post("receipts/", receipt(trattoria)).json()["contact"]
        assert self.last_days(key, trattoria, contact) == {self.LONG}

        key.post("receipts/", receipt(trattoria, voided=True))
        assert self.last_days(key, trattoria, contact) == {self.SHORT}

        key.post("receipts/", receipt(trattoria, external_id="R2", closed_at="2026-11-19T22:00:00+01:00"))
        assert self.last_days(key, trattoria, contact) == {"2028-11-19"}

    def test_so_does_the_receipt_of_an_order_that_was_refunded_whole(self, trattoria, key):
        taken = fulfilled(key, trattoria, placed_at="2026-11-20T20:00:00+01:00")
        key.post("receipts/", receipt(trattoria, order=taken["id"]))
        key.post(f"orders/{taken['id']}/refunds/", {"amount_minor": 500})
        assert self.last_days(key, trattoria, taken["contact"]) == {self.LONG}

        key.post(f"orders/{taken['id']}/refunds/", {"amount_minor": 1500})
        assert self.last_days(key, trattoria, taken["contact"]) == {self.SHORT}


def test_processes_with_one_external_id_record_one_receipt(commits, trattoria):
    answers = parallel.together(racing.receive, [(str(trattoria.id), str(trattoria.venue.pk), "R1")] * 16, processes=4)

    assert answers.count(True) == 1
    with trattoria.enter():
        assert Contact.objects.count() == Receipt.objects.count() == ReceiptLine.objects.count() == 1
        assert ContactStats.objects.values_list("purchase_count", "spend_minor").get() == (1, 1000)


def test_an_order_that_is_fulfilled_and_taken_back_while_its_receipts_come_in_counts_each_purchase_once(
    commits, trattoria
):
    """Receipts of three guests, among them the order's, and taps on the order, at once."""
    racing.take_and_fulfil(str(trattoria.id), str(trattoria.venue.pk), "A1")
    with trattoria.enter():
        order_id = str(Order.objects.get().pk)
    place = (str(trattoria.id), str(trattoria.venue.pk), order_id)

    parallel.together(racing.tap_or_pay, [(*place, number) for number in range(24)], processes=4)

    with trattoria.enter():
        assert Receipt.objects.count() == 12
        assert ContactStats.objects.count() == 3
    assert [one for chunk in rebuilding.rebuild(trattoria.id) for one in chunk.differences] == []
