"""Search by name, phone, e-mail, in any part and spelling (R-CRM-4), through SQL."""

from __future__ import annotations

import pytest
from django.utils import timezone

from crm import filters, intake, listing
from crm.channel import Channel
from crm.guest_data import Guest, Intake

GUESTS = [
    Guest(first_name="Giulia", last_name="Moretti", email="giulia.moretti@example.net", phone="333 104 2217"),
    Guest(first_name="Élodie", last_name="De Santis", email="elodie@example.org"),
    Guest(first_name="Santi", last_name="Moretti", phone="06 5551234"),
    Guest(first_name="Łukasz", last_name="Wójcik", email="lukasz_w@example.com", company="3M Polska"),
]


@pytest.fixture
def guests(inside):
    now = timezone.now()
    intake.receive_many([Intake(guest, Channel.WEB, inside.venue, now) for guest in GUESTS])


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("mor", {"Giulia", "Santi"}),
        ("giulia mor", {"Giulia"}),
        ("GIULIA.MORETTI@EXAMPLE.NET", {"Giulia"}),
        ("elodie", {"Élodie"}),
        ('"moretti giulia"', {"Giulia"}),
        ("“giulia moretti”", {"Giulia"}),
        ('"giul moretti"', set()),
        ('"moretti', {"Giulia", "Santi"}),
        ('""', {"Giulia", "Élodie", "Santi", "Łukasz"}),
        ("2217", {"Giulia"}),
        ("+39 333-104", {"Giulia"}),
        ("06/5551234", {"Santi"}),
        ("33", set()),
        ("wojcik", {"Łukasz"}),
        ("3m", {"Łukasz"}),
        ("sant", {"Élodie", "Santi"}),
        ("nobody", set()),
    ],
)
def test_a_query_finds(guests, q, found):
    form = filters.filtered(listing.active(), {"q": q})

    assert form.is_valid()
    assert {contact.first_name for contact in form.qs} == found
