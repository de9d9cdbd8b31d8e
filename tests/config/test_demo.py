"""`manage.py demo`: years of history by every channel, made by the rules themselves (R-ID-1, R-VISIT-5, R-CRM-2)."""

from __future__ import annotations

import datetime
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from bookings.models import Booking
from config.demo import menu
from crm.channel import Channel
from crm.models import Contact, ContactGroup, ContactKind, ContactStats, Review, ReviewSource, Segment, Visit
from crm.segments import members
from orders.models import FixedDiscount, Order, OrderingBlock, Receipt, Refund
from orders.receipt_totals import check
from orders.totals import check as check_order
from outreach import campaign_results
from outreach.models import Campaign, Follower, Inquiry, Message, PromotionSignup
from tenants import scope
from wifi.models import WifiSession

# Everything that guests may come in by, but for what needs a file or a program of others.
CHANNELS = set(Channel) - {Channel.IMPORT, Channel.API}


def demo(**options: Any) -> dict[str, Any]:
    call_command("demo", "--json", stdout=(told := StringIO()), **options)
    answer: dict[str, Any] = json.loads(told.getvalue())
    return answer


@contextmanager
def made(**options: Any) -> Iterator[dict[str, Any]]:
    """A demo that is gone after the block."""
    with transaction.atomic():
        answer = demo(**options)
        with scope.enter(UUID(answer["tenant"]["id"]), scope.SYSTEM):
            yield answer
        transaction.set_rollback(True)


def history() -> dict[str, Any]:
    """Who is in the list and what was sold, by what does not depend on the time of day."""
    return {
        "names": sorted(Contact.objects.values_list("last_name", "first_name", "email", "phone")),
        "visits": Visit.objects.count(),
        "orders": sorted(Order.objects.values_list("kind", "total_minor", "refunded_minor")),
        "receipts": Receipt.objects.aggregate(sum=Sum("total_minor"))["sum"],
        "ratings": sorted(Review.objects.values_list("source", "rating")),
    }


@pytest.mark.django_db
def test_the_same_seed_makes_the_same_history_and_another_one_another():
    told = []
    for seed in (7, 7, 8):
        with made(contacts=8, seed=seed):
            told.append(history() | {"visits": None})  # today's depend on who has come by now

    assert told[0] == told[1]
    assert told[0] != told[2]


@pytest.mark.django_db
def test_a_demo_without_guests_has_its_staff_alone():
    with made(contacts=0, seed=1) as answer:
        assert len(answer["logins"]) == 4
        assert not Contact.objects.exists()


def test_whatever_is_put_together_from_the_menu_adds_up():
    dice = random.Random(1)
    for guests in range(1, 9):
        bill = menu.bill(menu.basket(dice, menu.AT_THE_TABLE, guests=guests), discount_minor=100, tip_minor=300)

        check_order(bill)
        check(
            lines=[line.total_minor for line in menu.lines_of(bill.items)],
            taxes=menu.vat_of(bill.total_minor),
            discount=100,
            net=bill.total_minor - menu.vat_of(bill.total_minor),
            total=bill.total_minor,
        )


def test_statistics_are_what_the_facts_say(commits):
    tenant = demo(contacts=12, seed=5)["tenant"]["id"]

    call_command("rebuild_statistics", tenant=UUID(tenant), stdout=(told := StringIO()))

    assert told.getvalue().endswith(" 0 differences\n")
    with scope.enter(UUID(tenant), scope.SYSTEM):
        assert ContactStats.objects.aggregate(sum=Sum("visit_count"))["sum"] == Visit.objects.count()


# Held open by the tests that follow, which must be the last: the truncation above would wait for it.
@pytest.fixture(scope="module")
def answer(django_db_setup, django_db_blocker) -> Iterator[dict[str, Any]]:
    with django_db_blocker.unblock(), made(contacts=40, seed=4) as told:
        yield told


def test_guests_came_by_every_channel(answer):
    facts = [Booking, Order, Contact]
    used = {one for model in facts for one in model.objects.values_list(_channel(model), flat=True)}

    assert used == CHANNELS


def _channel(model: Any) -> str:
    return "first_channel" if model is Contact else "channel"


def test_there_is_some_of_everything(answer):
    kinds = set(Contact.objects.values_list("kind", flat=True))
    models = [
        Visit,
        WifiSession,
        PromotionSignup,
        Inquiry,
        Follower,
        Message,
        Refund,
        ContactGroup,
        Segment,
        FixedDiscount,
    ]

    assert kinds == set(ContactKind)
    assert [model.__name__ for model in models if not model.objects.exists()] == []
    assert set(Review.objects.values_list("source", flat=True)) == set(ReviewSource)
    assert OrderingBlock.objects.count() == 1
    assert len(answer["venues"]) == 2


def test_receipts_belong_to_an_order_to_a_guest_or_to_nobody(answer):
    of_orders = Receipt.objects.filter(order__isnull=False).count()
    of_guests = Receipt.objects.filter(order__isnull=True, contact__isnull=False).count()
    of_nobody = Receipt.objects.filter(order__isnull=True, contact__isnull=True).count()

    assert 0 < of_nobody < of_guests
    assert 0 < of_orders < of_guests


def test_segments_find_somebody(answer):
    found = {segment.name: members(segment).exists() for segment in Segment.objects.all()}

    assert found["Pizza lovers"]
    assert found["Spent more than 200 €"]


def test_a_second_run_leaves_the_demo_as_it_is(answer):
    before = history()

    again = demo(contacts=99, seed=4)

    assert again["tenant"] == answer["tenant"]
    assert history() == before


@pytest.mark.django_db
def test_it_has_a_campaign_with_results_and_a_draft_and_writes_to_nobody():
    with made(contacts=40, seed=3):
        sent, draft = Campaign.objects.order_by("created_at")
        found = campaign_results.of([sent])[sent.pk]

        assert (sent.status, draft.status) == ("sent", "draft")
        assert found.sent > 0
        assert found.unsubscribed == 1
        assert found.waiting == found.failed == 0
        assert sent.finished_at < timezone.now() - datetime.timedelta(days=20)
    assert mail.outbox == []
