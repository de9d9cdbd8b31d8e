"""The gate of every message: consent of the address in its venue and channel, and the purpose (R-CONSENT-3)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from consent import gate
from consent.gate import Purpose
from consent.status import ConsentChannel
from crm.models import Contact
from tests.outreach.people import ANNA, agree, book, contact, leave

GATE = [
    # consent of the address, purpose, whether it may be written to
    ("none", Purpose.MARKETING, False),
    ("implied", Purpose.MARKETING, False),
    ("explicit", Purpose.MARKETING, True),
    ("unsubscribed", Purpose.MARKETING, False),
    ("none", Purpose.SERVICE, True),
    ("implied", Purpose.SERVICE, True),
    ("explicit", Purpose.SERVICE, True),
    ("unsubscribed", Purpose.SERVICE, False),
    ("none", Purpose.REPLY, True),
    ("unsubscribed", Purpose.REPLY, True),
]


@pytest.mark.parametrize(("status", "purpose", "is_open"), GATE)
def test_the_gate_asks_consent_and_purpose(key, trattoria, status, purpose, is_open):
    anna = contact(key)
    if status == "implied":
        book(key, anna, trattoria, guest=ANNA)
    elif status == "explicit":
        agree(key, anna, trattoria)
    elif status == "unsubscribed":
        leave(key, anna, trattoria)

    def may():
        with trattoria.enter():
            return gate.may_be_written_to(
                trattoria.venue,
                ConsentChannel.EMAIL,
                ANNA["email"],
                holder=Contact.objects.get(),
                purpose=purpose,
                at=timezone.now(),
            )

    assert may() is is_open
    with trattoria.enter():
        Contact.objects.update(erase_on=timezone.localdate() + datetime.timedelta(days=3))
    assert may() is (purpose == Purpose.REPLY), "who asked to be erased is only answered (R-PRIV-1)"


def test_the_gate_keeps_venues_and_channels_apart(key, trattoria):
    anna = contact(key)
    agree(key, anna, trattoria)
    centro, mare = trattoria.venues

    def may(venue, channel, address):
        return gate.may_be_written_to(
            venue, channel, address, holder=Contact.objects.get(), purpose=Purpose.MARKETING, at=timezone.now()
        )

    with trattoria.enter():
        assert may(centro, ConsentChannel.EMAIL, ANNA["email"])
        assert not may(mare, ConsentChannel.EMAIL, ANNA["email"])
        assert not may(centro, ConsentChannel.SMS, ANNA["phone"])
        assert not may(centro, ConsentChannel.EMAIL, "somebody@else.example")


def test_implied_consent_is_marketable_under_casl(bistro, bearer):
    key = bearer(bistro)
    anna = contact(key, phone="")
    book(key, anna, bistro, guest={"email": ANNA["email"]})

    with bistro.enter():
        assert gate.may_be_written_to(
            bistro.venue,
            ConsentChannel.EMAIL,
            ANNA["email"],
            holder=Contact.objects.get(),
            purpose=Purpose.MARKETING,
            at=timezone.now(),
        )
