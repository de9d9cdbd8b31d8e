"""Everybody sees that there is an allergy; only some may read which (R-CRM-1, R-PRIV-3)."""

from __future__ import annotations

import datetime

import pytest

from crm import allergies
from tenants.permissions import Role
from tests.personas import Place

TODAY = datetime.date(2026, 11, 22)


@pytest.mark.parametrize("key", ["allergy", "allergy_nuts", "allergia_noci", "allergie", "alergia_na_orzechy"])
def test_a_tag_of_allergy_is_known_by_its_word_in_every_language(key: str) -> None:
    assert allergies.names_allergy(key)


@pytest.mark.parametrize("key", ["vip", "local", "nuts", "no_allergy"])
def test_other_tags_are_none(key: str) -> None:
    assert not allergies.names_allergy(key)


@pytest.mark.parametrize(
    ("role", "may_read"), [(Role.OWNER, True), (Role.MANAGER, True), (Role.HOST, False), (Role.MARKETER, False)]
)
def test_the_text_on_the_card_is_for_owner_and_manager(trattoria: Place, role: str, may_read: bool) -> None:
    with trattoria.enter(role):
        assert allergies.may_be_read() is may_read


@pytest.mark.parametrize(("days_ago", "may_read"), [(-3, True), (0, True), (1, True), (2, False)])
def test_a_host_reads_it_on_bookings_from_yesterday_on(trattoria: Place, days_ago: int, may_read: bool) -> None:
    with trattoria.enter(Role.HOST):
        assert allergies.may_be_read(TODAY - datetime.timedelta(days=days_ago), today=TODAY) is may_read


def test_a_marketer_reads_it_on_no_booking(trattoria: Place) -> None:
    with trattoria.enter(Role.MARKETER):
        assert not allergies.may_be_read(TODAY, today=TODAY)
