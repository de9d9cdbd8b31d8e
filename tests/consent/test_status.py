"""Every cell of R-CONSENT-2, and double opt-in (R-CONSENT-3), written out as the rule has them."""

from __future__ import annotations

import datetime

import pytest

from consent.status import Event, Status, is_awaiting, step

NONE, IMPLIED, EXPLICIT, UNSUBSCRIBED = Status.NONE, Status.IMPLIED, Status.EXPLICIT, Status.UNSUBSCRIBED

# event: what follows from none, implied, explicit, unsubscribed
WITHOUT_DOUBLE_OPT_IN = {
    "guest_booked_ticked": (EXPLICIT, EXPLICIT, EXPLICIT, EXPLICIT),
    "guest_confirmed": (EXPLICIT, EXPLICIT, EXPLICIT, EXPLICIT),
    "signed_up_ticked": (EXPLICIT, EXPLICIT, EXPLICIT, "pending"),
    "inquired_ticked": (EXPLICIT, EXPLICIT, EXPLICIT, "pending"),
    "guest_booked": ("renewed", "renewed", EXPLICIT, UNSUBSCRIBED),
    "others_booked": ("renewed", "renewed", EXPLICIT, UNSUBSCRIBED),
    "purchased": ("renewed", "renewed", EXPLICIT, UNSUBSCRIBED),
    "inquired": ("renewed", "renewed", EXPLICIT, UNSUBSCRIBED),
    "signed_up": (NONE, IMPLIED, EXPLICIT, UNSUBSCRIBED),
    "listed": (NONE, IMPLIED, EXPLICIT, UNSUBSCRIBED),
    "unsubscribed": (UNSUBSCRIBED, UNSUBSCRIBED, UNSUBSCRIBED, UNSUBSCRIBED),
    "subscribed_with_evidence": (EXPLICIT, EXPLICIT, EXPLICIT, "refused"),
}
# Under double opt-in only what the guest ticked differs.
WITH_DOUBLE_OPT_IN = WITHOUT_DOUBLE_OPT_IN | {
    "guest_booked_ticked": ("renewed, pending", "renewed, pending", EXPLICIT, "pending"),
    "signed_up_ticked": ("pending", "pending", EXPLICIT, "pending"),
    "inquired_ticked": ("renewed, pending", "renewed, pending", EXPLICIT, "pending"),
}
CELLS = [
    (event, before, expected, is_double)
    for is_double, table in ((False, WITHOUT_DOUBLE_OPT_IN), (True, WITH_DOUBLE_OPT_IN))
    for event, row in table.items()
    for before, expected in zip(Status, row, strict=True)
]


def test_the_table_knows_every_event():
    assert list(WITHOUT_DOUBLE_OPT_IN) == sorted(Event, key=list(WITHOUT_DOUBLE_OPT_IN).index)
    assert set(WITHOUT_DOUBLE_OPT_IN) == set(Event)


@pytest.mark.parametrize(("event", "before", "expected", "is_double"), CELLS)
def test_a_cell(event, before, expected, is_double):
    taken = step(Event(event), before, is_double_opt_in=is_double)

    is_renewed = expected in {"renewed", "renewed, pending"}
    after = IMPLIED if is_renewed else expected if isinstance(expected, Status) else before
    assert taken.after == after
    assert taken.renews_clock is is_renewed
    assert taken.needs_confirmation is ("pending" in expected)
    assert taken.is_refused is (expected == "refused")


@pytest.mark.parametrize("event", ["guest_booked_ticked", "guest_confirmed", "signed_up_ticked", "inquired_ticked"])
def test_a_tick_on_an_explicit_consent_adds_its_evidence(event):
    assert step(Event(event), EXPLICIT).is_recorded


def test_a_second_no_is_kept():
    assert step(Event.UNSUBSCRIBED, UNSUBSCRIBED).is_recorded


@pytest.mark.parametrize(
    ("event", "before"),
    [
        ("guest_booked", EXPLICIT),
        ("others_booked", UNSUBSCRIBED),
        ("signed_up", NONE),
        ("signed_up", IMPLIED),
        ("listed", NONE),
        ("subscribed_with_evidence", EXPLICIT),
        ("subscribed_with_evidence", UNSUBSCRIBED),
    ],
)
def test_what_changes_nothing_is_not_recorded(event, before):
    assert not step(Event(event), before).is_recorded


def test_a_confirmation_can_be_given_for_72_hours():
    asked = datetime.datetime(2026, 3, 28, 12, tzinfo=datetime.UTC)

    assert is_awaiting(asked, asked + datetime.timedelta(hours=72))
    assert not is_awaiting(asked, asked + datetime.timedelta(hours=72, seconds=1))
    assert not is_awaiting(None, asked)
